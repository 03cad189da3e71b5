/** A reply as its author handed it in, made into what is written down: recipients, sender, body and files. Writes no row. */
import type { Channel } from '@patchbay/channels/channel';
import { carriesNoText, largePicture } from '@patchbay/channels/file-limits';
import { HubError, type MessageCreate, type MessageIdentity, type StoredFile } from '@patchbay/contracts';
import {
  chooseIdentity,
  forwardedSubject,
  type IdentityChoice,
  messageRecipients,
  type Recipients,
} from '@patchbay/domain';
import { readInbox, readUploads, type NewReply } from '@patchbay/store';
import {
  readAttachments,
  readComposeContext,
  type ComposeContext,
  type ForwardedMessage,
} from '@patchbay/store/queries/composing';
import { withdrawnOn } from '@patchbay/store/queries/consents';
import type { Parts } from '../parts.ts';
import { replyBody } from './reply-body.ts';

type Composed = Pick<
  NewReply,
  'text' | 'replyText' | 'html' | 'attachments' | 'to' | 'cc' | 'bcc' | 'subject' | 'identity' | 'forwardOf'
>;

interface Draft {
  readonly ticketId: string;
  readonly author: { readonly id: string; readonly name: string };
  readonly input: MessageCreate;
}

/** @throws HubError `invalid_input`, `not_found` (message or identity), `unprocessable` (what the channel does not carry). */
export async function composeReply(parts: Parts, channel: Channel | undefined, draft: Draft): Promise<Composed> {
  const { input, author } = draft;
  const files = await filesOf(parts, draft);
  if (input.text.trim() === '' && files.length === 0 && input.forwardOf === undefined)
    throw new HubError('invalid_input', 'text: a message needs text or an attachment');
  const isPublic = input.visibility === 'public';
  if (isPublic) refuseWhatTheChannelCannotCarry(channel, input.text, files);
  if (!isPublic || !channel?.capabilities.copies) refuseCopies(input, isPublic);
  if (!isPublic || !channel?.capabilities.copies) {
    const body = replyBody({ ...bodyInput(input, files), agentName: author.name, signature: null, forwarded: null });
    return { ...body, attachments: files };
  }
  return composeMail(parts, draft, files);
}

async function composeMail(parts: Parts, draft: Draft, files: StoredFile[]): Promise<Composed> {
  const { input, author, ticketId } = draft;
  const context = await readComposeContext(parts.db.sql, ticketId, input);
  if (!context) throw new HubError('not_found', 'There is no such ticket');
  const choice = chooseIdentity(context.identities, context, input.identityId ?? null);
  if (!choice) throw new HubError('not_found', 'identityId: there is no such identity');
  const { identity } = choice;
  const forwarded = input.forwardOf === undefined ? null : forwardedIn(context);
  const quoted = forwarded && input.forwardAs !== 'attachment' ? await chosenOf(parts, input, forwarded) : null;
  const body = replyBody({
    ...bodyInput(input, files),
    agentName: author.name,
    signature: identity && { text: identity.signatureText, html: identity.signatureHtml },
    forwarded: quoted && {
      mail: { ...quoted, date: new Date(quoted.at).toUTCString() },
      html: quoted.html,
      withoutPictures: quoted.leftOut,
    },
  });
  const recipients = recipientsOf(input);
  await refuseWithdrawn(parts, ticketId, context.contactAddress, recipients);
  return {
    ...body,
    ...recipients,
    attachments: withoutDoubleIds([
      ...files,
      ...(quoted?.attachments ?? []),
      ...(await enclosed(parts, input, forwarded)),
    ]),
    subject: input.subject ?? (forwarded && forwardedSubject(forwarded.subject)),
    identity: senderOf(choice, parts.config.centreName),
    forwardOf: forwarded?.id ?? null,
  };
}

/** As it is kept with the message; a mailbox without an identity has the centre's name. Null: the centre's own address. */
function senderOf({ identity, mailbox }: IdentityChoice, centreName: string): MessageIdentity | null {
  if (identity) return { id: identity.id, address: identity.address, name: identity.name };
  return mailbox === null ? null : { id: null, address: mailbox, name: centreName };
}

