/** Joining customers and taking them apart again: who may is asked before, what happens is the ledger's. */
import { HubError } from '@patchbay/contracts';
import type { MergeEntry, ProofOutcome } from '@patchbay/contracts';
import { databaseErrorCode } from '@patchbay/store';
import { proveIdentifier, type Proof } from '@patchbay/store/queries/identifiers';
import { mergeCustomers, readMerge, splitIdentifier, undoMerge, type Split } from '@patchbay/store/queries/merges';
import {
  certainSuggestions,
  decideSuggestion,
  keepSuggestionMerge,
  readSuggestion,
} from '@patchbay/store/queries/suggestions';
import type { Parts } from '../parts.ts';
import { retryOnConflict } from '../pipeline/retry.ts';

/** @throws HubError `not_found` */
export async function mergeEntry(parts: Pick<Parts, 'db'>, id: string): Promise<MergeEntry> {
  const merge = await readMerge(parts.db.sql, id);
  if (!merge) throw new HubError('not_found', 'There is no such merge');
  return merge;
}

/** Carries out a change of the ledger again when somebody else's came in between. */
async function changeLedger<T>(parts: Parts, work: () => Promise<T>): Promise<T> {
  const done = await retryOnConflict(work);
  parts.relay.nudge();
  return done;
}

export async function merge(parts: Parts, customerId: string, otherId: string, agentId: string): Promise<MergeEntry> {
  const id = await changeLedger(parts, () => mergeCustomers(parts.db.sql, customerId, otherId, agentId));
  return mergeEntry(parts, id);
}

export async function split(parts: Parts, wanted: Split): Promise<MergeEntry> {
  return mergeEntry(parts, await changeLedger(parts, () => splitIdentifier(parts.db.sql, wanted)));
}

export async function undo(parts: Parts, mergeId: string, agentId: string): Promise<MergeEntry> {
  await changeLedger(parts, () => undoMerge(parts.db.sql, mergeId, agentId));
  return mergeEntry(parts, mergeId);
}

export async function prove(parts: Parts, proof: Proof): Promise<ProofOutcome> {
  return changeLedger(parts, () => proveIdentifier(parts.db.sql, proof));
}

/** Accepts and merges. @throws HubError `not_found`; `conflict` when it is decided, or one of the two is merged already */
export async function acceptSuggestion(
  parts: Parts,
  id: string,
  keepId: string | undefined,
  agentId: string,
): Promise<MergeEntry> {
  const mergeId = await changeLedger(parts, () =>
    parts.db.transaction(async (tx) => {
      const suggestion = await readSuggestion(tx, id);
      if (!suggestion) throw new HubError('not_found', 'There is no such suggestion');
      const { lowId, highId } = suggestion;
      if (keepId !== undefined && keepId !== lowId && keepId !== highId)
        throw new HubError('invalid_input', 'keepId: not one of the two');
      if (!(await decideSuggestion(tx, id, 'accepted', agentId))) throw decided();
      const keep = keepId ?? lowId;
      const merged = await mergeCustomers(tx, keep, keep === lowId ? highId : lowId, agentId, 'Suggestion accepted');
      await keepSuggestionMerge(tx, id, merged);
      return merged;
    }),
  );
  return mergeEntry(parts, mergeId);
}

/** For good: the two are not suggested again, nor are customers who are merged into them. @throws HubError `conflict` */
export async function rejectSuggestion(parts: Parts, id: string, agentId: string): Promise<void> {
  if (!(await parts.db.transaction((tx) => decideSuggestion(tx, id, 'rejected', agentId)))) throw decided();
  parts.relay.nudge();
}

const decided = () => new HubError('conflict', 'Somebody has decided about this suggestion already');
const bulkSize = 200;

/** Merges the most certain pairs, one by one; a pair of which somebody else was faster, or that an earlier one touched, is skipped. */
export async function acceptCertain(
  parts: Parts,
  minScore: number,
  agentId: string,
): Promise<{ merged: number; skipped: number }> {
  const counts = { merged: 0, skipped: 0 };
  for (const { id } of await certainSuggestions(parts.db.sql, minScore, bulkSize)) {
    try {
      await acceptSuggestion(parts, id, undefined, agentId);
      counts.merged += 1;
    } catch (error) {
      if (!(error instanceof HubError) && databaseErrorCode(error) !== 'PB003') throw error;
      counts.skipped += 1;
    }
  }
  return counts;
}
