import { CheckOutlined, DownOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Agent, PresenceState } from '@patchbay/contracts';
import { clock, keys, secondsSince, useNow } from '@patchbay/ui';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNamed } from '../feedback/bilingual.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { ChoiceMenu } from './choice-menu.tsx';

/** States that an agent chooses; `wrap-up` comes with a call, and ends early by going online. */
const before: PresenceState[] = ['online'];
const after: PresenceState[] = ['busy', 'offline'];

export function PresenceSwitch() {
  const { t } = useTranslation();
  const me = useMe();
  const now = useNow();
  const named = useNamed();
  const reasons = useReasons();
  const change = useAction(([state, reason]: [PresenceState, string | undefined]) => api.setPresence(state, reason), {
    stale: [keys.me, keys.agents],
  });
  const item = (key: string, state: PresenceState, label: ReactNode, chosen: boolean) => ({
    key,
    label: (
      <span className="menu-item" data-testid={`presence-${key}`}>
        <span className={`dot dot-${state}`} aria-hidden />
        {label}
        {chosen && <CheckOutlined />}
      </span>
    ),
  });
  const plain = (state: PresenceState) =>
    item(state, state, t(`presence.${state}`), state === me.presence && me.presenceReason === null);
  const items = [
    ...before.map(plain),
    ...(reasons?.required ? [] : [plain('away')]),
    ...(reasons?.items ?? []).map((reason) =>
      item(`away:${reason.key}`, 'away', named(reason), me.presence === 'away' && me.presenceReason === reason.key),
    ),
    ...after.map(plain),
  ];
  const reason = reasons?.items.find(({ key }) => key === me.presenceReason);
  const shown = me.presence === 'away' && reason ? named(reason) : t(`presence.${me.presence}`);
  const choose = (key: string) => {
    const [state, chosen] = key.split(':') as [PresenceState, string | undefined];
    change.mutate([state, chosen]);
  };
  return (
    <ChoiceMenu menu={{ items, onClick: ({ key }) => choose(key) }}>
      <Button
        className="presence-button"
        loading={change.isPending}
        data-testid="presence-switch"
        data-state={me.presence}
        aria-label={t('presence.label', { state: shown })}
      >
        <span className={`dot dot-${me.presence}`} aria-hidden />
        {shown}
        <span className="presence-since tabular" aria-hidden>
          {clock(timeShown(me, now))}
        </span>
        <DownOutlined style={{ fontSize: 10 }} aria-hidden />
      </Button>
    </ChoiceMenu>
  );
}

/** Seconds in the state, or until the wrap-up ends by itself. */
function timeShown({ wrapUpUntil, presenceSince }: Agent, now: number): number {
  return wrapUpUntil ? Math.max(0, (Date.parse(wrapUpUntil) - now) / 1000) : secondsSince(presenceSince, now);
}

function useReasons() {
  return useQuery({
    queryKey: keys.presenceReasons,
    queryFn: ({ signal }) => api.presenceReasons(signal),
    staleTime: 60_000,
  }).data;
}
