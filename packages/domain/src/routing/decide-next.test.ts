import { describe, expect, it } from 'vitest';
import { decideNext } from './decide-next.ts';
import type { AgentSnapshot, QueueRules, WaitingItem } from './snapshot.ts';

const now = new Date('2026-03-02T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const agent: AgentSnapshot = {
  agentId: 'me',
  name: 'Grace',
  presence: 'online',
  idleSince: now,
  load: 0,
  capacity: 1,
  totalLoad: 0,
  totalCapacity: 2,
  queueIds: ['q', 'r'],
  skills: { french: 3 },
  reachable: true,
  declined: false,
};
const item = (ticketId: string, over: Partial<WaitingItem> = {}): WaitingItem => ({
  ticketId,
  queueId: 'q',
  channel: 'chat',
  priority: 0,
  waitingSince: minutesAgo(1),
  inQueueSince: minutesAgo(1),
  preferred: null,
  overflowed: [],
  ...over,
});
const rules = (queueId: string, over: Partial<QueueRules> = {}): [string, QueueRules] => [
  queueId,
  { queueId, priorityBase: 0, ageing: 1, stickySeconds: 300, skills: [], rings: [], ...over },
];
const queues = new Map([rules('q'), rules('r', { priorityBase: 5, skills: [{ skillId: 'french', level: 4 }] })]);

describe('decideNext', () => {
  it.each<[string, WaitingItem[], Partial<AgentSnapshot>, string | null]>([
    ['nothing waits', [], {}, null],
    ['the longest waiting', [item('a'), item('b', { waitingSince: minutesAgo(3) })], {}, 'b: became-free'],
    [
      'of all queues the most urgent',
      [item('a'), item('b', { queueId: 'r' })],
      { skills: { french: 4 } },
      'b: became-free',
    ],
    ['passes over what asks for more skill', [item('a'), item('b', { queueId: 'r' })], {}, 'a: became-free'],
    [
      'passes over what is kept for another',
      [
        item('a', { waitingSince: minutesAgo(4), preferred: { agentId: 'x', because: 'last-agent', expected: true } }),
        item('b'),
      ],
      {},
      'b: became-free',
    ],
    [
      'takes what another had who is not there',
      [item('a', { preferred: { agentId: 'x', because: 'last-agent', expected: false } })],
      {},
      'a: became-free',
    ],
    [
      'says that it is the own one',
      [item('a', { preferred: { agentId: 'me', because: 'own-agent', expected: true } })],
      {},
      'a: own-agent',
    ],
    ['is full', [item('a')], { load: 1 }, null],
    ['is full in total', [item('a')], { totalLoad: 2 }, null],
    ['is away', [item('a')], { presence: 'away' }, null],
    ['has declined it', [item('a')], { declined: true }, null],
    ['is in no such queue', [item('a', { queueId: 'other' })], {}, null],
  ])('%s', (_name, items, over, expected) => {
    const decision = decideNext(items, queues, () => ({ ...agent, ...over }), now);
    expect(decision && `${decision.ticketId}: ${decision.why.code}`).toBe(expected);
  });

  it('says why', () => {
    const decision = decideNext([item('a', { priority: 3 })], queues, () => agent, now);
    expect(decision?.reason).toBe('Grace became free, and this comes first');
    expect(decision?.why.priority).toEqual({ queue: 0, ticket: 3, waiting: 1, total: 4 });
  });
});
