/** What those who wait are told: their place, and how long it will probably take. */
import { HubError, type VisitorCallBack, type VisitorPlace, type WaitingPlace } from '@patchbay/contracts';
import { expectedWaitSeconds, lineEnd, mayLeaveWait, toldMinutes } from '@patchbay/domain';
import type { Database } from '@patchbay/store';
import {
  type PlaceRow,
  type QueuePace,
  askCallBack,
  placesOfVisitors,
  readPaces,
  readPlaces,
} from '@patchbay/store/queries/waiting';
import { normalIdentifier } from '../identity/normal-identifier.ts';
import { readHours } from '../opening-hours.ts';
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

/** What visitors who wait are told. */
export interface VisitorPlaces {
  readonly places: ReadonlyMap<string, NonNullable<VisitorPlace>>;
  /** After which time they will be told something else by the clock alone; null: not foreseen. */
  readonly changesInMs: number | null;
}

/** By the visitor; those who do not wait are left out. */
export async function readVisitorPlaces(
  { db, now }: Pick<Parts, 'db' | 'now'>,
  visitorIds: readonly string[],
): Promise<VisitorPlaces> {
  const { waits, changesInMs } = await readWaits({ db, now }, visitorIds);
  return { places: new Map(waits.map(({ visitorId, place }) => [visitorId, place])), changesInMs };
}

async function readWaits({ db, now }: Pick<Parts, 'db' | 'now'>, visitorIds: readonly string[]) {
  const rows = await placesOfVisitors(db.sql, visitorIds);
  if (rows.length === 0) return { waits: [], changesInMs: null };
  const [paces, hours] = await Promise.all([readPaces(db.sql), readHours(db)]);
  const at = now();
  const waits = rows.map(({ visitorId, ticketId, queueId, ahead, asked, ...wait }) => {
    const seconds = expectedWaitSeconds(ahead, paces.get(queueId)?.taken ?? [], at);
    const offered = mayLeaveWait({ ...wait, open: hours.ofQueue(queueId).isOpen(at) }, at);
    const callBack = asked ? ('asked' as const) : offered ? ('offered' as const) : ('no' as const);
    const minutes = seconds === null ? null : toldMinutes(seconds);
    return { visitorId, ticketId, place: { place: ahead + 1, minutes, callBack } };
  });
  const ends = rows.flatMap(({ rings, queuedAt }) => {
    const end = lineEnd(rings);
    const left = end ? queuedAt.getTime() + end.afterSeconds * 1000 - at.getTime() : 0;
    return left > 0 ? [left] : [];
  });
  return { waits, changesInMs: ends.length > 0 ? Math.min(...ends) : null };
}

/**
 * A visitor leaves a number or an address, and the ticket keeps its place.
 *
 * @throws HubError `conflict` when the visitor does not wait or is not offered it, `invalid_input` for what is no number or address
 */
export async function askVisitorCallBack(
  parts: Pick<Parts, 'db' | 'now' | 'config' | 'relay'>,
  visitorId: string,
  ask: VisitorCallBack,
): Promise<void> {
  const [kind, typed] = 'phone' in ask ? (['phone', ask.phone] as const) : (['email', ask.email] as const);
  const { value } = normalIdentifier(kind, typed, parts.config.defaultRegion);
  const refusal = () => new HubError('conflict', 'No call-back is offered at the moment');
  const [wait] = (await readWaits(parts, [visitorId])).waits;
  if (!wait || wait.place.callBack === 'no') throw refusal();
  const [phone, email] = kind === 'phone' ? [value, null] : [null, value];
  if (!(await askCallBack(parts.db.sql, { ticketId: wait.ticketId, phone, email, source: 'chat' }))) throw refusal();
  parts.relay.nudge();
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
