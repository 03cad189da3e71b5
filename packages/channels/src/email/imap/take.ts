/** Takes one fetched mail in, on the same road as one that came by SMTP. */
import { HubError } from '@patchbay/contracts';
import type { ChannelDeps, RawPayload } from '../../channel.ts';
import { type Mailbox, MailProblem } from '../../mailbox.ts';
import { mailSizeLimit } from '../inlet.ts';
import { payloadOf } from '../envelope.ts';
import { type MailEnvelope, emailAccount, parseMail, sha256 } from '../schema.ts';
import { Room } from '../room.ts';
import type { LaidMail } from './large-mail.ts';
import type { Listed } from './plan.ts';

/** A head without its mail: shown in quarantine, and nothing that could go round again. */
export const headOnly = 'text/rfc822-headers';

/** Mails of all mailboxes on their way into the database: however many have a backlog, what comes in otherwise finds a place beside them. */
export const mostOnTheWay = 48;
/** Bytes of mail on their way at once, as in the inlet: reading a mail takes several times its size. A small one takes the place of one of so many. */
const bytesOnTheWay = 4 * mailSizeLimit;
const leastOnTheWay = Math.floor(bytesOnTheWay / mostOnTheWay);
const onTheWay = new Room(bytesOnTheWay);

export interface FetchedMail {
  /** A large one is read when there is a place for it. */
  readonly raw: Buffer | Pick<LaidMail, 'length' | 'read'>;
  /** As {@link isOld} says. */
  readonly old: boolean;
}

/**
 * Durable when it resolves: a message, a duplicate of one, or in quarantine. Rejects when the hub cannot keep it now, and when the signal
 * comes before its turn. What is on the way waits for no mail server, so that no mailbox holds up another.
 */
export function takeMail(
  mail: FetchedMail,
  mailbox: Pick<Mailbox, 'address' | 'authservId'>,
  deps: ChannelDeps,
  signal?: AbortSignal,
): Promise<void> {
  const { raw, old } = mail;
  const taking = async () => take(Buffer.isBuffer(raw) ? raw : await raw.read(), old, mailbox, deps);
  return onTheWay.run(Math.max(raw.length, leastOnTheWay), taking, signal);
}

async function take(
  raw: Buffer,
  old: boolean,
  mailbox: Pick<Mailbox, 'address' | 'authservId'>,
  deps: ChannelDeps,
): Promise<void> {
  // Who the envelope's sender was is not known any more, unless Return-Path says it.
  const envelope: MailEnvelope = {
    from: null,
    to: [mailbox.address],
    ...(mailbox.authservId === null ? {} : { trustedAuthservId: mailbox.authservId }),
    ...(old && { acknowledge: false }),
  };
  const payload = payloadOf(raw, envelope);
  try {
    await deps.receive(await parseMail(raw, envelope, deps), payload);
  } catch (error) {
    const reason = unreadable(error);
    if (reason === null) throw notTaken(error);
    await keepAside(deps, `<${sha256(raw)}@unreadable>`, reason, payload);
  }
}

/** Keeps the head of a mail that is larger than the hub takes; the mail stays where it is. */
export async function keepHead(head: Buffer, { size }: Listed, deps: ChannelDeps): Promise<void> {
  const mebibytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
  const reason = `The mail is too large (${mebibytes(size)} MiB of at most ${mebibytes(mailSizeLimit)}); it stays in its mailbox`;
  await keepAside(deps, `<${sha256(head)}@too-large>`, reason, { bytes: head, contentType: headOnly });
}

/** Once under that name, where a person sees it. */
export async function keepAside(
  deps: ChannelDeps,
  externalId: string,
  reason: string,
  payload: RawPayload,
): Promise<void> {
  await deps.quarantine({ channel: 'email', channelAccount: emailAccount, externalId, reason }, payload);
  deps.log.warn({ externalId, size: payload.bytes.byteLength }, 'mail quarantined');
}

// Ours, whatever it is: the mailbox and its server are well.
function notTaken(cause: unknown): MailProblem {
  const why = cause instanceof HubError ? cause.message : 'the database or the file store failed';
  return new MailProblem('hub', `The mail could not be taken in: ${why}`, cause);
}

/** Why this mail will not be taken however often it is tried; null when another try may help. PostgreSQL's class 22: not to be stored. */
function unreadable(error: unknown): string | null {
  if (error instanceof HubError)
    return error.code === 'unprocessable' || error.code === 'invalid_input' ? error.message : null;
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code) ? 'The mail holds what cannot be stored' : null;
}
