/** Whether mail could leave by a mailbox's own server. */
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import { MailProblem, type MailboxCredentials, type MailboxServer } from '../mailbox.ts';
import { problemOf } from './imap/problem.ts';
import { connectionTo, signInWith } from './outlet.ts';
import { withCredentials } from './with-credentials.ts';

/** Milliseconds; somebody waits for the outcome. */
const timeouts = { connectionTimeout: 20_000, greetingTimeout: 20_000, socketTimeout: 20_000, dnsTimeout: 15_000 };

/** Signs in, and sends nothing. Rejects with a {@link MailProblem}. */
export async function trySending(server: MailboxServer, signal: AbortSignal): Promise<void> {
  await withCredentials(server, (credentials) => signIn(server, credentials, signal));
}

async function signIn(server: MailboxServer, credentials: MailboxCredentials, signal: AbortSignal): Promise<void> {
  const connection = new SMTPConnection({ ...timeouts, ...connectionTo(server) });
  const failed = Promise.withResolvers<never>();
  const onAbort = () => failed.reject(new MailProblem('timeout', 'The server does not answer'));
  connection.on('error', failed.reject);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) onAbort();
    await Promise.race([failed.promise, converse(connection, server, credentials)]);
  } catch (error) {
    throw problemOf(error instanceof MailProblem ? error : failureOf(error), Object.values(credentials));
  } finally {
    signal.removeEventListener('abort', onAbort);
    connection.close();
  }
}

async function converse(
  connection: SMTPConnection,
  { username }: MailboxServer,
  credentials: MailboxCredentials,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  await new Promise<void>((resolve, reject) => {
    connection.login(signInWith(username, credentials), (error) => (error ? reject(error) : resolve()));
  });
}

/** As an IMAP server's failure is told. What the server put off (4xx) it did not refuse (RFC 4954 §6). */
function failureOf(error: unknown) {
  const { code, response, responseCode = 0, originalCode } = error as Partial<SMTPError & { originalCode: string }>;
  const isSignIn = code === 'EAUTH';
  return {
    code: code === 'ETLS' ? 'STARTTLS' : code === 'EPROTOCOL' ? undefined : (originalCode ?? code),
    // Other words may be the server's own.
    message: isSignIn && responseCode === 0 ? 'authentication mechanism' : undefined,
    authenticationFailed: isSignIn && responseCode >= 500,
    responseText: response,
    responseStatus: responseCode === 0 || code === 'ETLS' ? undefined : String(responseCode),
  };
}