function bodyInput(input: MessageCreate, files: readonly StoredFile[]) {
  const pictures = files.some((file) => file.inline);
  return { text: input.text.trimEnd(), html: input.html, light: input.format === 'light', pictures };
}

function recipientsOf(input: MessageCreate) {
  const { to = [], cc = [], bcc = [] } = input;
  const recipients = messageRecipients({ to, cc, bcc });
  if ('wrong' in recipients)
    throw new HubError('invalid_input', `${recipients.wrong}: not an address that mail can be sent to`, {
      issues: [{ path: recipients.wrong, message: 'not an address that mail can be sent to' }],
    });
  return recipients;
}

/** Whoever withdrew consent is not written to, not in copy either. Asked again when the message leaves. */
async function refuseWithdrawn(
  parts: Parts,
  ticketId: string,
  contactAddress: string,
  { to, cc, bcc }: Recipients,
): Promise<void> {
  const lists = { to: to.length > 0 ? to : [contactAddress], cc, bcc };
  const withdrawn = await withdrawnOn(parts.db.sql, ticketId, Object.values(lists).flat());
  if (withdrawn.length === 0) return;
  const issues = Object.entries(lists).flatMap(([name, addresses]) =>
    addresses
      .filter((address) => withdrawn.includes(address))
      .map((address) => ({ path: name, message: `${address} has withdrawn consent to be written to` })),
  );
  throw new HubError('unprocessable', issues.map(({ path, message }) => `${path}: ${message}`).join('; '), { issues });
}

function forwardedIn(context: ComposeContext): ForwardedMessage {
  if (!context.forwarded)
    throw new HubError('not_found', 'forwardOf: there is no such message on this ticket, or it is an internal note');
  return context.forwarded;
}

/** What is passed on, with those of its files that go with it; `leftOut` are the Content-IDs of pictures that do not. */
async function chosenOf(parts: Parts, { forwardFiles }: MessageCreate, forwarded: ForwardedMessage) {
  if (!forwardFiles) return { ...forwarded, leftOut: new Set<string>() };
  const attachments = await readAttachments(parts.db.sql, forwarded.id, forwardFiles);
  if (attachments.length < new Set(forwardFiles).size)
    throw new HubError('invalid_input', 'forwardFiles: the message that is passed on has no such file');
  const contentIds = (files: readonly StoredFile[]) => new Set(files.flatMap(({ contentId }) => contentId ?? []));
  return { ...forwarded, attachments, leftOut: contentIds(forwarded.attachments).difference(contentIds(attachments)) };
}

/** Files that the author handed in, those that the text or the HTML shows as pictures of it. */
async function filesOf(parts: Parts, { author, input }: Draft): Promise<StoredFile[]> {
  if (input.attachments.length === 0) return [];
  const wanted = input.attachments.map((one) => (typeof one === 'string' ? { id: one, contentId: null } : one));
  const found = await readUploads(
    parts.db.sql,
    author.id,
    wanted.map(({ id }) => id),
  );
  const byId = new Map(found.map(({ id, ...file }) => [id, file]));
  const contentIds = wanted.flatMap(({ contentId }) => contentId ?? []);
  if (new Set(contentIds).size !== contentIds.length)
    throw new HubError('invalid_input', 'attachments: a Content-ID is given twice');
  return wanted
    .filter(({ id }, index) => wanted.findIndex((other) => other.id === id) === index)
    .map(({ id, contentId }) => {
      const file = byId.get(id);
      if (!file) throw new HubError('invalid_input', 'attachments: an uploaded file was not found');
      // A picture that nothing shows is an ordinary attachment, so that it can be seen at all.
      const shown = contentId !== null && `${input.html ?? input.text}`.includes(`cid:${contentId}`);
      return shown ? { ...file, inline: true, contentId } : { ...file, inline: false };
    });
}

