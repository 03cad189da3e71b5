/** The router's first part: from the inbox row to the message of a ticket of a customer, in one transaction. */
import { foundBy } from '@patchbay/domain';
import { HubError, inboundContact } from '@patchbay/contracts';
import type { InboundContact } from '@patchbay/contracts';
import {
  databaseConstraint,
  databaseErrorCode,
  ingestApply,
  ingestFast,
  ingestSnapshot,
  insertCall,
  nameInboxApart,
  postponeInbox,
  quarantineInbox,
  readInbox,
  rewriteInbox,
} from '@patchbay/store';
import type { Ingested, InboxRow, Queryable } from '@patchbay/store';
import { awaitFiles } from '@patchbay/store/queries/awaited-files';
import type { Parts } from '../parts.ts';
import { settledAsTold } from '../report-mail/told.ts';
import { createLookups } from '../routing-rules/lookups.ts';
import { decideContact } from './decide.ts';
import { ingestCallStep } from './call-steps.ts';
import { bodiesWithout, fetchFiles } from './remote-files.ts';
import type { FetchedFiles } from './remote-files.ts';
import { backoffMs, ingestPolicy, isLastTry, isRetryable, reasonOf, retryOnConflict } from './retry.ts';

/** Handles the job `ingest-contact`. Repeating it has no effect: only a pending row is worked on. */
export async function ingestContact(parts: Parts, { inboxId }: { inboxId: string }): Promise<void> {
  try {
    const done = await retryOnConflict(() =>
      ingestFast(parts.db.sql, inboxId, continuation(parts), JSON.stringify(foundBy)),
    );
    if (done.outcome === 'settled') return;
    if (done.outcome === 'done') {
      follow(parts, done, 'fast');
      return;
    }
    const row = await readInbox(parts.db.sql, inboxId);
    if (row?.state === 'pending') await ingestByRules(parts, row);
  } catch (error) {
    if (databaseErrorCode(error) === 'PB002') return;
    const apart = isNameTaken(error) ? await nameInboxApart(parts.db.sql, inboxId) : null;
    if (apart === 'renamed') await ingestContact(parts, { inboxId });
    if (apart === null) await putOff(parts, inboxId, error);
  }
}

/** A message of ours has its name: a mail of ours that comes back, or somebody who gives theirs the same. */
function isNameTaken(error: unknown): boolean {
  return databaseConstraint(error) === 'message_channel_account_external_id_key';
}

async function ingestByRules(parts: Parts, row: InboxRow): Promise<void> {
  const parsed = inboundContact.safeParse(row.contact);
  if (!parsed.success)
    throw new HubError('unprocessable', `The contact has a wrong shape: ${parsed.error.issues[0]?.message ?? ''}`);
  const contact = parsed.data;
  if (await settledAsTold(parts, row.id, contact)) return;
  const fetched = await fetchFiles(parts, contact, row.attempts);
  if (contact.call && contact.call.step !== 'ringing') {
    const done = await retryOnConflict(() => ingestCallStep(parts, row, contact, fetched.stored));
    if (done) follow(parts, done, 'rules');
    parts.relay.nudge();
    return;
  }
  const { done, awaited } = await retryOnConflict(() =>
    parts.db.transaction((tx) => ingestMessage(parts, tx, row, contact, fetched)),
  );
  follow(parts, done, 'rules');
  for (const { id, tries, delayMs } of awaited)
    parts.jobs.add('fetch-file', { awaitedFileId: id, round: tries }, { delayMs });
}

async function ingestMessage(
  parts: Parts,
  tx: Queryable,
  row: InboxRow,
  contact: InboundContact,
  { stored, awaited, missing }: FetchedFiles,
): Promise<{ done: Ingested; awaited: Awaited<ReturnType<typeof awaitFiles>> }> {
  const channel = parts.channels.get(contact.channel);
  if (!channel) throw new HubError('unprocessable', 'Its channel is not set up');
  const snapshot = await ingestSnapshot(tx, contact, channel.capabilities.continuationMs);
  const lookups = createLookups(tx, parts.db, () => snapshot.customers.map(({ customerId }) => customerId));
  const decision = await decideContact(parts, lookups, contact, snapshot, channel.capabilities);
  // After the decision, which is about what the customer wrote.
  if (missing.length > 0) await rewriteInbox(tx, row.id, bodiesWithout(contact, missing));
  const done = await ingestApply(tx, row.id, contact, {
    ...decision,
    attachments: awaited.length === 0 ? [...contact.attachments, ...stored] : contact.attachments,
  });
  if (contact.call) {
    const { ticketId, customerId, correlationId } = done;
    await insertCall(tx, {
      callSid: contact.call.callSid,
      ticketId,
      customerId,
      caller: contact.from,
      called: contact.channelAccount,
      correlationId,
    });
  }
  return { done, awaited: awaited.length === 0 ? [] : await awaitFiles(tx, done.messageId, stored, awaited) };
}

/** What comes after a contact's transaction. */
export function follow(parts: Parts, done: Ingested, path: 'fast' | 'rules' | 'batch'): void {
  parts.relay.nudge();
  parts.metrics.ingested.inc({ channel: done.channel, path });
  parts.metrics.ingestSeconds.observe({ channel: done.channel }, done.seconds);
  parts.log.info(
    {
      ticketId: done.ticketId,
      messageId: done.messageId,
      opened: done.opened,
      path,
      correlationId: done.correlationId,
    },
    'contact ingested',
  );
  const unhurried = done.channel === 'email';
  if (done.waiting && done.queueId) parts.jobs.add('assign-waiting', { queueId: done.queueId }, { unhurried });
  if (done.outboundId)
    parts.jobs.add(
      'send-outbound',
      { outboundId: done.outboundId, round: 0, channel: done.channel },
      { unhurried: unhurried && 'after-rush' },
    );
}

const continuations = new WeakMap<Parts, string>();

/** Each channel's continuation window in milliseconds, as the database functions take it. */
export function continuation(parts: Parts): string {
  let value = continuations.get(parts);
  if (value === undefined) {
    value = JSON.stringify(
      Object.fromEntries([...parts.channels].map(([name, channel]) => [name, channel.capabilities.continuationMs])),
    );
    continuations.set(parts, value);
  }
  return value;
}

/** A failed contact comes back later; after the last try, or when trying again cannot help, a person gets it. */
async function putOff(parts: Parts, inboxId: string, error: unknown): Promise<void> {
  const reason = reasonOf(error);
  const row = await readInbox(parts.db.sql, inboxId);
  if (row?.state !== 'pending') return;
  if (isRetryable(error) && !isLastTry(error, row.attempts)) {
    const retryAfterMs = error instanceof HubError ? error.retryAfterMs : undefined;
    const delayMs = backoffMs(ingestPolicy(error), row.attempts + 1, Math.random(), retryAfterMs);
    const attempts = await postponeInbox(parts.db.sql, inboxId, reason, delayMs);
    parts.log.warn(
      { err: error, inboxId, attempts, delayMs, correlationId: row.correlationId },
      'contact failed and is tried again later',
    );
    const media = (row.contact?.remoteFiles.length ?? 0) > 0;
    if (attempts !== null) parts.jobs.add('ingest-contact', { inboxId, round: attempts, media }, { delayMs });
    return;
  }
  await quarantineInbox(parts.db.sql, inboxId, reason);
  parts.metrics.quarantined.inc({ channel: row.channel });
  parts.log.error({ err: error, inboxId, correlationId: row.correlationId }, 'contact quarantined');
  parts.relay.nudge();
}
