/** Mail that is written as a mailbox leaves by the mailbox's own server, where it has one. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { loadEnvironment } from '@patchbay/config';
import { createLog } from '@patchbay/engine/log';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { eventually } from '../support/client.ts';
import { Feed } from '../support/feed.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram, startMailSink } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

const password = 'password-of-the-mailbox';

/** The server of mailboxes, that takes mail of whoever has the password. */
async function startOwnServer() {
  const mails = new Feed<{ user: string; from: string; text: string }>();
  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth: (auth, _session, done) =>
      auth.password === password ? done(null, { user: auth.username ?? '' }) : done(new Error('Not you')),
    onData(stream, session, done) {
      const take = async () => {
        const mail = await simpleParser(Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>)));
        mails.push({ user: session.user ?? '', from: mail.from?.value[0]?.address ?? '', text: mail.text ?? '' });
      };
      take().then(() => done(), done);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    mails,
    port: (server.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const sink = stack.use(await startMailSink());
  const own = stack.use(await startOwnServer());
  let logged = '';
  const log = createLog(loadEnvironment({}), { write: (line) => void (logged += line) });
  const hub = stack.use(await startHub('postgres', { env: { SMTP_URL: sink.url }, overrides: { log } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    ...hub,
    sink,
    own,
    logged: () => logged,
    ...ticketClient(hub.api, desk),
    write: mailProgram(hub.ground.smtpPort),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe('the mail server of a mailbox', () => {
  const centre = shared(startCentre);

  async function account(name: string, secret: string) {
    const { api, own } = centre();
    const { status, body } = await api('POST', '/api/v1/mail-accounts', {
      address: `${name}@patchbay.test`,
      host: '127.0.0.1',
      // Its mail comes by SMTP here, and nothing is fetched.
      port: 1,
      security: 'none',
      username: `user-${name}`,
      password: secret,
      smtpHost: '127.0.0.1',
      smtpPort: own.port,
      smtpSecurity: 'none',
    });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({ smtpHost: '127.0.0.1', smtpPort: own.port, smtpSecurity: 'none' });
    return body.id as string;
  }

  async function ticketAt(to: string) {
    const { received, write } = centre();
    const messageId = `<${randomUUID()}@example.org>`;
    const from = `${randomUUID()}@example.org`;
    await write({ from, to, messageId, subject: 'Lamp', text: 'Broken.' });
    return { from, ticketId: (await received(messageId)).ticketId as string };
  }

  it('takes what is written as the mailbox, by people and machines, and nothing else', async () => {
    const { messages, own, reply, sink } = centre();
    await account('help', password);
    const helped = await ticketAt('help@patchbay.test');
    await reply(helped.ticketId, 'Change the bulb.');
    const sent = { user: 'user-help', from: 'help@patchbay.test' };
    const answer = await own.mails.until(({ text }) => text.includes('Change the bulb'), 'the answer');
    expect(answer).toMatchObject(sent);
    // The acknowledgement went before it.
    expect(own.mails.items).toMatchObject([sent, sent]);
    expect((await messages(helped.ticketId)).map(({ deliveryStatus }) => deliveryStatus)).toEqual([
      null,
      'sent',
      'sent',
    ]);

    const other = await ticketAt('support@patchbay.test');
    await reply(other.ticketId, 'Another answer.');
    await sink.mails.until(({ mail }) => mail.text?.includes('Another answer') === true, 'the other answer');
    expect(sink.mails.items.filter(({ to }) => to.includes(helped.from))).toEqual([]);
    expect(own.mails.items).toHaveLength(2);
  });

  it('that refuses the sign-in is told of on the message, whose tries go on, and others leave meanwhile', async () => {
    const { api, logged, messages, own, reply, sink } = centre();
    const id = await account('locked', 'not-the-password');
    const { ticketId } = await ticketAt('locked@patchbay.test');
    await reply(ticketId, 'From a locked box.');
    const waiting = await eventually(
      () => messages(ticketId),
      (items) => items.some((one) => one.waiting?.error),
    );
    expect(waiting.find((one) => one.waiting?.error).waiting.error).toBe(
      'The mail server 127.0.0.1 of the mailbox refused the log-in',
    );
    const { ticketId: other } = await ticketAt('support@patchbay.test');
    await reply(other, 'Not held up.');
    await sink.mails.until(({ mail }) => mail.text?.includes('Not held up') === true, 'the other answer');
    const right = await api('PATCH', `/api/v1/mail-accounts/${id}`, { password });
    expect(right.status).toBe(200);
    await own.mails.until(({ text }) => text.includes('From a locked box'), 'the answer');
    expect(logged()).not.toContain('not-the-password');
  });
});
