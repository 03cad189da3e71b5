/** Received contacts are written down, each alone when nothing else is under way, and together with others when much comes at once. */
import { insertInboxes } from '@patchbay/store';
import type { InboxInsert, ReceivedRow } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { gather } from './gather.ts';
import { pieceByPiece } from './piece-by-piece.ts';
import { retryOnConflict } from './retry.ts';

/** Statements at once, and contacts in one of them at the most. */
const limits = { atOnce: 2, most: 16 };

type Write = (row: InboxInsert) => Promise<() => ReceivedRow>;

const ofParts = new WeakMap<Parts, Write>();

/** Resolves once the row is committed, whatever became of others that went with it. */
export async function writeReceived(parts: Parts, row: InboxInsert): Promise<ReceivedRow> {
  const write = (rows: readonly InboxInsert[]) => retryOnConflict(() => insertInboxes(parts.db.sql, rows));
  // Large ones go alone, so that no statement grows without bound.
  if (row.raw === null) return (await write([row]))[0] as ReceivedRow;
  const known = ofParts.get(parts) ?? gather(pieceByPiece(write), limits);
  ofParts.set(parts, known);
  return (await known(row))();
}
