/** What is done for an item that has waited long in its queue. */
import type { QueueRing, SkillAtLevel } from '@patchbay/contracts';
import type { QueueRules, WaitingItem } from './snapshot.ts';

export interface RingsDue {
  /** So many levels less are asked of every skill. */
  lowered: number;
  /** Where it goes if nobody takes it here; null: nowhere. */
  overflowTo: string | null;
}

/** Counted from when it came into its present queue. It never goes back to a queue that it overflowed from. */
export function ringsDue(
  queue: Pick<QueueRules, 'queueId' | 'rings'>,
  item: Pick<WaitingItem, 'inQueueSince' | 'overflowed'>,
  now: Date,
): RingsDue {
  const waited = (now.getTime() - item.inQueueSince.getTime()) / 1000;
  let lowered = 0;
  let overflowTo: string | null = null;
  for (const ring of queue.rings) {
    if (ring.afterSeconds > waited) continue;
    if (ring.kind === 'wider') lowered = Math.max(lowered, ring.lower);
    if (ring.kind === 'queue' && ring.queueId !== queue.queueId && !item.overflowed.includes(ring.queueId))
      overflowTo ??= ring.queueId;
  }
  return { lowered, overflowTo };
}

/** Without the queues that are closed while this one is open: who waits here is not sent to where nobody comes. */
export function openRings<Q extends Pick<QueueRules, 'queueId' | 'rings'>>(
  queue: Q,
  isOpen: (queueId: string) => boolean,
): Q {
  if (!isOpen(queue.queueId)) return queue;
  return { ...queue, rings: queue.rings.filter((ring) => ring.kind !== 'queue' || isOpen(ring.queueId)) };
}

/** What is asked for after so many levels less: a skill of no level is not asked for. */
export function lowerSkills(skills: readonly SkillAtLevel[], lowered: number): SkillAtLevel[] {
  return skills.map(({ skillId, level }) => ({ skillId, level: level - lowered })).filter(({ level }) => level > 0);
}

/** How a caller's wait on the line ends, and after how many seconds in the queue; null: as the centre has it. */
export function lineEnd(rings: readonly QueueRing[]): { how: 'voicemail' | 'call-back'; afterSeconds: number } | null {
  const ends = rings.flatMap((ring) =>
    ring.kind === 'voicemail' || ring.kind === 'call-back' ? [{ how: ring.kind, afterSeconds: ring.afterSeconds }] : [],
  );
  return ends.toSorted((a, b) => a.afterSeconds - b.afterSeconds)[0] ?? null;
}

/**
 * Whether who waits in a chat may leave a number or an address instead: where the queue offers it to everybody, once the wait is to end
 * otherwise, and while the queue is closed.
 */
export function mayLeaveWait(
  {
    callBack,
    rings,
    queuedAt,
    open,
  }: { callBack: boolean; rings: readonly QueueRing[]; queuedAt: Date; open: boolean },
  now: Date,
): boolean {
  const end = lineEnd(rings);
  return callBack || !open || (end !== null && now.getTime() - queuedAt.getTime() >= end.afterSeconds * 1000);
}
