/** What a source posts, and the contact that it becomes. docs/http-channel.md says the same in words. */
import { createHash } from 'node:crypto';
import {
  checkRequest,
  type ContactIdentifier,
  type DeliveryReport,
  HubError,
  type InboundContactDraft,
  isEmail,
  parseInput,
  type RemoteFile,
  type StoredFile,
  timestamp,
} from '@patchbay/contracts';
import { matchesInTime } from '../field-pattern.ts';
import { normaliseEmail, normaliseIdentifier } from '@patchbay/domain';
import { z } from 'zod';
import type { FileStore } from '../channel.ts';
import { cleanFilename } from '../email/clean-text.ts';
import { toE164 } from '../twilio/phone-number.ts';
import { accountOf, type HttpSourceDirectory, type HttpSourceSettings } from './source.ts';

/** Bytes of one attachment. */
export const largestFile = 10 * 1024 * 1024;
const mostFiles = 20;

const filename = z.string().min(1).max(255);
const contentType = z
  .string()
  .max(255)
  .regex(/^[\w.+-]{1,100}\/[\w.+-]{1,100}(?:\s*;.*)?$/)
  .default('application/octet-stream');
const attachment = z.union(
  [
    z.object({ filename, contentType, content: z.base64() }),
    z.object({ filename, contentType, url: z.url({ protocol: /^https?$/ }).max(2000) }),
    // A file that a form of the hub itself has stored already.
    z.object({ filename, contentType, size: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ],
  'an attachment has a filename and either content (base64) or url',
);
/**
 * By what a source calls a message of ours: what it answered to it. Nothing that it may call it is left out here, for it reports by that; what it
 * sends itself has stricter names.
 */
export const theirId = z.union([
  z
    .string()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'a text without control characters'),
  z.int().transform(String),
]);
const plainId = z.string().regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces');

export const incomingMessage = z.object({
  id: plainId.max(200),
  occurredAt: timestamp.optional(),
  from: z
    .object({
      externalId: plainId.max(200).optional(),
      account: z.string().trim().min(1).max(200).optional(),
      email: z.string().trim().refine(isEmail, 'not an email address').optional(),
      phone: z.string().trim().max(40).optional(),
      name: z.string().trim().max(200).optional(),
    })
    .default({}),
  conversationId: plainId.max(200).optional(),
  subject: z.string().max(500).optional(),
  text: z.string().max(200_000),
  html: z.string().max(500_000).optional(),
  attachments: z.array(attachment).max(mostFiles).default([]),
  requestType: z.string().max(100).optional(),
  fields: z.record(z.string().max(100), z.unknown()).optional(),
  inReplyTo: theirId.optional(),
  language: z.string().max(35).optional(),
  acknowledge: z.boolean().optional(),
  automatic: z.boolean().default(false),
});
export type IncomingMessage = z.input<typeof incomingMessage>;
type Incoming = z.output<typeof incomingMessage>;

const incomingStatus = z.object({
  id: theirId,
  status: z.enum(['delivered', 'read', 'failed']),
  error: z.string().max(500).optional(),
});

/** What the hub posts says so; a source may have a type of its own, and gives no ticket's number. */
export const outgoingType = 'message.created';
const ownAnswer = z.object({ type: z.literal(outgoingType), ticketNumber: z.number() });

/**
 * @throws HubError `invalid_input`; `unprocessable` for what the hub itself sent out, to a source whose `outboundUrl` leads back here: taken for
 * a customer's it would be answered again.
 */
export function jsonOf(body: Uint8Array): unknown {
  const json = parsed(body);
  if (ownAnswer.safeParse(json).success)
    throw new HubError('unprocessable', 'This is an answer of the hub: the outboundUrl of the source leads back to it');
  return json;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new HubError('invalid_input', 'The body is not JSON in UTF-8', { cause });
  }
}

export interface ContactDeps {
  readonly files: FileStore;
  readonly directory: HttpSourceDirectory;
  readonly now: Date;
}

