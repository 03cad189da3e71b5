/** Hands a composed mail to the SMTP server that it leaves by, one connection per mail. */
import { Readable } from 'node:stream';
import { HubError, type OutboundMessage, type RefusedRecipient } from '@patchbay/contracts';
import SMTPConnection, { type Envelope, type SMTPError, type SentMessageInfo } from 'nodemailer/lib/smtp-connection';
import type { ChannelDeps, SentMessage } from '../channel.ts';
import { takeTurns } from '../turns.ts';
import { placeOf } from './addresses.ts';
import { type ComposeDeps, type ComposedMail, asciiAddress, composeMail } from './compose.ts';
import { type Outlet, outletOf } from './outlet.ts';
import { Room } from './room.ts';
import { SignInProblem, SignInRests } from './sign-in-rests.ts';
import { type Heard, tryServer } from './suspects.ts';

/** Milliseconds. RFC 5321 §4.5.3.2 allows a server more for its last answer; who takes longer has an unknown outcome. */
const timeouts = { connectionTimeout: 30_000, greetingTimeout: 30_000, socketTimeout: 120_000, dnsTimeout: 15_000 };
const chunkSize = 65_536;

/** Mails that leave together are composed one after the other, and what comes in has its turn between them. */
const composing = new Room(1);
const ownTurn = takeTurns();

const rests = new SignInRests(() => performance.now());

/**
 * Throws `provider_refused` (5xx, bad address), `provider_unavailable` (4xx, no connection, refused before any mail) or
 * `outcome_unknown` (the whole message was handed over and the answer to it is missing). Without SMTP_URL nothing is
 * sent but what leaves by a mailbox's own server: the bytes go back to the caller, who keeps them for the outbox. Where the
 * server took it for some recipients, the others are named in `refused`.
 */
export async function sendMail(
  message: OutboundMessage,
  deps: ComposeDeps & Pick<ChannelDeps, 'sendingServer'>,
  signal: AbortSignal,
): Promise<SentMessage> {
  const compose = async () => {
    await ownTurn();
    return composeMail(message, deps);
  };
  // One with files waits for their store, and nobody for it.
  const mail = await (message.attachments.length > 0 ? compose() : composing.run(1, compose));
  const author = message.from?.address ?? deps.config.mailFrom;
  const outlet = await outletOf(author, deps);
  if (outlet === undefined) {
    // The outbox shows what is written as the centre; a mailbox elsewhere that had a server when this was written has none any more.
    if (message.from && !placeOf(author, deps.config).signs)
      throw new HubError('provider_unavailable', 'No mail server is set up for this sender');
    return { externalId: mail.messageId, status: 'sent', raw: mail.raw };
  }
  const all = [message.to, ...(message.alsoTo ?? []), ...message.cc, ...(message.bcc ?? [])];
  const info = await handOver(mail, outlet, signal, all);
  const refused = refusedIn(all, info.rejectedErrors);
  return { externalId: mail.messageId, status: 'sent', ...(refused.length > 0 && { refused }) };
}

/** Throws as {@link sendMail} does. `all`: the recipients as the message has them, where it has several. */
export async function handOver(
  mail: ComposedMail,
  outlet: Outlet,
  signal: AbortSignal,
  all: readonly string[] = [],
): Promise<SentMessageInfo> {
  // The connection writes down there whom the server refused.
  const envelope: Envelope & { rejectedErrors?: SMTPError[] } = {
    from: outlet.ofMailbox?.sender ?? mail.envelope.from,
    to: mail.envelope.to,
    size: mail.raw.length,
  };
  const attempt: Attempt = { ready: false, handedOver: false };
  const { ofMailbox } = outlet;
  const talk = async () => {
    try {
      const attempted = () => signedIn({ raw: mail.raw, envelope }, outlet, attempt, signal);
      return await (ofMailbox ? tryServer(`${ofMailbox.host}:${ofMailbox.port}`, attempted, heardOf) : attempted());
    } catch (cause) {
      throw cause instanceof HubError
        ? cause
        : outcomeOf(cause, attempt, refusedIn(all, envelope.rejectedErrors), ofMailbox?.host);
    }
  };
  return await (ofMailbox ? rests.try(ofMailbox, talk, () => attempt.ready) : talk());
}

function heardOf(error: unknown): Heard {
  if (error instanceof HubError) return 'not-asked';
  const { code, responseCode } = (error ?? {}) as Partial<SMTPError>;
  return code === 'EAUTH' || responseCode !== undefined ? 'answer' : 'nothing';
}

