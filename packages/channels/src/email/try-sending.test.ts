import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { MailProblemCode, MailSecurity } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { MailProblem, type MailboxCredentials } from '../mailbox.ts';
import { startServer } from './smtp-stand-in.ts';
import { trySending } from './try-sending.ts';

/** What a try says: null where all is well. */
async function tried(
  port: number,
  {
    host = '127.0.0.1',
    security = 'none' as MailSecurity,
    credentials = async (): Promise<MailboxCredentials> => ({ password: 'secret' }),
    signal = AbortSignal.timeout(20_000),
  }: {
    host?: string;
    security?: MailSecurity;
    credentials?: (refused?: MailboxCredentials) => Promise<MailboxCredentials>;
    signal?: AbortSignal;
  } = {},
): Promise<[MailProblemCode, string] | null> {
  try {
    await trySending({ host, port, security, username: 'box', credentials }, signal);
    return null;
  } catch (error) {
    if (!(error instanceof MailProblem)) throw error;
    return [error.code, error.message];
  }
}

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a try of the server that mail of a mailbox leaves by', () => {
  test('signs in and sends nothing', async () => {
    await using server = await startServer(({ password }) => password === 'secret');
    expect(await tried(server.port)).toBeNull();
    expect([server.tried, server.taken]).toEqual([['PLAIN box secret'], []]);
  });

  test('says that the sign-in was refused, in the words of the server and without the password', async () => {
    const told = (responseCode: number) => Object.assign(new Error('Not with secret, box'), { responseCode });
    await using refusing = await startServer(() => false, { onAuth: (_auth, _session, done) => done(told(535)) });
    expect(await tried(refusing.port)).toEqual([
      'authentication',
      'The server refused the sign-in: 535 Not with …, box',
    ]);
    // What is put off is not refused: the password may be right.
    await using busy = await startServer(() => false, { onAuth: (_auth, _session, done) => done(told(454)) });
    expect(await tried(busy.port)).toEqual(['server', 'The server refused a command: 454 Not with …, box']);
  });

  test('repeats no secret of the command that a server repeats', async () => {
    const repeating = createServer((socket) => {
      socket.on('error', () => undefined).write('220 hello\r\n');
      socket.on('data', (chunk: Buffer) => {
        const line = chunk.toString().trim();
        socket.write(line.startsWith('AUTH') ? `500 What is ${line}?\r\n` : '250-hello\r\n250 AUTH PLAIN XOAUTH2\r\n');
      });
    });
    const port = await listening(repeating);
    expect(await tried(port)).toEqual(['authentication', 'The server refused the sign-in: 500 What is AUTH PLAIN …?']);
    const withToken = await tried(port, { credentials: async () => ({ accessToken: 'token-of-the-box' }) });
    expect(withToken).toEqual(['authentication', 'The server refused the sign-in: 500 What is AUTH XOAUTH2 …?']);
    await new Promise((resolve) => repeating.close(resolve));
  });

  test('asks for another token where one is refused, once', async () => {
    const tokens = ['old', 'new'];
    const credentials = async (refused?: MailboxCredentials) => ({ accessToken: tokens[refused ? 1 : 0] ?? '' });
    await using taking = await startServer(({ accessToken }) => accessToken === 'new');
    expect(await tried(taking.port, { credentials })).toBeNull();
    expect(taking.tried).toEqual(['XOAUTH2 box old', 'XOAUTH2 box new']);
    await using refusing = await startServer(() => false);
    expect((await tried(refusing.port, { credentials }))?.[0]).toBe('authentication');
    expect(refusing.tried).toHaveLength(2);
  });

  test('says that encryption that was asked for is not offered, and signs in nowhere', async () => {
    await using server = await startServer(() => true);
    expect(await tried(server.port, { security: 'starttls' })).toEqual([
      'encryption',
      'No encrypted connection could be made; is it the right port for this kind of encryption?',
    ]);
    expect((await tried(server.port, { security: 'tls' }))?.[0]).toBe('encryption');
    expect(server.tried).toEqual([]);
  });

  test('trusts no certificate that nobody vouches for', async () => {
    await using server = await startServer(() => true, { disabledCommands: [] });
    expect(await tried(server.port, { security: 'starttls' })).toEqual([
      'certificate',
      "The server's certificate cannot be trusted",
    ]);
    expect(server.tried).toEqual([]);
  });

  test('says that a server of another kind could not be understood, whatever it greets with', async () => {
    const imap = createServer((socket) =>
      socket.on('error', () => undefined).write('* OK [CAPABILITY STARTTLS] Hello\r\n'),
    );
    expect(await tried(await listening(imap))).toEqual(['server', 'The server could not be understood']);
    await new Promise((resolve) => imap.close(resolve));
  });

  test('says that nobody is there, and where nobody answers ends when it is told to', async () => {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await tried(port)).toEqual(['connection', 'The server refuses connections on this port']);
    expect((await tried(port, { host: 'nowhere.invalid' }))?.[0]).toBe('host-not-found');
    const abort = new AbortController();
    const silent = createServer((socket) => {
      socket.on('error', () => undefined);
      abort.abort();
    });
    const outcome = await tried(await listening(silent), { signal: abort.signal });
    expect(outcome).toEqual(['timeout', 'The server does not answer']);
    await new Promise((resolve) => silent.close(resolve));
  });
});
