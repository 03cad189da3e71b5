/** The order in which waiting items are served. */
import type { RoutingWhy } from '@patchbay/contracts';
import type { QueueRules, WaitingItem } from './snapshot.ts';

const msPerMinute = 60_000;

/**
 * What an item counts: the queue's base, its own priority (request type, grade), and what it gained by waiting. Since every item gains at its
 * queue's pace without limit, each one comes first in the end.
 */
export function effectivePriority(
  item: Pick<WaitingItem, 'priority' | 'waitingSince'>,
  queue: Pick<QueueRules, 'priorityBase' | 'ageing'>,
  now: Date,
): NonNullable<RoutingWhy['priority']> {
  const minutes = Math.max(0, now.getTime() - item.waitingSince.getTime()) / msPerMinute;
  const waiting = queue.ageing * minutes;
  return {
    queue: queue.priorityBase,
    ticket: item.priority,
    waiting,
    total: queue.priorityBase + item.priority + waiting,
  };
}

export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Most urgent first, then longest waiting, then by id. Items of a queue without rules come as if it had no base and no ageing. */
export function orderWaiting<T extends WaitingItem>(
  items: readonly T[],
  queues: ReadonlyMap<string, QueueRules>,
  now: Date,
): T[] {
  const plain = { priorityBase: 0, ageing: 0 };
  return items
    .map((item) => ({ item, total: effectivePriority(item, queues.get(item.queueId) ?? plain, now).total }))
    .toSorted(
      (a, b) =>
        b.total - a.total ||
        a.item.waitingSince.getTime() - b.item.waitingSince.getTime() ||
        byText(a.item.ticketId, b.item.ticketId),
    )
    .map(({ item }) => item);
}
