/** Takes a contact in. When `receive` resolves it is durable, and only then may the provider be told that all is well. */
import { hash, randomUUID } from 'node:crypto';
import { inboundContact, plainLine, storableText } from '@patchbay/contracts';
import type { ChannelName, InboundContact, InboundContactDraft } from '@patchbay/contracts';
import type { RawPayload, ReceiveOutcome } from '@patchbay/channels/channel';
import { endQuarantine, keepEnvelope, quarantinedAs } from '@patchbay/store';
import type { StoredRaw } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { writeReceived } from './received-together.ts';
import { sealContact } from './sensitive-request.ts';

/** Larger payloads lie in the file store, and the row keeps their hash; smaller ones cost no flush of their own. */
const largestRow = 64 * 1024;

interface Origin {
  channel: ChannelName;
  channelAccount: string;
  externalId: string;
  /** Where it is known, the same name with another content is another contact here, too. */
  contentHash?: string | undefined;
}

export async function receive(
  parts: Parts,
  draft: InboundContactDraft,
  raw: RawPayload,
  correlationId: string = randomUUID(),
): Promise<ReceiveOutcome> {
  const parsed = inboundContact.safeParse(storableContact(draft));
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
  const sealed = await sealContact(parts, parsed.data);
  const contact = sealed ?? parsed.data;
  const stored = sealed === null ? await storeRaw(parts, raw) : await storeSealed(parts, sealed);
  const row = await writeReceived(parts, {
    ...origin(parsed.data),
    ...stored,
    contentHash: parsed.data.contentHash ?? null,
    contact,
    state: 'pending',
    reason: null,
    correlationId,
  });
  if (row.outcome === 'accepted') parts.rush.note();
  parts.metrics.received.inc({ channel: draft.channel, outcome: row.outcome });
  parts.log.info(
    { channel: draft.channel, inboxId: row.inboxId, outcome: row.outcome, correlationId: row.correlationId },
    'contact received',
  );
  if (row.outcome === 'accepted')
    parts.jobs.add(
      'ingest-contact',
      { inboxId: row.inboxId, round: 0, media: parsed.data.remoteFiles.length > 0 },
      { unhurried: draft.channel === 'email' },
    );
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
  const row = await writeReceived(parts, {
    ...origin(storable(from)),
    ...stored,
    contentHash: from.contentHash ?? null,
    contact: null,
    state: 'quarantined',
    reason: storable(reason),
    correlationId,
  });
  // Before the provider hears that it is here: when this fails it comes again.
  if (raw.envelope) await keepEnvelope(parts.db.sql, row.inboxId, storable(raw.envelope));
  parts.metrics.received.inc({ channel: from.channel, outcome: 'quarantined' });
  parts.log.warn(
    { channel: from.channel, inboxId: row.inboxId, correlationId: row.correlationId },
    'contact quarantined',
  );
  parts.relay.nudge();
  return { inboxId: row.inboxId, outcome: row.outcome };
}

/** What was kept under these names has come in by itself; nothing happens where a person has put it away. */
export async function endQuarantineOf(
  parts: Parts,
  channelAccount: string,
  externalId: string,
  reason: string,
): Promise<void> {
  const id = await quarantinedAs(parts.db.sql, channelAccount, externalId);
  if (id === null) return;
  await endQuarantine(parts.db.sql, id, 'done', reason, null);
  parts.relay.nudge();
}

/**
 * A text without what PostgreSQL cannot keep in text and JSON: NUL characters, and surrogates without their other half. The raw bytes keep
 * them.
 */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return storableText(value, value.length) as T;
  if (Array.isArray(value)) return value.map(storable) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, storable(inner)])) as T;
}

/** A contact as it can be kept, its names in lines that show what they say. */
export function storableContact(draft: InboundContactDraft): InboundContactDraft {
  const { senderName, subject, ...rest } = storable(draft);
  const name = plainLine(senderName ?? '');
  return {
    ...rest,
    ...(name !== '' && { senderName: name }),
    ...(subject !== undefined && { subject: plainLine(subject) }),
  };
}

function origin({ channel, channelAccount, externalId }: Origin): Omit<Origin, 'contentHash'> {
  return { channel, channelAccount, externalId };
}

/** The bytes say in plain what is sealed: what was understood of them is kept instead. */
export const storeSealed = (parts: Parts, sealed: InboundContact): Promise<StoredRaw> =>
  storeRaw(parts, { bytes: Buffer.from(JSON.stringify(sealed)), contentType: 'application/json' });

async function storeRaw(parts: Parts, raw: RawPayload): Promise<StoredRaw> {
  if (raw.bytes.byteLength <= largestRow) {
    return {
      raw: raw.bytes,
      rawType: raw.contentType,
      rawSha256: hash('sha256', raw.bytes),
    };
  }
  const { sha256 } = await parts.files.put(raw.bytes);
  return { raw: null, rawType: raw.contentType, rawSha256: sha256 };
}
