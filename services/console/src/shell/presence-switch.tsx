import { CheckOutlined, DownOutlined } from '@ant-design/icons';
import type { PresenceState } from '@patchbay/contracts';
import { clock, keys, secondsSince, useNow } from '@patchbay/ui';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { ChoiceMenu } from './choice-menu.tsx';

/** States that an agent chooses; `wrap-up` comes with a call. */
const choices: PresenceState[] = ['online', 'away', 'busy', 'offline'];

export function PresenceSwitch() {
  const { t } = useTranslation();
  const me = useMe();
  const now = useNow();
  const change = useAction((state: PresenceState) => api.setPresence(state), { stale: [keys.me, keys.agents] });
  const items = choices.map((state) => ({
    key: state,
    label: (
      <span className="menu-item" data-testid={`presence-${state}`}>
        <span className={`dot dot-${state}`} aria-hidden />
        {t(`presence.${state}`)}
        {state === me.presence && <CheckOutlined />}
      </span>
    ),
  }));
  return (
    <ChoiceMenu
      menu={{ items, selectedKeys: [me.presence], onClick: ({ key }) => change.mutate(key as PresenceState) }}
    >
      <Button
        className="presence-button"
        loading={change.isPending}
        data-testid="presence-switch"
        data-state={me.presence}
        aria-label={t('presence.label', { state: t(`presence.${me.presence}`) })}
      >
        <span className={`dot dot-${me.presence}`} aria-hidden />
        {t(`presence.${me.presence}`)}
        <span className="presence-since tabular" aria-hidden>
          {clock(secondsSince(me.presenceSince, now))}
        </span>
        <DownOutlined style={{ fontSize: 10 }} aria-hidden />
      </Button>
    </ChoiceMenu>
  );
}
