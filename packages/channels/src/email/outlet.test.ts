import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { HubError, type OutboundMessage } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { MailProblem, type MailboxCredentials } from '../mailbox.ts';
import { sendMail } from './send.ts';
import { startServer } from './smtp-stand-in.ts';
import { outgoing, testDeps } from './test-deps.ts';

const message: OutboundMessage = { ...outgoing, from: { name: 'Help', address: 'Help@Brand.example' } };

/** A server that takes connections and says nothing. `second`: there were two of them. */
async function startSilentServer() {
  const calls: Socket[] = [];
  const { promise: second, resolve: called } = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    calls.push(socket.on('error', () => undefined));
    if (calls.length === 2) called();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { calls, second, port, end: () => new Promise((resolve) => server.close(resolve)) };
}

const sendBy = (
  port: number,
  credentials: (refused?: MailboxCredentials) => Promise<MailboxCredentials>,
  signal = AbortSignal.timeout(20_000),
  { mail = message, mailDomains = ['centre.test'], id = randomUUID() as string, revision = 1 } = {},
) =>
  sendMail(
    mail,
    testDeps(
      {
        sendingServer: async (address) =>
          address === message.from?.address
            ? { id, revision, host: '127.0.0.1', port, security: 'none', username: 'box', credentials }
            : null,
      },
      { mailDomains },
    ),
    signal,
  );

