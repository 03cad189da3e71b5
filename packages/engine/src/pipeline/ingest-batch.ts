/** Contacts that came at the same time, ingested in one transaction as long as none of them says anything about another. */
import { takeTurns } from '@patchbay/channels/turns';
import { inboundContact } from '@patchbay/contracts';
import { ingestApplyAll, ingestSnapshots } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { tellOfReports } from '../report-mail/told.ts';
import { createLookups } from '../routing-rules/lookups.ts';
import { decideContact } from './decide.ts';
import { gather } from './gather.ts';
import { groupsOf, independent } from './independent.ts';
import type { Plain, Waiting } from './independent.ts';
import { continuation, follow, ingestContact } from './ingest.ts';
import { reasonOf } from './retry.ts';

/** Transactions at once, and contacts in one of them at the most. */
const limits = { atOnce: 2, most: 64 };
/** Who waits longer for another transaction is left to itself, so that one customer delays no other. Milliseconds. */
const patienceMs = 250;

/**
 * Answers what handles the jobs `ingest-contact` and `ingest-contacts`. A contact that comes alone is ingested at once; what comes while
 * others are being ingested goes together.
 */
export function createIngestion(parts: Parts): (inboxIds: readonly string[]) => Promise<void> {
  const ingest = gather(async (inboxIds: readonly string[]) => {
    const [only] = inboxIds;
    if (inboxIds.length === 1 && only !== undefined) await ingestContact(parts, { inboxId: only });
    else await ingestContacts(parts, [...new Set(inboxIds)]);
    return inboxIds;
  }, limits);
  return async (inboxIds) => void (await Promise.all(inboxIds.map(ingest)));
}

/**
 * What cannot be ingested together (one customer writes twice, an answer comes with what it answers or is its ticket's customer's by its
 * address alone, a third mail binds two, a subject names several tickets, a machine tells of a mail about no ticket, a call) follows one by one, in
 * its order. When anything stands against the whole, nothing of it was written, and each is tried for itself: all groups at once, so that nobody waits
 * for others, and those of one group in their order. What comes in two batches has no order, as it has none when two processes take it.
 */
async function ingestContacts(parts: Parts, inboxIds: readonly string[]): Promise<void> {
  try {
    for (const inboxId of await ingestTogether(parts, inboxIds)) await ingestContact(parts, { inboxId });
  } catch (error) {
    parts.log.info({ contacts: inboxIds.length, reason: reasonOf(error) }, 'contacts not ingested together');
    const groups = await waitingOf(parts, parts.db.sql, inboxIds, false).then(groupsOf, (unread: unknown) => {
      // One of them cannot even be looked at.
      parts.log.info({ contacts: inboxIds.length, reason: reasonOf(unread) }, 'contacts in no order');
      return inboxIds.map((inboxId) => [{ inboxId }]);
    });
    await Promise.all(
      groups.map(async (group) => {
        for (const { inboxId } of group) await ingestContact(parts, { inboxId });
      }),
    );
  }
}

async function ingestTogether(parts: Parts, inboxIds: readonly string[]): Promise<string[]> {
  const { done, left } = await parts.db.transaction(async (tx) => {
    await tx.query(`set local lock_timeout = ${patienceMs}`);
    const waiting = await waitingOf(parts, tx, inboxIds, true);
    const alone = await tellOfReports(tx, waiting);
    const items = await decideAll(parts, tx, independent(waiting, alone));
    const decided = new Set(items.map(({ inboxId }) => inboxId));
    return {
      done: items.length === 0 ? [] : await ingestApplyAll(tx, items),
      left: waiting.flatMap(({ inboxId }) => (decided.has(inboxId) ? [] : [inboxId])),
    };
  });
  for (const one of done) follow(parts, one, 'batch');
  return left;
}

async function waitingOf(parts: Parts, sql: Queryable, inboxIds: readonly string[], lock: boolean): Promise<Waiting[]> {
  const found = await ingestSnapshots(sql, inboxIds, continuation(parts), lock);
  return found.map(({ inboxId, contact, snapshot }) => ({
    inboxId,
    snapshot,
    contact: inboundContact.safeParse(contact).data,
  }));
}

async function decideAll(parts: Parts, tx: Queryable, waiting: readonly Plain[]) {
  const lookups = createLookups(tx, parts.db, () =>
    waiting.flatMap(({ snapshot }) => snapshot.customers.map(({ customerId }) => customerId)),
  );
  const items: { inboxId: string; decision: Awaited<ReturnType<typeof decideContact>> }[] = [];
  const ownTurn = takeTurns();
  for (const { inboxId, contact, snapshot } of waiting) {
    await ownTurn();
    const channel = parts.channels.get(contact.channel);
    if (channel)
      items.push({ inboxId, decision: await decideContact(parts, lookups, contact, snapshot, channel.capabilities) });
  }
  return items;
}
