/** The job that looks at customers who are new or have changed: who else they may be, and what proves their identifiers. */
import type { IdentitySettings } from '@patchbay/contracts';
import { blockingKeys, score, type IdentityRecord, type PairScore } from '@patchbay/domain/suggestion';
import type { Queryable } from '@patchbay/store';
import {
  countSuggestions,
  hasIdentityWork,
  lockIdentityReview,
  noteContacts,
  readCandidates,
  readIdentityRecords,
  replaceSuggestions,
  shareByNames,
  takeIdentityWork,
  tellSuggestions,
  writeBlockingKeys,
  type ScoredPair,
} from '@patchbay/store/queries/suggestions';
import type { Parts } from '../parts.ts';
import { readIdentitySettings } from './settings.ts';

/** How two records are compared. Both are pure. */
export interface Scorer {
  /** Two records without a key in common are never compared. */
  blockingKeys(record: IdentityRecord): string[];
  /** From 0 to 1, the same in both directions. */
  score(a: IdentityRecord, b: IdentityRecord): PairScore;
}

const scorer: Scorer = { blockingKeys, score };
const customersAtOnce = 100;
const contactsAtOnce = 500;
/** A job ends after so many, and the clock gives the next one: nothing else waits behind a long list. */
const batchesInJob = 20;
/** Counted up to here for the screens. */
export const countLimit = 1000;
/** Names kept of one identifier when nobody counts them. */
const leastNames = 5;

/** Called by the clock. Adding the job twice has no effect. */
export async function askForReview(parts: Parts): Promise<void> {
  if (await hasIdentityWork(parts.db.sql)) parts.jobs.add('review-identity', { review: 'identity' }, { once: true });
}

/** Handles the job `review-identity`. What it does not get to, or loses with a crash, is still on the list. */
export async function reviewIdentity(parts: Parts, by: Scorer = scorer): Promise<void> {
  const settings = await readIdentitySettings(parts.db.sql);
  let changed = false;
  for (let batch = 0; batch < batchesInJob; batch += 1) {
    const done = await parts.db.transaction((tx) => reviewBatch(tx, by, settings));
    changed ||= done.changed;
    if (!done.more) break;
  }
  if (changed) {
    const { open } = await countSuggestions(parts.db.sql, settings.bulkScore, countLimit);
    await tellSuggestions(parts.db.sql, open);
  }
  parts.relay.nudge();
}

async function reviewBatch(
  tx: Queryable,
  by: Scorer,
  settings: IdentitySettings,
): Promise<{ more: boolean; changed: boolean }> {
  if (!(await lockIdentityReview(tx))) return { more: false, changed: false };
  const contacts = await noteContacts(tx, contactsAtOnce, Math.max(settings.sharedNames, leastNames));
  if (settings.sharedNames > 0 && contacts.named.length > 0)
    await shareByNames(tx, contacts.named, settings.sharedNames);
  const customerIds = await takeIdentityWork(tx, customersAtOnce);
  const changed = customerIds.length > 0 && (await suggestFor(tx, by, customerIds, settings.suggestScore));
  return { more: contacts.more || customerIds.length > 0, changed };
}

/** Computes the keys of these customers anew, and whom they may be. Answers whether any suggestion came or went. */
async function suggestFor(
  tx: Queryable,
  by: Scorer,
  customerIds: readonly string[],
  leastScore: number,
): Promise<boolean> {
  const records = await readIdentityRecords(tx, customerIds);
  const wanted = records.map((record) => ({ customerId: record.id, keys: by.blockingKeys(record) }));
  const keys = wanted.flatMap(({ customerId, keys: own }) => own.map((key) => ({ customerId, key })));
  await writeBlockingKeys(tx, keys, customerIds);
  const candidates = await readCandidates(tx, wanted);
  const known = new Map(records.map((record) => [record.id, record]));
  const others = [...new Set(candidates.map(({ otherId }) => otherId))].filter((id) => !known.has(id));
  for (const record of await readIdentityRecords(tx, others)) known.set(record.id, record);
  return replaceSuggestions(tx, customerIds, pairsOf(by, candidates, known, leastScore));
}

function pairsOf(
  by: Scorer,
  candidates: readonly { customerId: string; otherId: string }[],
  records: ReadonlyMap<string, IdentityRecord>,
  leastScore: number,
): ScoredPair[] {
  const pairs = new Map<string, ScoredPair>();
  for (const { customerId, otherId } of candidates) {
    const [lowId, highId] = customerId < otherId ? [customerId, otherId] : [otherId, customerId];
    const [low, high] = [records.get(lowId), records.get(highId)];
    if (!low || !high || pairs.has(`${lowId} ${highId}`)) continue;
    const found = by.score(low, high);
    if (found.score >= leastScore) pairs.set(`${lowId} ${highId}`, { lowId, highId, ...found });
  }
  return [...pairs.values()];
}
