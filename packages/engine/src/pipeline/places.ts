/** What those who wait are told: their place, and how long it will probably take. */
import { HubError, type WaitingPlace } from '@patchbay/contracts';
import { expectedWaitSeconds } from '@patchbay/domain';
import { type PlaceRow, readPlaces } from '@patchbay/store/queries/waiting';
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