/** Signs in, and where that is refused once more, if there is something else to sign in with: no mail was spoken of yet. */
async function signedIn(
  mail: Transmitted,
  outlet: Outlet,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<SentMessageInfo> {
  const first = await outlet.signIn(false);
  try {
    return await transmit(mail, outlet, first ?? null, attempt, signal);
  } catch (cause) {
    if ((cause as Partial<SMTPError>).code !== 'EAUTH') throw cause;
    const another = await outlet.signIn(true);
    if (another === undefined) throw cause;
    return await transmit(mail, outlet, another, attempt, signal);
  }
}

type SignIn = Exclude<Awaited<ReturnType<Outlet['signIn']>>, undefined>;

interface Attempt {
  /** The server has greeted, encrypts where it has to, and knows us: what it refuses before is no mail. */
  ready: boolean;
  /** All bytes were taken by the connection: the server may have accepted the mail even if its answer is lost. */
  handedOver: boolean;
}

interface Transmitted {
  readonly raw: Buffer;
  readonly envelope: Envelope;
}

async function transmit(
  mail: Transmitted,
  { server }: Outlet,
  signIn: SignIn,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<SentMessageInfo> {
  const connection = new SMTPConnection({ ...timeouts, ...server });
  const failed = Promise.withResolvers<never>();
  const onAbort = () => failed.reject(signal.reason);
  connection.on('error', failed.reject);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([failed.promise, converse(connection, mail, attempt, signIn)]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    connection.close();
  }
}

async function converse(
  connection: SMTPConnection,
  { raw, envelope }: Transmitted,
  attempt: Attempt,
  signIn: SignIn,
): Promise<SentMessageInfo> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  if (signIn) {
    await new Promise<void>((resolve, reject) => {
      connection.login(signIn, (error) => (error ? reject(error) : resolve()));
    });
  }
  attempt.ready = true;
  return await new Promise((resolve, reject) => {
    connection.send(envelope, observed(raw, attempt), (error, info) => (error ? reject(error) : resolve(info)));
  });
}

// The closing dot follows only after the stream has ended, so a loss before that cannot have delivered anything.
function observed(raw: Buffer, attempt: Attempt): Readable {
  let position = 0;
  return new Readable({
    read() {
      if (position < raw.length) {
        this.push(raw.subarray(position, position + chunkSize));
        position += chunkSize;
      } else {
        attempt.handedOver = true;
        this.push(null);
      }
    },
  });
}

/** Recipients whom the server did not take, by the address that the message has. */
function refusedIn(
  all: readonly string[],
  refusals: SentMessageInfo['rejectedErrors'] = [],
): readonly RefusedRecipient[] {
  return refusals.map((error) => ({
    address: all.find((address) => asciiAddress(address) === error.recipient) ?? error.recipient ?? '',
    permanent: (error.responseCode ?? 0) >= 500,
    reason: String(error.responseCode ?? 'no answer'),
  }));
}

function outcomeOf(
  cause: unknown,
  attempt: Attempt,
  refused: readonly RefusedRecipient[],
  ofMailbox: string | undefined,
): HubError {
  const { code = '', responseCode } = (cause ?? {}) as Partial<SMTPError>;
  if (code === 'EAUTH')
    return ofMailbox === undefined
      ? // A server may repeat what it was told, and causes are logged.
        new HubError('provider_unavailable', 'The mail server refused the log-in', {
          cause: new Error(`It answered ${responseCode ?? 'nothing'}`),
        })
      : new SignInProblem(`The mail server ${ofMailbox} of the mailbox refused the log-in`);
  if (responseCode !== undefined && !attempt.ready)
    return new HubError('provider_unavailable', `The mail server takes no mail at the moment (${responseCode})`, {
      cause,
    });
  if (responseCode !== undefined && responseCode >= 500)
    return new HubError('provider_refused', `The mail server refused the mail with ${responseCode}`, { cause });
  if (responseCode !== undefined && responseCode >= 400)
    return new HubError('provider_unavailable', `The mail server put the mail off with ${responseCode}`, {
      cause,
      // 421: it closes, whatever was asked of it (RFC 5321, 3.8).
      putOff: responseCode !== 421,
    });
  if (attempt.handedOver)
    return new HubError('outcome_unknown', 'The mail was handed over and the answer was lost', { cause, refused });
  if (code === 'EENVELOPE' || code === 'EMESSAGE')
    return new HubError('provider_refused', 'The mail cannot be sent to this server', { cause });
  return new HubError('provider_unavailable', 'The mail server cannot be reached', { cause });
}
