/** What a chat visitor sends, as a contact. The widget's own message is checked by `visitorSend` before it gets here. */
import { HubError, parseInput, storedFile, timestamp, visitorSend } from '@patchbay/contracts';
import { contactIdentifier } from '@patchbay/contracts';
import type { ContactIdentifier, InboundContactDraft, StoredFile, VisitorSend } from '@patchbay/contracts';
import { z } from 'zod';
import type { RawPayload } from '../channel.ts';

/** The centre has one chat account: every widget leads to it. */
export const chatAccount = 'chat';
const subjectLength = 80;

/** The bytes kept of a visitor's message: enough to make the same contact again. */
export const visitorRaw = z.object({
  visitorId: z.uuid(),
  message: visitorSend,
  files: z.array(storedFile).default([]),
  receivedAt: timestamp,
  /** What the host site vouched for at that moment. */
  proof: z
    .object({
      displayName: z.string().nullable(),
      identifiers: z.array(contactIdentifier.pick({ kind: true, value: true })).max(5),
    })
    .optional(),
});
export type VisitorProof = NonNullable<z.infer<typeof visitorRaw>['proof']>;

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
const storable = (text: string) => text.replaceAll('\0', '').toWellFormed();
const oneLine = (text: string) =>
  storable(text)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();

/** The first words, cut between words where there are any. */
function firstWords(text: string): string {
  const line = oneLine(text);
  const points = [...line];
  if (points.length <= subjectLength) return line;
  const cut = points.slice(0, subjectLength).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > subjectLength / 2 ? cut.slice(0, space) : cut}…`;
}

function identifiersOf(visitorId: string, message: VisitorSend, proof: VisitorProof | undefined): ContactIdentifier[] {
  const proved: ContactIdentifier[] = [
    { kind: 'visitor' as const, value: visitorId },
    ...(proof?.identifiers ?? []),
  ].map((identifier) => ({ ...identifier, grade: 'verified' }));
  const email = message.email?.toLowerCase();
  if (email === undefined || proved.some(({ kind, value }) => kind === 'email' && value === email)) return proved;
  // Anybody can type any address into the form: it suggests a customer and never joins one.
  return [...proved, { kind: 'email', value: email, grade: 'claimed' }];
}

/** The id under which a visitor's message is known to the hub; the same client id of two visitors is two messages. */
export const visitorExternalId = (visitorId: string, clientId: string) => `${visitorId}:${clientId}`;

/**
 * The contact that a visitor's message is. `files` are the uploads it names, in its order, already in the file store;
 * `proof` is what the host site says of the visitor. Throws `invalid_input` for a message with neither text nor file.
 */
export function contactFromVisitor(
  visitorId: string,
  message: VisitorSend,
  files: StoredFile[],
  now: Date,
  proof?: VisitorProof,
): InboundContactDraft {
  const text = storable(message.text);
  if (text.trim() === '' && files.length === 0)
    throw new HubError('invalid_input', 'text: a message needs text or a file');
  const name = oneLine(proof?.displayName ?? message.name ?? '');
  const subject = firstWords(text) || firstWords(files.map((file) => file.filename).join(', '));
  return {
    channel: 'chat',
    channelAccount: chatAccount,
    externalId: visitorExternalId(visitorId, message.clientId),
    kind: 'customer',
    identifiers: identifiersOf(visitorId, message, proof),
    ...(name && { senderName: name }),
    from: name || `visitor ${visitorId.slice(0, 8)}`,
    to: [chatAccount],
    ...(subject && { subject }),
    text,
    attachments: files,
    receivedAt: now.toISOString(),
  };
}

/** The raw payload to keep beside the contact, so that it can be replayed. */
export function rawFromVisitor(
  visitorId: string,
  message: VisitorSend,
  files: StoredFile[],
  now: Date,
  proof?: VisitorProof,
): RawPayload {
  const kept = { visitorId, message, files, receivedAt: now.toISOString(), ...(proof && { proof }) };
  return { bytes: Buffer.from(JSON.stringify(kept)), contentType: 'application/json' };
}

/** The contact in kept bytes. Throws `invalid_input` when they are not such. */
export function contactFromRaw(bytes: Uint8Array): InboundContactDraft {
  const kept = parseInput(visitorRaw, jsonOf(bytes));
  return contactFromVisitor(kept.visitorId, kept.message, kept.files, new Date(kept.receivedAt), kept.proof);
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new HubError('invalid_input', 'The kept visitor message is not JSON', { cause });
  }
}
