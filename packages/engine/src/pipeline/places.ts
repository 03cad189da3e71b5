/** What those who wait are told: their place, and how long it will probably take. */
import { HubError, type VisitorPlace, type WaitingPlace } from '@patchbay/contracts';
import { expectedWaitSeconds, toldMinutes } from '@patchbay/domain';
import type { Database } from '@patchbay/store';
import {
  type PlaceRow,
  type QueuePace,
  placesOfVisitors,
  readPaces,
  readPlaces,
} from '@patchbay/store/queries/waiting';
import type { Parts } from '../parts.ts';

export function placeOf({ ahead, taken, waitingSince }: PlaceRow, now: Date): WaitingPlace {
  return {
    place: ahead + 1,
    expectedSeconds: expectedWaitSeconds(ahead, taken, now),
    waitingSince: waitingSince.toISOString(),
  };
}

/** @throws HubError `conflict` when the ticket does not wait */
export async function readPlace(parts: Pick<Parts, 'db' | 'now'>, ticketId: string): Promise<WaitingPlace> {
  const [row] = await readPlaces(parts.db.sql, [ticketId]);
  if (!row) throw new HubError('conflict', 'The ticket does not wait');
  return placeOf(row, parts.now());
}

/** What those of the visitors who wait are told, by the visitor. */
export async function readVisitorPlaces(
  { db, now }: Pick<Parts, 'db' | 'now'>,
  visitorIds: readonly string[],
): Promise<Map<string, NonNullable<VisitorPlace>>> {
  const rows = await placesOfVisitors(db.sql, visitorIds);
  if (rows.length === 0) return new Map();
  const paces = await readPaces(db.sql);
  return new Map(
    rows.map(({ visitorId, queueId, ahead }) => {
      const seconds = expectedWaitSeconds(ahead, paces.get(queueId)?.taken ?? [], now());
      return [visitorId, { place: ahead + 1, minutes: seconds === null ? null : toldMinutes(seconds) }];
    }),
  );
}

/** Whoever writes is told of the wait from this length on: less is not worth a word. */
const longWaitSeconds = 600;
/** What is told to many at once need not be newer. */
const paceMs = 5_000;
interface LongWait {
  readonly seconds: number;
  readonly ahead: number;
}
const paces = new WeakMap<Database, { at: number; queues: ReadonlyMap<string, QueuePace> }>();

/**
 * About how long something new waits in the queue behind how many, where that is long and known. Answers from what was read before and never waits: it is asked
 * inside transactions, in bursts.
 */
export function longWait({ db, now, log }: Pick<Parts, 'db' | 'now' | 'log'>, queueId: string | null): LongWait | null {
  const known = paces.get(db);
  if (!known || Date.now() - known.at > paceMs) {
    paces.set(db, { at: Date.now(), queues: known?.queues ?? new Map() });
    readPaces(db.sql).then(
      (queues) => paces.set(db, { at: Date.now(), queues }),
      (error: unknown) => log.warn({ err: error }, 'the pace of the queues could not be read'),
    );
  }
  const pace = queueId === null ? undefined : known?.queues.get(queueId);
  const seconds = pace ? expectedWaitSeconds(pace.waiting, pace.taken, now()) : null;
  return pace && seconds !== null && seconds >= longWaitSeconds ? { seconds, ahead: pace.waiting } : null;
}
