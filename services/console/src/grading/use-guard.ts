import { useQuery } from '@tanstack/react-query';
import type { Guard } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { App } from 'antd';
import { createElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../live/live-context.ts';
import { api } from '../query-client.ts';
import { GuardLines } from './guard-lines.tsx';

/** Others who are with the customer, as it is now. The hub says when it has changed; what is recent ends by itself. */
export function useGuardState(customerId: string): Guard | undefined {
  return useQuery({
    queryKey: keys.guard(customerId),
    queryFn: ({ signal }) => api.guard(customerId, signal),
    refetchInterval: 60_000,
  }).data;
}

/** Tells the others that this console has the customer open, or is writing to them, until it is left. */
export function useAttend(customerId: string, ticketId: string | null, writing = false): void {
  const { attend } = useLive();
  const state = writing ? 'writing' : 'open';
  useEffect(() => attend({ customerId, ticketId, state }), [attend, customerId, ticketId, state]);
  useEffect(
    () => () => attend({ customerId, ticketId, state: 'gone' }),
    // What is written on is told by the effect above; leaving is told once.
    [attend, customerId, ticketId],
  );
}

/** Who the guard speaks of: the same people doing the same are asked about once. */
function voiceOf(guard: Guard | undefined): string {
  const present = guard?.present
    .filter(({ state }) => state !== 'open')
    .map(({ agentId, state }) => `${agentId} ${state}`);
  const recent = guard?.recent.map(({ agentId }) => agentId);
  return [...(present ?? []), ...(recent ?? [])].toSorted().join(', ');
}

/** Runs an action, after asking once when the guard speaks: somebody writes or calls now, or contacted the customer lately. */
export function useGuarded(customerId: string): (deed: 'send' | 'call', act: () => void) => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const guard = useGuardState(customerId);
  const heard = useRef('');
  const asking = useRef(false);
  return (deed, act) => {
    const voice = voiceOf(guard);
    if (!guard || voice === '' || voice === heard.current) return act();
    // Asked twice and confirmed twice, the second message would be another one.
    if (asking.current) return;
    asking.current = true;
    modal.confirm({
      title: t('guard.askTitle'),
      content: createElement(GuardLines, { guard }),
      okText: t(`guard.${deed}`),
      cancelText: t('guard.back'),
      okButtonProps: { 'data-testid': 'guard-confirm' },
      onCancel: () => {
        asking.current = false;
      },
      onOk: () => {
        asking.current = false;
        heard.current = voice;
        act();
      },
    });
  };
}
