/** Mail that is written as a mailbox leaves by the mailbox's own server, where it has one. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadEnvironment } from '@patchbay/config';
import { createLog } from '@patchbay/engine/log';
import { credentialsOf } from '@patchbay/engine/mail-accounts/credentials';
import { sendingServer } from '@patchbay/engine/mail-accounts/sending-servers';
import { maySendWith } from '@patchbay/engine/mail-accounts/settings';
import { readHealth, readTiles } from '@patchbay/engine/watch/health';
import {
  keepSignIn,
  type MailAccountRow,
  readMailAccount,
  updateMailAccount,
} from '@patchbay/store/queries/mail-accounts';
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
    // The mail is here before its server says that it has it, and only then is it called sent.
    const statuses = await eventually(
      async () => (await messages(helped.ticketId)).map(({ deliveryStatus }) => deliveryStatus),
      (all) => all.every((status) => status === null || status === 'sent'),
    );
    expect(statuses).toEqual([null, 'sent', 'sent']);

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
    // After the fifth try it rests for up to 16 s, after the sixth for up to 32 s.
    await own.mails.until(({ text }) => text.includes('From a locked box'), 'the answer', 60_000);
    expect(logged()).not.toContain('not-the-password');
  });

  it('that refuses the sign-in is told of where the mailbox is shown, until what waits has left', async () => {
    const { api, own, reply } = centre();
    const name = 'refused';
    const id = await account(name, 'not-the-password');
    // What comes to it is no matter here.
    expect((await api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: false })).status).toBe(200);
    const { parts } = centre().hub;
    const shown = async (address = `${name}@patchbay.test`) => {
      const { components } = await readHealth({ ...parts, db: { ...parts.db } });
      return components.find((one) => one.kind === 'mailbox' && one.name === address);
    };
    expect(await shown()).toMatchObject({ state: 'off', reason: { code: 'paused' } });
    // Its acknowledgement is a machine's, and nobody has said who writes it.
    const { ticketId } = await ticketAt(`${name}@patchbay.test`);
    const told = await eventually(shown, (one) => one?.state !== 'off');
    expect(told).toMatchObject({
      state: 'failing',
      reason: { code: 'not-sending', value: 1, limit: 1 },
      lastError: 'The mail server 127.0.0.1 of the mailbox refused the log-in',
      lastErrorAt: expect.any(String),
      nextTryAt: expect.any(String),
      counts: { unsent: 1 },
    });
    const tile = (await readTiles({ ...parts, db: { ...parts.db } })).find(
      ({ account: one }) => one === `${name}@patchbay.test`,
    );
    expect(tile).toMatchObject({ state: 'failing', reason: { code: 'not-sending' }, oldestAt: null });
    const { ticketId: other } = await ticketAt('support@patchbay.test');
    await reply(other, 'Leaves elsewhere.');
    await reply(ticketId, 'From a refused box.');
    expect((await api('PATCH', `/api/v1/mail-accounts/${id}`, { password })).status).toBe(200);
    await own.mails.until(({ text }) => text.includes('From a refused box'), 'the answer', 60_000);
    await eventually(shown, (one) => one?.state === 'off');
    expect(await shown()).toMatchObject({ reason: { code: 'paused' }, lastError: null, counts: { backlog: 0 } });
  });

  it('is tried before it is kept: only with what was given for it, and nothing leaves', async () => {
    const { api, own } = centre();
    const id = await account('tried', password);
    const before = own.mails.items.length;
    const tryIt = async (more: object) => {
      const imap = { host: '127.0.0.1', port: 1, security: 'none', username: 'user-tried', auth: 'password' };
      const { status, body } = await api('POST', '/api/v1/mail-accounts/test', {
        ...imap,
        smtpHost: '127.0.0.1',
        smtpPort: own.port,
        smtpSecurity: 'none',
        ...more,
      });
      expect(status, JSON.stringify(body)).toBe(200);
      // That nobody is there to fetch from is no word about what leaves.
      expect(body.problem.code).toBe(more === elsewhere ? 'authentication' : 'connection');
      return body.sending;
    };
    const elsewhere = { id, username: 'another' };
    expect(await tryIt({ id })).toEqual({ problem: null });
    expect(await tryIt({ password })).toEqual({ problem: null });
    expect(await tryIt({ id, password: 'wrong' })).toEqual({
      problem: { code: 'authentication', text: expect.stringMatching(/^The server refused the sign-in: 535/) },
    });
    const entered = { problem: { code: 'authentication', text: 'Enter the password' } };
    expect(await tryIt({ id, smtpHost: 'localhost' })).toEqual(entered);
    expect(await tryIt({ id, smtpPort: 1 })).toEqual(entered);
    expect(await tryIt(elsewhere)).toEqual(entered);
    expect(await tryIt({ id, smtpHost: null, smtpPort: null, smtpSecurity: null })).toBeNull();
    const half = { host: '127.0.0.1', username: 'user-tried', password, smtpHost: '127.0.0.1' };
    const { status, body } = await api('POST', '/api/v1/mail-accounts/test', half);
    expect([status, body.issues[0].path]).toEqual([400, 'smtpHost']);
    expect(own.mails.items).toHaveLength(before);
  });
});

/** Gives an access token for the refresh token that it gave last (RFC 6749 §6, with rotation), once `together` have asked. */
async function startProvider(together = 1) {
  const state = { renewals: 0, refresh: 'refresh-0' };
  const waiting: (() => void)[] = [];
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  const answerAll = () => {
    for (const next of waiting.splice(0)) next();
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const give = () => {
      if (new URLSearchParams(text).get('refresh_token') !== state.refresh)
        return answer(400, { error: 'invalid_grant' });
      state.renewals += 1;
      state.refresh = `refresh-${state.renewals}`;
      return answer(200, { access_token: `access-${state.renewals}`, refresh_token: state.refresh, expires_in: 3600 });
    };
    request.on('end', () => {
      waiting.push(give);
      isAsked();
      if (state.renewals > 0 || waiting.length >= together) answerAll();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    state,
    asked,
    answerAll,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describe('what is signed in with where mail leaves', () => {
  // Nothing is fetched: what signs in here is what sends.
  const hub = shared(() => startHub('postgres', { env: { ROLES: 'web' } }));
  const smtp = { smtpHost: 'smtp.example.org', smtpPort: 465, smtpSecurity: 'tls' };

  async function account(name: string, signIn: object) {
    const { body, status } = await hub().api('POST', '/api/v1/mail-accounts', {
      address: `${name}@patchbay.test`,
      host: 'imap.example.org',
      port: 993,
      security: 'tls',
      username: name,
      ...smtp,
      ...signIn,
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id as string;
  }

  const withTokens = async (name: string, tokenUrl: string) => {
    const oauth = { clientId: 'hub', authorizeUrl: tokenUrl, tokenUrl, scope: 'mail' };
    const id = await account(name, { auth: 'oauth2', oauth });
    await signInAs(id, 'refresh-0');
    return id;
  };

  const signInAs = async (id: string, token: string) => {
    const { db, vault } = hub().hub.parts;
    await keepSignIn(db.sql, id, vault.seal(token, id));
  };

  const serverOf = async (name: string) => {
    const server = await sendingServer(hub().hub.parts, `${name}@patchbay.test`);
    if (!server) throw new Error(`${name} has no server`);
    return server;
  };

  const changed = { code: 'provider_unavailable', message: 'The mail account was changed just now' };

  it('gives no token to another server than the one that it was given for', async () => {
    await using provider = await startProvider();
    const { api } = hub();
    const id = await withTokens('moved', provider.url);
    const first = await serverOf('moved');
    expect(await first.credentials()).toEqual({ accessToken: 'access-1' });
    expect(await first.credentials()).toEqual({ accessToken: 'access-1' });
    expect((await api('PATCH', `/api/v1/mail-accounts/${id}`, { smtpHost: 'smtp.example.net' })).status).toBe(200);
    await expect(first.credentials()).rejects.toMatchObject(changed);
    const second = await serverOf('moved');
    expect(second.host).toBe('smtp.example.net');
    await expect(second.credentials()).rejects.toMatchObject({ code: 'sign-in-again' });

    // Somebody signs in by another process: what is remembered here is heard of to be old at the next mail.
    await signInAs(id, provider.state.refresh);
    await expect(second.credentials()).rejects.toMatchObject(changed);
    expect(await (await serverOf('moved')).credentials()).toEqual({ accessToken: 'access-2' });

    expect((await api('DELETE', `/api/v1/mail-accounts/${id}`)).status).toBe(204);
    await expect(second.credentials()).rejects.toMatchObject(changed);
  });

  it.each([
    ['another server', { smtpHost: 'smtp.example.net' }, { host: 'smtp.example.net' }],
    ['no encryption', { smtpSecurity: 'none' as const }, { security: 'none' }],
  ])('gives a password that another process took for %s not to the old one', async (_which, change, server) => {
    const { db, vault } = hub().hub.parts;
    const name = randomUUID();
    const id = await account(name, { password: 'old' });
    const old = await serverOf(name);
    expect(await old.credentials()).toEqual({ password: 'old' });
    const row = await readMailAccount(db.sql, id);
    if (!row) throw new Error('It is not there');
    const passwordSealed = vault.seal('new', id);
    expect(await updateMailAccount(db.sql, id, row.revision, { ...row, ...change, passwordSealed }, false)).toBe(true);
    await expect(old.credentials()).rejects.toMatchObject(changed);
    const present = await serverOf(name);
    expect(present).toMatchObject(server);
    expect(await present.credentials()).toEqual({ password: 'new' });
  });

  it('is tried at a server that mail is to leave by only where whoever signed in was asked for that', async () => {
    const oauth = { clientId: 'hub' };
    const google = { provider: 'google', host: 'imap.gmail.com', auth: 'oauth2', oauth };
    const microsoft = { ...google, provider: 'microsoft', host: 'outlook.office365.com' };
    const none = { smtpHost: null, smtpPort: null, smtpSecurity: null };
    const may = async (name: string, settings: object, tried: Partial<MailAccountRow>) => {
      const row = await readMailAccount(hub().hub.parts.db.sql, await account(name, settings));
      return row && maySendWith(row, { ...row, ...tried });
    };
    const gmail = { smtpHost: 'smtp.gmail.com', smtpPort: 465, smtpSecurity: 'tls' as const };
    const outlook = { smtpHost: 'smtp.office365.com', smtpPort: 587, smtpSecurity: 'starttls' as const };
    expect(await may('google-before', { ...google, ...none }, gmail)).toBe(true);
    expect(await may('microsoft-before', { ...microsoft, ...none }, outlook)).toBe(false);
    expect(await may('microsoft-asked', { ...microsoft, ...outlook }, outlook)).toBe(true);
    expect(await may('elsewhere', { ...microsoft, ...outlook }, { ...outlook, smtpHost: 'smtp.example.org' })).toBe(
      false,
    );
  });

  it('is one token for all that sign in from one process, and one renewal where several were refused it', async () => {
    await using provider = await startProvider();
    const { parts } = hub().hub;
    const id = await withTokens('together', provider.url);
    const row = await readMailAccount(parts.db.sql, id);
    if (!row) throw new Error('It is not there');
    const fetching = credentialsOf(parts, row);
    const sending = await serverOf('together');
    const signal = AbortSignal.timeout(20_000);
    const first = { accessToken: 'access-1' };
    expect(await Promise.all([fetching(undefined, signal), sending.credentials()])).toEqual([first, first]);

    const second = { accessToken: 'access-2' };
    for (let mail = 0; mail < 8; mail += 1) expect(await sending.credentials(first)).toEqual(second);
    expect(await fetching(first, signal)).toEqual(second);
    expect(provider.state.renewals).toBe(2);
  });

  it('is still renewed for the others where one gives up waiting', async () => {
    await using provider = await startProvider(2);
    const { parts } = hub().hub;
    const id = await withTokens('patient', provider.url);
    const row = await readMailAccount(parts.db.sql, id);
    if (!row) throw new Error('It is not there');
    const stop = new AbortController();
    const stopped = credentialsOf(parts, row)(undefined, stop.signal);
    const sending = (await serverOf('patient')).credentials();
    await provider.asked;
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'token-server' });
    provider.answerAll();
    expect(await sending).toEqual({ accessToken: 'access-1' });
  });

  it('is what is there by then where another process has used the refresh token at the same time', async () => {
    await using provider = await startProvider(2);
    const { parts } = hub().hub;
    const id = await withTokens('apart', provider.url);
    const row = await readMailAccount(parts.db.sql, id);
    if (!row) throw new Error('It is not there');
    const signal = AbortSignal.timeout(20_000);
    const another = { ...parts, db: { ...parts.db } };
    const given = await Promise.all([parts, another].map((one) => credentialsOf(one, row)(undefined, signal)));
    expect(given.map((one) => ('accessToken' in one ? one.accessToken : ''))).toEqual(
      expect.arrayContaining(['access-1', 'access-2']),
    );
  });
});
