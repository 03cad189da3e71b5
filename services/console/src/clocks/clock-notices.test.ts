import type { HubEvent } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { clockNotices } from './clock-notices.ts';
import { standingAt } from './standing-at.ts';
import { amountOf, minutesOf } from './target-time.ts';

const event = (type: HubEvent['type'], data: HubEvent['data'], more: Partial<HubEvent> = {}): HubEvent => ({
  seq: 1,
  id: '1',
  type,
  at: '2026-03-02T09:00:00Z',
  ticketId: 't',
  customerId: null,
  queueId: 'q',
  agentId: 'owner',
  actorId: null,
  correlationId: null,
  data,
  ...more,
});
const breached = event('clock.breached', { clock: 'resolution' });
const escalated = (tell: string[]) => event('ticket.escalated', { tell, reason: 'Late' });

it.each([
  ['the owner', breached, { id: 'owner', role: 'agent' }, ['breached']],
  ['a supervisor', breached, { id: 'boss', role: 'manager' }, ['breached']],
  ['a colleague in the queue', breached, { id: 'other', role: 'agent' }, []],
  ['an escalation for the owner', escalated(['owner']), { id: 'owner', role: 'agent' }, ['escalated']],
  ['an escalation for supervisors alone', escalated(['supervisors']), { id: 'owner', role: 'agent' }, []],
  ['an escalation for the owner alone', escalated(['owner']), { id: 'boss', role: 'admin' }, []],
  ['one of their own', { ...escalated(['supervisors']), actorId: 'boss' }, { id: 'boss', role: 'admin' }, []],
  ['what is done', event('clock.met', { clock: 'resolution' }), { id: 'boss', role: 'admin' }, []],
] as const)('tells %s', (_who, told, me, expected) => {
  expect(clockNotices([told], me).map(({ what }) => what)).toEqual(expected);
});

it('goes on between two reads', () => {
  const clocks = {
    kind: 'resolution',
    clockState: 'running',
    warnAt: '2026-03-02T09:30:00Z',
    dueAt: '2026-03-02T10:00:00Z',
  } as const;
  const at = (time: string) => standingAt(clocks, Date.parse(`2026-03-02T${time}:00Z`));
  expect(['09:29', '09:30', '10:00'].map(at)).toEqual(['running', 'warning', 'breached']);
  expect(standingAt({ ...clocks, clockState: 'paused', dueAt: null }, Date.now())).toBe('paused');
});

it.each([
  [30, 'business', 30, 'minutes'],
  [90, 'business', 90, 'minutes'],
  [1440, 'calendar', 24, 'hours'],
  [2880, 'business', 48, 'hours'],
  [4320, 'calendar', 72, 'hours'],
  [14_400, 'calendar', 10, 'days'],
] as const)('%i minutes of %s time', (minutes, time, amount, unit) => {
  expect(amountOf(minutes, time)).toEqual({ amount, unit });
  expect(minutesOf(amount, unit)).toBe(minutes);
});
