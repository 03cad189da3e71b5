/** Takes a contact in. When `receive` resolves it is durable, and only then may the provider be told that all is well. */
import { createHash, randomUUID } from 'node:crypto';
import { HubError, inboundContact } from '@patchbay/contracts';
import type { ChannelName, InboundContact, InboundContactDraft } from '@patchbay/contracts';
import type { RawPayload, ReceiveOutcome } from '@patchbay/channels/channel';
import { databaseErrorCode, endQuarantine, insertInbox, readInbox, recordDelivery, reviveInbox } from '@patchbay/store';
import type { InboxRow } from '@patchbay/store';
import type { Parts } from '../parts.ts';

/** Larger payloads lie in the file store, and the row keeps their hash; smaller ones cost no flush of their own. */
const largestRow = 64 * 1024;

interface Origin {
  channel: ChannelName;
  channelAccount: string;
  externalId: string;
}

export async function receive(
  parts: Parts,
  draft: InboundContactDraft,
  raw: RawPayload,
  correlationId: string = randomUUID(),
): Promise<ReceiveOutcome> {
  const parsed = inboundContact.safeParse(storable(draft));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return quarantine(
      parts,
      draft,
      `The contact has a wrong shape: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      raw,
      correlationId,
    );
  }
  const stored = await storeRaw(parts, raw);
  const row = await insertInbox(parts.db.sql, {
    ...origin(parsed.data),
    ...stored,
    contentHash: parsed.data.contentHash ?? null,
    contact: parsed.data,
    state: 'pending',
    reason: null,
    correlationId,
  });
  parts.metrics.received.inc({ channel: draft.channel, outcome: row.outcome });
  parts.log.info(
    { channel: draft.channel, inboxId: row.inboxId, outcome: row.outcome, correlationId: row.correlationId },
    'contact received',
  );
  if (row.outcome === 'accepted')
    parts.jobs.add('ingest-contact', { inboxId: row.inboxId, round: 0, media: parsed.data.remoteFiles.length > 0 });
  return { inboxId: row.inboxId, outcome: row.outcome };
}

/** Keeps bytes that could not be understood, with the reason, where a person sees them. */
export async function quarantine(
  parts: Parts,
  from: Origin,
  reason: string,
  raw: RawPayload,
  correlationId: string = randomUUID(),
): Promise<ReceiveOutcome> {
  const stored = await storeRaw(parts, raw);
  const row = await insertInbox(parts.db.sql, {
    ...origin(storable(from)),
    ...stored,
    contentHash: null,
    contact: null,
    state: 'quarantined',
    reason: storable(reason),
    correlationId,
  });
  parts.metrics.received.inc({ channel: from.channel, outcome: 'quarantined' });
  parts.log.warn(
    { channel: from.channel, inboxId: row.inboxId, correlationId: row.correlationId },
    'contact quarantined',
  );
  parts.relay.nudge();
  return { inboxId: row.inboxId, outcome: row.outcome };
}

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
    );
  const contact = inboundContact.safeParse(storable(draft));
  if (!contact.success)
    throw new HubError(
      'unprocessable',
      `The contact still has a wrong shape: ${contact.error.issues[0]?.message ?? ''}`,
    );
  await revive(parts, inboxId, contact.data, actorId);
}

async function revive(parts: Parts, inboxId: string, contact: InboundContact, actorId: string | null): Promise<void> {
  try {
    const revived = await reviveInbox(parts.db.sql, inboxId, contact, actorId);
    if (!revived) throw new HubError('conflict', 'Somebody else has replayed it');
    parts.jobs.add('ingest-contact', { inboxId, round: revived.attempts, media: contact.remoteFiles.length > 0 });
  } catch (error) {
    if (databaseErrorCode(error) !== '23505') throw error;
    // The provider delivered it again in the meantime, and then it was understood.
    await endQuarantine(parts.db.sql, inboxId, 'duplicate', 'The same contact was received again and understood');
  }
  parts.relay.nudge();
}

/** What an adapter makes of kept bytes today; null when they only held delivery reports, which are recorded. */
async function reparse(parts: Parts, row: InboxRow): Promise<InboundContactDraft | null> {
  const channel = parts.channels.get(row.channel);
  if (!channel) throw new HubError('unprocessable', 'Its channel is not set up');
  const body = row.raw ?? (await parts.files.read(row.rawSha256));
  // A webhook that was not understood is kept under the path that it came to.
  const path = channel.webhookPaths.find((known) => known === row.channelAccount) ?? channel.webhookPaths[0] ?? '/';
  const request = {
    method: 'POST',
    path,
    url: parts.config.publicUrl + path,
    headers: { 'content-type': row.rawType },
    query: {},
    body,
  };
  const [draft] = await channel.parse(request);
  if (draft) return draft;
  const reports = channel.parseStatus(request);
  if (reports.length === 0) throw new HubError('unprocessable', 'Its bytes hold no contact');
  for (const report of reports) await recordDelivery(parts.db.sql, report);
  return null;
}

/**
 * A text without what PostgreSQL cannot keep in text and JSON: NUL characters, and surrogates without their other half. The raw bytes keep
 * them.
 */
function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed() as T;
  if (Array.isArray(value)) return value.map(storable) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, storable(inner)])) as T;
}

function origin({ channel, channelAccount, externalId }: Origin): Origin {
  return { channel, channelAccount, externalId };
}

async function storeRaw(
  parts: Parts,
  raw: RawPayload,
): Promise<{ raw: Uint8Array | null; rawType: string; rawSha256: string }> {
  if (raw.bytes.byteLength <= largestRow) {
    return {
      raw: raw.bytes,
      rawType: raw.contentType,
      rawSha256: createHash('sha256').update(raw.bytes).digest('hex'),
    };
  }
  const { sha256 } = await parts.files.put(raw.bytes);
  return { raw: null, rawType: raw.contentType, rawSha256: sha256 };
}