/** Two files under one Content-ID: the first is what the author means, the other stays as an attachment. */
function withoutDoubleIds(files: readonly StoredFile[]): StoredFile[] {
  const seen = new Set<string>();
  return files.map((file) => {
    if (file.contentId === undefined) return file;
    const { contentId, ...rest } = file;
    if (seen.has(contentId)) return { ...rest, inline: false };
    seen.add(contentId);
    return file;
  });
}

/** The original as it came, for `forwardAs: 'attachment'`. */
async function enclosed(
  parts: Parts,
  { forwardAs }: MessageCreate,
  forwarded: ForwardedMessage | null,
): Promise<StoredFile[]> {
  if (!forwarded || forwardAs !== 'attachment') return [];
  const row = forwarded.inboxId === null ? null : await readInbox(parts.db.sql, forwarded.inboxId);
  const isMail = row === null || row.rawType === 'message/rfc822';
  const bytes = isMail ? (row?.raw ?? (await kept(parts, forwarded.rawSha256))) : null;
  if (!bytes)
    throw new HubError('unprocessable', 'forwardAs: the bytes of this message were not kept; forward it quoted');
  const { sha256, size } = await parts.files.put(bytes);
  const filename = `${
    forwarded.subject
      .replaceAll(/[^\p{L}\p{N} _.-]+/gu, '_')
      .slice(0, 100)
      .toWellFormed() || 'message'
  }.eml`;
  return [{ filename, contentType: 'message/rfc822', size, sha256, inline: false }];
}

async function kept(parts: Parts, sha256: string | null): Promise<Buffer | null> {
  if (sha256 === null) return null;
  return await parts.files.read(sha256).catch((error: unknown) => {
    if (error instanceof HubError && error.code === 'not_found') return null;
    throw error;
  });
}

function refuseWhatTheChannelCannotCarry(
  channel: Channel | undefined,
  text: string,
  files: readonly StoredFile[],
): void {
  const refuse = (why: string) => new HubError('unprocessable', why);
  if (!channel?.capabilities.text) throw refuse('This channel carries no text; write an internal note instead');
  const { attachments, textLength, files: limits } = channel.capabilities;
  if (textLength !== undefined && text.length > textLength)
    throw refuse(`text: this channel carries ${textLength} characters at most, and these are ${text.length}`);
  if (files.length === 0) return;
  if (!attachments) throw refuse('This channel carries no attachments');
  if (!limits) return;
  const unknown = files.find((file) => !limits.types.includes(file.contentType));
  if (unknown) throw refuse(`attachments: this channel carries no files of type ${unknown.contentType}`);
  if (files.length > limits.count) throw refuse(`attachments: this channel carries ${limits.count} at most`);
  if (files.reduce((sum, file) => sum + file.size, 0) > limits.bytes)
    throw refuse(`attachments: this channel carries ${megabytes(limits.bytes)} MB at most`);
  if (limits.pictureBytes !== undefined && largePicture(limits, files))
    throw refuse(`attachments: this channel carries pictures of ${megabytes(limits.pictureBytes)} MB at most`);
  const silent = text.trim() !== '' && carriesNoText(limits, files);
  if (silent)
    throw refuse(
      `attachments: this channel carries no text with a file of type ${silent.contentType}; send the words as a message of their own`,
    );
}

const megabytes = (bytes: number): number => Math.floor(bytes / 1024 / 1024);

const ofCopies = ['to', 'cc', 'bcc', 'subject', 'identityId', 'forwardOf', 'forwardAs', 'forwardFiles'] as const;

function refuseCopies(input: MessageCreate, isPublic: boolean): void {
  const given = ofCopies.find((name) => input[name] !== undefined);
  const inline = input.attachments.some((one) => typeof one !== 'string');
  if (given === undefined && !inline) return;
  const what = given ?? 'attachments';
  const why = isPublic
    ? 'This channel has one recipient, no copies and no sender of your choice'
    : 'An internal note goes to nobody';
  throw new HubError('unprocessable', `${what}: ${why}`, { issues: [{ path: what, message: why }] });
}