/** @throws HubError `invalid_input` */
export async function contactFromMessage(
  input: unknown,
  source: HttpSourceSettings,
  deps: ContactDeps,
): Promise<InboundContactDraft> {
  const message = parseInput(incomingMessage, input);
  const identifiers = identifiersOf(message, source);
  const request = await requestOf(message, deps.directory);
  const language = languageOf(message.language);
  const stored = await filesOf(message, source, deps.files);
  return {
    channel: 'http',
    channelAccount: accountOf(source.id),
    externalId: message.id,
    contentHash: contentHashOf(message, source, stored),
    kind: 'customer',
    identifiers,
    ...(message.from.name ? { senderName: message.from.name } : {}),
    from: senderOf(message, source),
    ...(message.subject === undefined ? {} : { subject: message.subject }),
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    ...stored,
    threading: { references: referencesOf(message, source) },
    ...(request && { request }),
    ...(language && { language }),
    automatic: message.automatic,
    acknowledge: canAnswer(message, source) && (message.acknowledge ?? source.replyBy === 'webhook'),
    ...momentOf(message),
    receivedAt: deps.now.toISOString(),
  };
}

const canAnswer = ({ from }: Incoming, { replyBy }: HttpSourceSettings): boolean =>
  replyBy === 'email' ? from.email !== undefined : replyBy === 'webhook';

/** In UTC: a database knows no offset of a day. What lies outside of its years is nobody's moment, and no reason to lose the message. */
function momentOf({ occurredAt }: Incoming): Pick<InboundContactDraft, 'sentAt'> {
  const moment = new Date(occurredAt ?? NaN);
  const year = moment.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? { sentAt: moment.toISOString() } : {};
}

/** A form names its conversations itself: its visitor is known by nothing else than what was typed. */
const senderOf = ({ from, conversationId }: Incoming, { kind }: HttpSourceSettings): string =>
  from.email ?? from.phone ?? from.externalId ?? (kind === 'app' ? conversationId : undefined) ?? 'anonymous';

/**
 * Of what the sender said. The same id with another hash is another message; when it happened, in which language, by whom it was written and
 * whether it is acknowledged may be said otherwise by a repetition, and so may the subject that a form makes by itself.
 */
