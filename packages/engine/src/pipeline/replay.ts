/** The way back out of quarantine: one contact at once, or many through the queue. */
import { HubError, inboundContact } from '@patchbay/contracts';
import type { InboundContact, InboundContactDraft } from '@patchbay/contracts';
import { matchWebhookPath } from '@patchbay/channels/webhook-path';
import {
  contentHashOf,
  databaseErrorCode,
  endQuarantine,
  readInbox,
  recordDelivery,
  reviveInbox,
} from '@patchbay/store';
import type { InboxRow, StoredRaw } from '@patchbay/store';
import { failReplay, requestedReplay } from '@patchbay/store/queries/inbox-bulk';
import { z } from 'zod';
import type { Parts } from '../parts.ts';
import { storable, storableContact, storeSealed } from './receive.ts';
import { reasonOf } from './retry.ts';
import { sealContact } from './sensitive-request.ts';

/**
 * Sends a quarantined contact round again. Bytes that were not understood are parsed anew, so that a mended adapter understands what it
 * did not before.
 *
 * @throws HubError `not_found`, `conflict` when it is not quarantined, `unprocessable` when its bytes still cannot be understood.
 */
export async function replayContact(parts: Parts, inboxId: string, actorId: string | null): Promise<void> {
  const row = await readInbox(parts.db.sql, inboxId);
  if (!row) throw new HubError('not_found', 'There is no such contact');
  if (row.state !== 'quarantined') throw new HubError('conflict', 'Only a quarantined contact can be replayed');
  const draft = row.contact === null ? await reparse(parts, row) : { ...row.contact, externalId: row.externalId };
  if (draft === null)
    return endQuarantine(
      parts.db.sql,
      inboxId,
      'done',
      'It held no contact but reports about sent messages, which are recorded now',
      actorId,
    );
  const contact = inboundContact.safeParse(storableContact(draft));
  if (!contact.success)
    throw new HubError(
      'unprocessable',
      `The contact still has a wrong shape: ${contact.error.issues[0]?.message ?? ''}`,
    );
  // Which of its fields are sensitive may have been unknown when it was kept.
  const sealed = await sealContact(parts, contact.data);
  const stored = sealed && (await storeSealed(parts, sealed));
  await revive(parts, inboxId, sealed ?? contact.data, stored, actorId);
}

async function revive(
  parts: Parts,
  inboxId: string,
  contact: InboundContact,
  stored: StoredRaw | null,
  actorId: string | null,
): Promise<void> {
  const revived = await revivedUnder(parts, inboxId, contact, stored, actorId);
  if (revived === 'none') throw new HubError('conflict', 'Somebody else has replayed it');
  // The provider delivered it again in the meantime, and then it was understood.
  if (revived === 'taken')
    await endQuarantine(
      parts.db.sql,
      inboxId,
      'duplicate',
      'The same contact was received again and understood',
      actorId,
    );
  else parts.jobs.add('ingest-contact', { inboxId, round: revived.attempts, media: contact.remoteFiles.length > 0 });
  parts.relay.nudge();
}

/** Under its own names, or where something else is known by them, under those that `receive_contact` gives to the same id with another content. */
async function revivedUnder(
  parts: Parts,
  inboxId: string,
  contact: InboundContact,
  stored: StoredRaw | null,
  actorId: string | null,
): Promise<{ attempts: number } | 'none' | 'taken'> {
  const { channelAccount, externalId, contentHash } = contact;
  try {
    return (await reviveInbox(parts.db.sql, inboxId, contact, stored, actorId)) ?? 'none';
  } catch (error) {
    if (databaseErrorCode(error) !== '23505') throw error;
    const known = await contentHashOf(parts.db.sql, channelAccount, externalId);
    if (contentHash === undefined || known === null || known === contentHash) return 'taken';
    const renamed = { ...contact, externalId: `${externalId}#${contentHash.slice(0, 16)}` };
    return revivedUnder(parts, inboxId, renamed, stored, actorId);
  }
}

/** Of a channel that reads the query of its addresses (`readsQuery`). */
const webhookEnvelope = z.object({ path: z.string(), query: z.record(z.string(), z.string()) });

/** What an adapter makes of kept bytes today; null when they only held delivery reports, which are recorded. */
async function reparse(parts: Parts, row: InboxRow): Promise<InboundContactDraft | null> {
  const channel = parts.channels.get(row.channel);
  if (!channel) throw new HubError('unprocessable', 'Its channel is not set up');
  const body = row.raw ?? (await parts.files.read(row.rawSha256));
  const envelope = webhookEnvelope.safeParse(row.envelopes?.[0]).data;
  // A webhook that was not understood is kept under the path that it came to.
  const actual = envelope?.path ?? row.channelAccount;
  const called = matchWebhookPath(channel.webhookPaths, actual);
  const path = called?.path ?? channel.webhookPaths[0] ?? '/';
  const query = envelope?.query ?? {};
  const search = new URLSearchParams(query).toString();
  const request = {
    method: 'POST',
    path,
    params: called?.params ?? {},
    url: parts.config.publicUrl + (called ? actual : path) + (search && `?${search}`),
    headers: { 'content-type': row.rawType },
    query,
    body,
    ...(row.envelopes && { envelopes: row.envelopes }),
  };
  const [draft] = await channel.parse(request);
  if (draft) return draft;
  const reports = channel.parseStatus(request);
  if (reports.length === 0) throw new HubError('unprocessable', 'Its bytes hold no contact');
  for (const report of reports) await recordDelivery(parts.db.sql, report);
  return null;
}

/** Handles the job `replay-contact`. Repeating it has no effect: only a contact that is marked for replay is worked on. */
export async function replayRequested(parts: Parts, { inboxId }: { inboxId: string }): Promise<void> {
  const requested = await requestedReplay(parts.db.sql, inboxId);
  if (!requested) return;
  try {
    await replayContact(parts, inboxId, requested.actorId);
  } catch (error) {
    // Somebody was faster: discarded or replayed it. What passes by itself is left to the sweep.
    if (error instanceof HubError && (error.code === 'conflict' || error.retryable)) return;
    await failReplay(parts.db.sql, inboxId, storable(reasonOf(error)));
    parts.log.warn({ err: error, inboxId }, 'contact could not be replayed');
    parts.relay.nudge();
  }
}
