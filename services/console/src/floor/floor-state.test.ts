import type { FloorAgent, FloorWaiting, HubEvent } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { changesAll, priorityAt, shownAgents, shownWaiting, touchedBy, withRows, type Floor } from './floor-state.ts';

const agent = (id: string, over: Partial<FloorAgent> = {}) =>
  ({ id, name: id, presence: 'online', queueIds: [], teamIds: [], holds: [], ...over }) as unknown as FloorAgent;
const item = (ticketId: string, queueId: string, minute: number, ticket = 0) =>
  ({
    ticketId,
    queueId,
    waitingSince: `2026-06-01T10:${String(minute).padStart(2, '0')}:00.000Z`,
    priority: { queue: 0, ticket, ageing: 1 },
  }) as FloorWaiting;
const floor = (agents: FloorAgent[], waiting: FloorWaiting[] = []): Floor => ({
  agents: new Map(agents.map((one) => [one.id, one])),
  waiting: new Map(waiting.map((one) => [one.ticketId, one])),
});
const event = (type: string, over: object = {}) =>
  ({ type, ticketId: null, agentId: null, data: {}, ...over }) as HubEvent;
const now = Date.parse('2026-06-01T11:00:00.000Z');
const all = { queueId: null, teamId: null };

it('reads again whom an event names, and who holds its ticket', () => {
  const holder = agent('c', { holds: [{ ticketId: 't', number: 1, subject: '', channel: 'chat', offered: false }] });
  const found = touchedBy(
    [event('ticket.assigned', { ticketId: 't', agentId: 'a', data: { fromAgentId: 'b' } }), event('message.created')],
    floor([holder]),
  );
  expect([...found.agentIds]).toEqual(['a', 'b', 'c']);
  expect([...found.ticketIds]).toEqual(['t']);
  expect(touchedBy([event('message.created', { ticketId: 't' })], floor([holder])).ticketIds.size).toBe(0);
  expect(changesAll([event('setting.changed', { data: { setting: 'team' } })])).toBe(true);
  expect(changesAll([event('setting.changed', { data: { setting: 'template' } })])).toBe(false);
});

it('takes away what was asked for and is gone', () => {
  const before = floor([agent('a'), agent('b')], [item('t', 'q', 1), item('u', 'q', 2)]);
  const after = withRows(
    before,
    { agentIds: new Set(['a']), ticketIds: new Set(['t', 'v']) },
    [agent('a', { presence: 'away' })],
    [item('v', 'q', 3)],
  );
  expect(after.agents.get('a')?.presence).toBe('away');
  expect([...after.waiting.keys()]).toEqual(['u', 'v']);
});

it('orders by priority with its age, and numbers places by queue', () => {
  const waiting = [item('a', 'q', 30), item('b', 'q', 0), item('c', 'q', 50, 60), item('d', 'r', 10)];
  const shown = shownWaiting(floor([], waiting), all, now).map(({ ticketId, place }) => [ticketId, place]);
  expect(shown).toEqual([
    ['c', 1],
    ['b', 2],
    ['d', 1],
    ['a', 3],
  ]);
  expect(priorityAt(item('c', 'q', 50, 60), now)).toMatchObject({ ticket: 60, waiting: 10, total: 70 });
  expect(shownWaiting(floor([], waiting), { ...all, queueId: 'r' }, now)).toHaveLength(1);
});

it('filters agents by queue and team, those at work first', () => {
  const agents = [
    agent('a', { presence: 'offline', queueIds: ['q'] }),
    agent('z', { queueIds: ['q'], teamIds: ['t'] }),
  ];
  expect(shownAgents(floor(agents), { ...all, queueId: 'q' }).map(({ id }) => id)).toEqual(['z', 'a']);
  expect(shownAgents(floor(agents), { ...all, teamId: 't' }).map(({ id }) => id)).toEqual(['z']);
});