function contentHashOf(
  message: Incoming,
  { kind }: HttpSourceSettings,
  { attachments, remoteFiles }: Awaited<ReturnType<typeof filesOf>>,
): string {
  const { from, conversationId, subject, text, html, requestType, fields = {}, inReplyTo } = message;
  const said = [
    [from.externalId, from.account, from.email?.toLowerCase(), from.phone, from.name],
    [conversationId, kind === 'app' ? subject : undefined, text, html, requestType, inReplyTo],
    Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    attachments.map(({ filename: name, contentType: type, sha256 }) => [name, type, sha256]),
    remoteFiles.map(({ filename: name, contentType: type, url }) => [name, type, url]),
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

/**
 * The first one is where answers go. That a message is of a conversation is the source's own knowledge, for which its signature stands: it
 * proves no more than that the same sender goes on with the same conversation, and joins nothing else.
 */
function identifiersOf({ from, conversationId }: Incoming, source: HttpSourceSettings): ContactIdentifier[] {
  const { trust } = source;
  const email: ContactIdentifier[] = from.email
    ? [{ kind: 'email', value: normaliseEmail(from.email) ?? from.email.toLowerCase(), grade: trust.email }]
    : [];
  const phone: ContactIdentifier[] = from.phone
    ? [{ kind: 'phone', value: phoneOf(from.phone), grade: trust.phone }]
    : [];
  // Two sources may both have a customer 17.
  const external: ContactIdentifier[] = from.externalId
    ? [{ kind: 'external', value: `${source.id}:${from.externalId}`, grade: trust.external }]
    : [];
  const account: ContactIdentifier[] = from.account
    ? [
        {
          kind: 'account',
          value: normaliseIdentifier('account', from.account)?.value ?? from.account,
          grade: trust.account,
        },
      ]
    : [];
  const conversation: ContactIdentifier[] =
    conversationId === undefined
      ? []
      : [{ kind: 'external', value: conversationKey(source, conversationId, from), grade: 'known' }];
  return source.replyBy === 'email'
    ? [...email, ...phone, ...external, ...account, ...conversation]
    : [...external, ...email, ...phone, ...account, ...conversation];
}

/** One sender in one conversation of one source. */
function conversationKey(source: HttpSourceSettings, conversationId: string, from: Incoming['from']): string {
  const sender = [from.externalId, from.account, from.email?.toLowerCase(), from.phone]
    .map((part) => part ?? '')
    .join('\0');
  const hash = createHash('sha256').update(`${source.id}\0${conversationId}\0${sender}`).digest('hex');
  return `conversation:${hash.slice(0, 32)}`;
}

function phoneOf(text: string): string {
  const value = toE164(text);
  if (value === null)
    throw new HubError('invalid_input', 'from.phone: write it with its country code, +4930901820', {
      issues: [{ path: 'from.phone', message: 'not a phone number with country code' }],
    });
  return value;
}

const languageOf = (tag: string | undefined): 'en' | 'zh' | undefined =>
  tag === undefined ? undefined : /^zh\b/i.test(tag) ? 'zh' : 'en';

/**
 * How threads of a source are named: `http:<source>:<conversation>`, and `http:<source>#<message>` for one message. A message refers to its
 * own id, too: when the id comes again with another content, that belongs to the same thread.
 */
function referencesOf({ id, conversationId, inReplyTo }: Incoming, source: HttpSourceSettings): string[] {
  const account = accountOf(source.id);
  return [
    ...(conversationId === undefined ? [] : [`${account}:${conversationId}`]),
    ...(inReplyTo === undefined ? [] : [`${account}#${inReplyTo}`]),
    `${account}#${id}`,
  ];
}

/** The name that a conversation has at the source, from the references of an outgoing message. */
export function conversationOf(account: string, references: readonly string[]): string | null {
  const prefix = `${account}:`;
  return references.find((reference) => reference.startsWith(prefix))?.slice(prefix.length) ?? null;
}

async function requestOf(
  { requestType, fields }: Incoming,
  directory: HttpSourceDirectory,
): Promise<InboundContactDraft['request']> {
  if (requestType === undefined) {
    if (fields && Object.keys(fields).length > 0)
      throw new HubError('invalid_input', 'fields: they need a requestType');
    return undefined;
  }
  const definition = await directory.requestFields(requestType);
  if (!definition) throw new HubError('invalid_input', 'requestType: there is none of this name');
  const { values, problems } = checkRequest(definition, fields ?? {}, matchesInTime);
  const issues = problems.map(({ field, problem }) => ({ path: `fields.${field}`, message: problem }));
  if (issues[0]) throw new HubError('invalid_input', `${issues[0].path}: ${issues[0].message}`, { issues });
  return { type: requestType, fields: values };
}

async function filesOf(
  message: Incoming,
  source: HttpSourceSettings,
  files: FileStore,
): Promise<{ attachments: StoredFile[]; remoteFiles: RemoteFile[] }> {
  const attachments: StoredFile[] = [];
  const remoteFiles: RemoteFile[] = [];
  // Four letters of base64 are three bytes. Looked at before the first one is stored.
  if (message.attachments.some((given) => 'content' in given && (given.content.length / 4) * 3 - 2 > largestFile))
    throw tooLarge();
  for (const given of message.attachments) {
    const name = cleanFilename(given.filename) || 'file';
    if ('url' in given) remoteFiles.push({ filename: name, contentType: given.contentType, url: given.url });
    else if ('content' in given) {
      const stored = await store(Buffer.from(given.content, 'base64'), files);
      attachments.push({ filename: name, contentType: given.contentType, ...stored, inline: false });
    } else {
      // A hash names any file of the centre, so it is believed of nobody outside.
      if (source.kind !== 'form') throw new HubError('invalid_input', 'attachments: content or url is needed');
      attachments.push({
        filename: name,
        contentType: given.contentType,
        size: given.size,
        sha256: given.sha256,
        inline: false,
      });
    }
  }
  return { attachments, remoteFiles };
}

async function store(bytes: Buffer, files: FileStore): Promise<{ sha256: string; size: number }> {
  if (bytes.byteLength > largestFile) throw tooLarge();
  return files.put(bytes);
}

const tooLarge = () => new HubError('too_large', `attachments: a file may have ${largestFile} bytes at most`);

/** A source's word on a message that it was given. @throws HubError `invalid_input` */
export function reportFromStatus(input: unknown, sourceId: string, now: Date): DeliveryReport[] {
  const { id, status, error } = parseInput(incomingStatus, input);
  return [
    {
      channelAccount: accountOf(sourceId),
      externalId: id,
      status,
      ...(error === undefined ? {} : { error }),
      at: now.toISOString(),
    },
  ];
}