describe('the server of the mailbox that a mail is written as', () => {
  test('is signed in to with its password, and gets the mail although there is no other server', async () => {
    await using server = await startServer(({ password }) => password === 'secret');
    const sent = await sendBy(server.port, async () => ({ password: 'secret' }));
    expect(sent).toEqual({ externalId: `<${message.outboundId}@brand.example>`, status: 'sent' });
    expect([server.tried, server.taken]).toEqual([['PLAIN box secret'], ['Help@brand.example']]);
  });

  test.each([
    ['a person’s', false, ['centre.test']],
    ['a machine’s', true, ['centre.test']],
    ['one in a domain of ours', false, ['brand.example']],
  ])('is told no other sender than the mailbox: %s', async (_which, automatic, mailDomains) => {
    await using server = await startServer(() => true);
    const mail = { ...message, automatic };
    await sendBy(server.port, async () => ({ password: 'secret' }), undefined, { mail, mailDomains });
    expect(server.taken).toEqual(['Help@brand.example']);
  });

  test('and that has none any more is waited for, while what the centre writes is kept for the outbox', async () => {
    const never = new AbortController().signal;
    await expect(sendMail(message, testDeps(), never)).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: 'No mail server is set up for this sender',
    });
    expect(await sendMail({ ...message, from: null }, testDeps(), never)).toMatchObject({ status: 'sent' });
  });

  test('that refuses the password is tried again later', async () => {
    await using server = await startServer(() => false);
    const error: Error = (await sendBy(server.port, async () => ({ password: 'secret' })).catch(
      (one: Error) => one,
    )) as Error;
    expect(error).toMatchObject({
      code: 'provider_unavailable',
      message: 'The mail server 127.0.0.1 of the mailbox refused the log-in',
    });
    expect([server.tried.length, server.taken]).toEqual([1, []]);
  });

  test.each([
    ['at once', 1, 0],
    ['anew where it ended early', 2, 1],
  ])('is signed in to with a token, %s', async (_when, tries, good) => {
    await using server = await startServer(({ accessToken }) => accessToken === `token-${good}`);
    let renewed = 0;
    const refusals: (MailboxCredentials | undefined)[] = [];
    await sendBy(server.port, async (refused) => {
      refusals.push(refused);
      return { accessToken: `token-${refused ? ++renewed : 0}` };
    });
    expect(refusals).toEqual([undefined, { accessToken: 'token-0' }].slice(0, tries));
    expect(server.tried).toEqual(Array.from({ length: tries }, (_, n) => `XOAUTH2 box token-${n}`));
    expect(server.taken).toHaveLength(1);
  });

  test('that refuses a new token, too, is asked no third time', async () => {
    await using server = await startServer(() => false);
    const sending = sendBy(server.port, async () => ({ accessToken: 'token' }));
    await expect(sending).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(server.tried).toHaveLength(2);
  });

  test('without anything to sign in with says why', async () => {
    const sending = sendBy(1, () => Promise.reject(new MailProblem('sign-in-again', 'The permission has ended')));
    await expect(sending).rejects.toMatchObject({ code: 'provider_unavailable', message: 'The permission has ended' });
  });

  test('says itself why there is nothing to sign in with at the moment', async () => {
    const changed = new HubError('provider_unavailable', 'The mail account was changed just now');
    await expect(sendBy(1, () => Promise.reject(changed))).rejects.toBe(changed);
  });

  test('that does not answer is tried by one mail at a time until it does', async () => {
    const { calls, second, port, end } = await startSilentServer();
    const password = async () => ({ password: 'secret' });
    await expect(sendBy(port, password, AbortSignal.timeout(200))).rejects.toMatchObject({
      code: 'provider_unavailable',
    });

    const trying = sendBy(port, password);
    await second;
    const unreachable = { code: 'provider_unavailable', message: 'The mail server cannot be reached' };
    for (let index = 0; index < 5; index += 1) await expect(sendBy(port, password)).rejects.toMatchObject(unreachable);
    expect(calls).toHaveLength(2);
    calls[1]?.destroy();
    await expect(trying).rejects.toMatchObject({ code: 'provider_unavailable' });
    await end();

    // The next one tries it anew; from then on all are taken.
    await using server = await startServer(({ password: given }) => given === 'secret', { at: port });
    await sendBy(port, password);
    await Promise.all([sendBy(port, password), sendBy(port, password)]);
    expect(server.taken).toHaveLength(3);
  });

  test('that lets nobody in is not signed in to by the mails after, until the account is another', async () => {
    await using server = await startServer(({ password }) => password === 'right');
    const id = randomUUID();
    const signal = AbortSignal.timeout(20_000);
    const send = (password: string, revision: number) =>
      sendBy(server.port, async () => ({ password }), signal, { id, revision });
    const refusal = {
      code: 'provider_unavailable',
      message: 'The mail server 127.0.0.1 of the mailbox refused the log-in',
    };
    for (let mail = 0; mail < 3; mail += 1) await expect(send('wrong', 1)).rejects.toMatchObject(refusal);
    expect(server.tried).toEqual(['PLAIN box wrong']);
    await send('right', 2);
    await send('right', 2);
    expect(server.taken).toHaveLength(2);
  });

  test('whose provider gives no token is not asked by the mails after, and others at that server leave', async () => {
    await using server = await startServer(() => true);
    const id = randomUUID();
    let asked = 0;
    const dead = () => {
      asked += 1;
      return Promise.reject(new MailProblem('token-server', 'The sign-in server of the provider does not answer'));
    };
    const signal = AbortSignal.timeout(20_000);
    for (let mail = 0; mail < 3; mail += 1)
      await expect(sendBy(server.port, dead, signal, { id })).rejects.toMatchObject({
        code: 'provider_unavailable',
        message: 'The sign-in server of the provider does not answer',
      });
    expect(asked).toBe(1);
    await sendBy(server.port, async () => ({ password: 'secret' }));
    expect([server.tried, server.taken.length]).toEqual([['PLAIN box secret'], 1]);
  });

  test('that did not answer is tried by one mail at a time, also after one that had nothing to sign in with', async () => {
    const { calls, second, port, end } = await startSilentServer();
    const password = async () => ({ password: 'secret' });
    const unreachable = { code: 'provider_unavailable', message: 'The mail server cannot be reached' };
    await expect(sendBy(port, password, AbortSignal.timeout(200))).rejects.toMatchObject(unreachable);
    const none = () => Promise.reject(new MailProblem('sign-in-again', 'The permission has ended'));
    await expect(sendBy(port, none)).rejects.toMatchObject({ message: 'The permission has ended' });
    const trying = sendBy(port, password);
    await second;
    await expect(sendBy(port, password, AbortSignal.timeout(5_000))).rejects.toMatchObject(unreachable);
    expect(calls).toHaveLength(2);
    calls[1]?.destroy();
    await expect(trying).rejects.toMatchObject(unreachable);
    await end();
  });

  test.each([
    ['which it is', () => Promise.reject(new Error('connection terminated'))],
    [
      'what it is signed in to with',
      async () => ({
        id: 'box',
        revision: 1,
        host: '127.0.0.1',
        port: 1,
        security: 'none' as const,
        username: 'box',
        credentials: () => Promise.reject(new Error('connection terminated')),
      }),
    ],
  ])('is asked later when the database cannot tell %s: nothing has left', async (_what, sendingServer) => {
    const sending = sendMail(message, testDeps({ sendingServer }), AbortSignal.timeout(20_000));
    await expect(sending).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: 'By which server the mail leaves could not be read',
    });
  });

  test('that offers no encryption gets nothing in clear where it was asked for', async () => {
    await using server = await startServer(() => true);
    const sending = sendMail(
      message,
      testDeps({
        sendingServer: async () => ({
          id: 'box',
          revision: 1,
          host: '127.0.0.1',
          port: server.port,
          security: 'starttls',
          username: 'box',
          credentials: async () => ({ password: 'secret' }),
        }),
      }),
      AbortSignal.timeout(20_000),
    );
    await expect(sending).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect([server.tried, server.taken]).toEqual([[], []]);
  });
});
