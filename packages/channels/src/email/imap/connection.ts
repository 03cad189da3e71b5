/** One connection to a mail server, on which one folder is open. */
import type { ImapFlow } from 'imapflow';
import type { MailboxCredentials, MailboxServer } from '../../mailbox.ts';
import { MailProblem } from '../../mailbox.ts';
import { mailSizeLimit } from '../inlet.ts';
import { withCredentials } from '../with-credentials.ts';
import { problemOf } from './problem.ts';

/** Milliseconds. */
const connectTimeout = 20_000;
/** Milliseconds; see {@link MailboxServer.silenceMs}. */
const usualSilence = 90_000;
/** Milliseconds; see {@link shortAnswer}. */
const answerWithin = 30_000;
/** Milliseconds from the first packet to the end of signing in. */
const signInWithin = 60_000;
const mebibyte = 1024 * 1024;

export interface Connection extends Disposable {
  readonly client: ImapFlow;
  /** Why it broke, where that is known better than by the command that failed; secrets of the account are taken out. */
  problem(error: unknown): MailProblem;
}

export const lost = 'The server closed the connection';

/** Signs in. Rejects with a {@link MailProblem}. */
export async function connect(server: MailboxServer, signal: AbortSignal): Promise<Connection> {
  return await withCredentials(server, (credentials) => signIn(server, credentials, signal));
}

async function signIn(
  server: MailboxServer,
  credentials: MailboxCredentials,
  signal: AbortSignal,
): Promise<Connection> {
  const secrets = Object.values(credentials);
  // A hub that fetches no mail starts without it.
  const imap = await import('imapflow');
  const client = new imap.ImapFlow({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    // Also refuses a server that offers none: a password never goes out in clear where encryption was asked for.
    ...(server.security === 'tls' ? {} : { doSTARTTLS: server.security === 'starttls' }),
    auth:
      'password' in credentials
        ? { user: server.username, pass: credentials.password }
        : { user: server.username, accessToken: credentials.accessToken },
    clientInfo: { name: 'Patchbay' },
    logger: false,
    disableAutoIdle: true,
    disableCompression: true,
    connectionTimeout: connectTimeout,
    greetingTimeout: connectTimeout,
    socketTimeout: server.silenceMs ?? usualSilence,
    maxLiteralSize: mailSizeLimit + mebibyte,
    // The answer to a search in a folder with millions of mails is one line.
    maxLineLength: 64 * mebibyte,
    maxResponseSize: 96 * mebibyte,
  });
  let broken: unknown;
  client.on('error', (error) => {
    broken ??= error;
  });
  const close = () => client.close();
  signal.addEventListener('abort', close, { once: true });
  const connection: Connection = {
    client,
    problem: (error) => problemOf(broken ?? error, secrets),
    [Symbol.dispose]() {
      signal.removeEventListener('abort', close);
      client.close();
    },
  };
  try {
    signal.throwIfAborted();
    await answered(client, client.connect(), Math.min(signInWithin, longAnswer(server)));
    return connection;
  } catch (error) {
    connection[Symbol.dispose]();
    throw connection.problem(error);
  }
}

/** Milliseconds for an answer that is short. */
export const shortAnswer = (server: Pick<MailboxServer, 'silenceMs'>): number =>
  Math.min(answerWithin, server.silenceMs ?? usualSilence);

/** Milliseconds for a long answer, or a piece of one: a server may say something all the time and never what it is asked for. */
export const longAnswer = (server: Pick<MailboxServer, 'silenceMs'>): number => 4 * (server.silenceMs ?? usualSilence);

/** Waits for an answer only so long: a dead connection keeps quiet for ever. When the time is up the connection is closed. */
export async function answered<T>(client: Pick<ImapFlow, 'close'>, command: Promise<T>, withinMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new MailProblem('timeout', 'The server does not answer'));
    client.close();
  }, withinMs);
  // What the closed connection rejects with has no reader when the time is up.
  command.catch(() => undefined);
  try {
    return await Promise.race([command, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The rows of an answer, each of which is waited for only so long; the time that passes between them here does not count. */
export async function* rowsInTime<T>(
  client: Pick<ImapFlow, 'close'>,
  rows: AsyncGenerator<T, unknown, undefined>,
  withinMs: number,
): AsyncGenerator<T> {
  try {
    for (;;) {
      const row = await answered(client, rows.next(), withinMs);
      if (row.done) return;
      yield row.value;
    }
  } finally {
    await rows.return(undefined);
  }
}
