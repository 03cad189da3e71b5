/** Received contacts are written down, each alone when nothing else is under way, and together with others when much comes at once. */
import { HubError } from '@patchbay/contracts';
import { insertInboxes } from '@patchbay/store';
import type { InboxInsert, ReceivedRow } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { gather } from './gather.ts';
import { reasonOf, retryOnConflict } from './retry.ts';

/**
 * Statements at once, and contacts in one of them at the most. Nobody waits for others to come where none is under way: who delivers waits for the
 * answer, and would send the next. What comes meanwhile goes together, which costs less than two statements side by side.
 */
const limits = { atOnce: 1, most: 16 };
/** Of what comes while so many wait each has a connection of its own, or is refused when none becomes free. */
const mostGathered = 64;
/** Who waits longer for another transaction is left to itself, and the others go on. Milliseconds. */
const patienceMs = 250;

type ReceivingParts = Pick<Parts, 'db'> & { readonly log: Pick<Parts['log'], 'info'> };

interface Gathered {
  count: number;
  /** Null: nothing of what went with it was written. */
  readonly write: (row: InboxInsert) => Promise<ReceivedRow | null>;
}

const ofParts = new WeakMap<ReceivingParts, Gathered>();

/** Resolves once the row is committed, whatever becomes of others that go with it. */
export async function writeReceived(parts: ReceivingParts, row: InboxInsert): Promise<ReceivedRow> {
  const gathered = ofParts.get(parts) ?? { count: 0, write: gather((rows) => together(parts, rows), limits) };
  ofParts.set(parts, gathered);
  // Large ones go alone, so that no statement grows without bound.
  if (row.raw === null || gathered.count >= mostGathered) return alone(parts, row);
  gathered.count += 1;
  const written = await gathered.write(row).finally(() => {
    gathered.count -= 1;
  });
  return written ?? alone(parts, row);
}

async function together(parts: ReceivingParts, rows: readonly InboxInsert[]): Promise<(ReceivedRow | null)[]> {
  try {
    return await retryOnConflict(() => insertInboxes(parts.db.sql, rows, patienceMs));
  } catch (error) {
    // About the database and not about one of them.
    if (error instanceof HubError) throw error;
    parts.log.info({ contacts: rows.length, reason: reasonOf(error) }, 'contacts not received together');
    return rows.map(() => null);
  }
}

async function alone(parts: ReceivingParts, row: InboxInsert): Promise<ReceivedRow> {
  const [written] = await retryOnConflict(() => insertInboxes(parts.db.sql, [row]));
  return written as ReceivedRow;
}
