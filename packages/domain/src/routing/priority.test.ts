import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectivePriority, orderWaiting } from './priority.ts';
import type { QueueRules, WaitingItem } from './snapshot.ts';

const now = new Date('2026-03-02T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const item = (over: Partial<WaitingItem> = {}): WaitingItem => ({
  ticketId: 't',
  queueId: 'q',
  channel: 'chat',
  priority: 0,
  waitingSince: minutesAgo(1),
  inQueueSince: minutesAgo(1),
  preferred: null,
  overflowed: [],
  ...over,
});
const rules = (queueId: string, priorityBase: number, ageing: number): [string, QueueRules] => [
  queueId,
  { queueId, priorityBase, ageing, stickySeconds: 0, skills: [], rings: [] },
];
const queues = new Map([rules('q', 0, 1), rules('urgent', 30, 2), rules('slow', 0, 0.1)]);
const order = (items: WaitingItem[]) => orderWaiting(items, queues, now).map(({ ticketId }) => ticketId);

describe('effectivePriority', () => {
  it.each([
    [0, 0, 1, 0, 0],
    [10, 5, 1, 4, 19],
    [-5, 0, 0.5, 10, 0],
  ])('base %i + own %i + %d a minute for %i minutes = %d', (priorityBase, priority, ageing, minutes, total) => {
    const { queue, ticket, waiting, ...rest } = effectivePriority(
      { priority, waitingSince: minutesAgo(minutes) },
      { priorityBase, ageing },
      now,
    );
    expect(rest.total).toBe(total);
    expect(queue + ticket + waiting).toBe(total);
  });
});

describe('orderWaiting', () => {
  it('serves urgent before old before the rest', () => {
    const items = [
      item({ ticketId: 'd' }),
      item({ ticketId: 'c' }),
      item({ ticketId: 'b', waitingSince: minutesAgo(9) }),
      item({ ticketId: 'a', priority: 10, waitingSince: now }),
    ];
    expect(order(items)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets waiting overtake urgency, at the pace of the queue', () => {
    const urgent = item({ ticketId: 'urgent', priority: 10, waitingSince: now });
    expect(order([urgent, item({ ticketId: 'old', waitingSince: minutesAgo(11) })])).toEqual(['old', 'urgent']);
    expect(order([urgent, item({ ticketId: 'old', queueId: 'slow', waitingSince: minutesAgo(11) })])).toEqual([
      'urgent',
      'old',
    ]);
    expect(order([urgent, item({ ticketId: 'base', queueId: 'urgent', waitingSince: now })])).toEqual([
      'base',
      'urgent',
    ]);
  });

  const one = fc
    .record({
      ticketId: fc.uuid(),
      queueId: fc.constantFrom('q', 'urgent', 'slow'),
      priority: fc.nat(2),
      waitingSince: fc.nat(3).map(minutesAgo),
    })
    .map(item);
  const list = fc.uniqueArray(one, { selector: (waiting) => waiting.ticketId });

  it('does not depend on the order given and keeps every item', () => {
    fc.assert(
      fc.property(list, (items) => {
        expect(orderWaiting(items.toReversed(), queues, now)).toEqual(orderWaiting(items, queues, now));
        expect(new Set(orderWaiting(items, queues, now))).toEqual(new Set(items));
      }),
    );
  });

  it('puts an item before all that come later than its bound, however urgent they are', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), (own, other) => {
        const bound = Math.max(0, other - own);
        const old = item({ ticketId: 'old', priority: own, waitingSince: minutesAgo(bound + 1) });
        expect(order([item({ ticketId: 'new', priority: other, waitingSince: now }), old])[0]).toBe('old');
      }),
    );
  });
});
