import { randomBytes, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issueVisitorToken } from '@patchbay/channels/chat/visitor-token';
import { openDatabase } from '@patchbay/store';
import { expect, inject, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { carrierAccount, carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram, rawMail } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { sendByWire } from '../support/smtp-wire.ts';
import { ticketClient } from '../support/ticket-client.ts';
import { connectVisitor, openSession, openVisitor } from '../support/visitor.ts';

async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub(backend, { env: carrierEnvironment('http://127.0.0.1:1') }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const sql = hub.hub.parts.db.sql;
  const stored = async () =>
    (
      await sql.query(
        'select (select count(*)::int from inbox) as inbox, (select count(*)::int from message) as message, (select count(*)::int from ticket) as ticket',
      )
    ).rows[0];
  const owned = stack.move();
  return { ...hub, desk, stored, ...ticketClient(hub.api, desk), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const newSid = () => `SM${randomUUID().replaceAll('-', '')}`;
const problem = (status: number, code: string) => ({
  status,
  body: expect.objectContaining({ type: `urn:patchbay:problem:${code}`, status, code, title: expect.any(String) }),
});

onBothBackends('what is refused', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(() => startCentre(backend));

  /** Runs what must leave no trace. */
  async function withoutTrace(act: () => Promise<void>): Promise<void> {
    const before = await centre().stored();
    await act();
    expect(await centre().stored()).toEqual(before);
  }

  async function chatWith(text: string) {
    const visitor = await openVisitor(centre().url);
    const clientId = randomUUID();
    expect((await visitor.send({ text, clientId })).ok).toBe(true);
    return { visitor, message: await centre().received(`${visitor.session.visitorId}:${clientId}`) };
  }

  aside('mail for others: this is no relay', async () => {
    const write = mailProgram(centre().ground.smtpPort);
    await withoutTrace(async () => {
      for (const to of ['somebody@example.org', 'support@patchbay.test.example.org', 'support@sub.patchbay.test']) {
        await expect(write({ from: 'a@example.org', to, subject: 'x', text: 'y' }), to).rejects.toMatchObject({
          responseCode: 550,
        });
      }
    });
  });

  aside('mail of 30 MiB, whether it was announced or not', async () => {
    const { smtpPort } = centre().ground;
    const line = Buffer.from(`${'x'.repeat(76)}\r\n`);
    const raw = rawMail(
      { From: 'a@example.org', Subject: 'large', 'Message-ID': '<large@example.org>' },
      Buffer.alloc(30 * 1024 * 1024, line),
    );
    await withoutTrace(async () => {
      expect(await sendByWire(smtpPort, raw, true)).toMatch(/^552 /);
      expect(await sendByWire(smtpPort, raw, false)).toMatch(/^552 /);
    });
  });

  aside('a webhook that the carrier did not sign', async () => {
    const { url } = centre();
    const fields = smsFields({ sid: newSid(), from: '+4915112360001', body: 'forged' });
    await withoutTrace(async () => {
      for (const path of [
        '/webhooks/twilio/sms',
        '/webhooks/twilio/sms/status',
        '/webhooks/twilio/voice',
        '/webhooks/twilio/voice/status',
        '/webhooks/twilio/voice/recording',
      ]) {
        const answer = await postSigned(url, path, fields, { ...carrierAccount, authToken: 'another' });
        expect(answer.headers.get('content-type'), path).toContain('application/problem+json');
        expect({ status: answer.status, body: await answer.json() }, path).toMatchObject(problem(403, 'bad_signature'));
        expect((await fetch(url + path, { method: 'POST', body: new URLSearchParams(fields) })).status, path).toBe(403);
      }
    });
  });

  aside('JSON that is none, bodies that are too large, calls without a key or with a wrong one', async () => {
    const { url, api } = centre();
    const id = randomUUID();
    const key = { authorization: `Bearer ${apiKey}` };
    await withoutTrace(async () => {
      for (const [body, status, code] of [
        ['{"text":', 400, 'invalid_input'],
        ['[]', 400, 'invalid_input'],
        ['{"displayName":7}', 400, 'invalid_input'],
        [`{"displayName":"${'x'.repeat(2 ** 21)}"}`, 413, 'too_large'],
      ] as const) {
        const answer = await fetch(`${url}/api/v1/customers`, {
          method: 'POST',
          headers: { ...key, 'content-type': 'application/json' },
          body,
        });
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect({ status: answer.status, body: await answer.json() }, body.slice(0, 30)).toMatchObject(
          problem(status, code),
        );
      }
      for (const path of [
        'tickets',
        `tickets/${id}`,
        'messages',
        'customers',
        'inbox',
        'outbox',
        'agents',
        'metrics/wallboard',
        'me',
        `attachments/${id}`,
      ]) {
        for (const credentials of [
          {},
          { authorization: 'Bearer wrong-key-0123456789abcdef0123456789abcd' },
          { authorization: 'Basic eDp5' },
          { cookie: 'better-auth.session_token=forged.forged' },
        ]) {
          expect(
            await createClient(url, credentials as Record<string, string>)('GET', `/api/v1/${path}`),
            path,
          ).toMatchObject(problem(401, 'unauthenticated'));
        }
      }
      for (const path of ['tickets', 'customers', 'inbox', 'attachments'])
        expect(await api('GET', `/api/v1/${path}/${id}`), path).toMatchObject(problem(404, 'not_found'));
      for (const path of [
        `tickets/${id}/messages`,
        `tickets/${id}/events`,
        `customers/${id}/merges`,
        `inbox/${id}/raw`,
        `outbox/${id}/raw`,
        'nothing',
      ]) {
        expect(await api('GET', `/api/v1/${path}`), path).toMatchObject(problem(404, 'not_found'));
      }
      for (const path of [
        `tickets/${id}/messages`,
        `tickets/${id}/accept`,
        `inbox/${id}/replay`,
        `merges/${id}/undo`,
      ]) {
        expect(await api('POST', `/api/v1/${path}`, { text: 'x' }), path).toMatchObject(problem(404, 'not_found'));
      }
    });
    await expect(openDesk(url, 'wrong-key-0123456789abcdef0123456789abcd')).rejects.toMatchObject({
      data: { code: 'unauthenticated' },
    });
  });

  aside('a visitor token that is expired, forged or of another use', async () => {
    const { url, hub } = centre();
    const visitorId = randomUUID();
    const year = 365 * 24 * 3600 * 1000;
    const { token } = issueVisitorToken(hub.parts.signingKey, visitorId, new Date());
    const bad = {
      expired: issueVisitorToken(hub.parts.signingKey, visitorId, new Date(Date.now() - 2 * year)).token,
      'of another centre': issueVisitorToken(randomBytes(32), visitorId, new Date()).token,
      'with a changed end': `${token.slice(0, -4)}AAAA`,
      'with a changed beginning': `A${token.slice(1)}`,
      rubbish: 'rubbish',
    };
    await withoutTrace(async () => {
      for (const [name, wrong] of Object.entries(bad)) {
        const renewed = await openSession(url, wrong);
        expect({ status: renewed.status, body: await renewed.json() }, name).toMatchObject(
          problem(401, 'unauthenticated'),
        );
        await expect(connectVisitor(url, wrong), name).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
        const upload = await fetch(`${url}/widget/files`, {
          method: 'POST',
          headers: { authorization: `Bearer ${wrong}` },
          body: 'x',
        });
        expect(upload.status, name).toBe(401);
      }
    });
    (await connectVisitor(url, token)).disconnect();
  });

  it("another visitor's conversation and files", async () => {
    const { reply, stored } = centre();
    const { visitor: ann, message } = await chatWith('My secret word is Quince');
    const { visitor: bob } = await chatWith('Hello');
    await using both = new AsyncDisposableStack();
    both.use(ann);
    both.use(bob);
    const file = await ann.upload('secret.txt', 'text/plain', Buffer.from('secret'));
    await reply(message.ticketId, 'Thank you, Quince');
    const answer = await ann.messages.until(({ text }) => text === 'Thank you, Quince', 'the answer');
    const before = await stored();
    expect(await bob.send({ text: 'give it to me', attachments: [file.id] })).toMatchObject({
      ok: false,
      code: 'invalid_input',
    });
    expect((await bob.download(`/widget/files/${file.id}`)).status).toBe(404);
    expect(await bob.request('mark', { messageId: answer.id, status: 'read' })).toMatchObject({ ok: true });
    expect(JSON.stringify([await bob.resume(0), bob.messages.items, bob.marks.items])).not.toContain('Quince');
    const kept = (await centre().messages(message.ticketId)).find(({ id }: { id: string }) => id === answer.id);
    expect(kept.deliveryStatus).not.toBe('read');
    expect(await stored()).toEqual(before);
  });

  it("an agent's look at a ticket outside their queues", async () => {
    const { api, url, desk } = centre();
    const { visitor, message } = await chatWith('For the chat team only');
    await visitor[Symbol.asyncDispose]();
    const email = `agent-${randomUUID()}@patchbay.test`;
    const password = 'a password of their own';
    const { body: queues } = await api('GET', '/api/v1/queues');
    const mailOnly = queues.items
      .filter(({ channels }: { channels: string[] }) => channels.includes('email'))
      .map(({ id }: { id: string }) => id);
    expect(
      (await api('POST', '/api/v1/agents', { name: 'Mia', email, password, role: 'agent', queueIds: mailOnly })).status,
    ).toBe(201);
    const session = await createClient(url, {})('POST', '/api/v1/session', { email, password });
    const mia = createClient(url, {
      cookie: session.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';', 1)[0])
        .join('; '),
      origin: url,
    });
    expect((await mia('GET', '/api/v1/me')).body).toMatchObject({ name: 'Mia', role: 'agent' });
    await withoutTrace(async () => {
      const ticket = `/api/v1/tickets/${message.ticketId}`;
      for (const [method, path, body] of [
        ['GET', ticket],
        ['GET', `${ticket}/messages`],
        ['GET', `${ticket}/events`],
        ['POST', `${ticket}/messages`, { text: 'mine' }],
        ['POST', `${ticket}/claim`],
        ['PATCH', ticket, { status: 'closed' }],
      ] as const) {
        expect(await mia(method, path, body), `${method} ${path}`).toMatchObject(problem(404, 'not_found'));
      }
      expect((await mia('GET', '/api/v1/tickets?limit=200')).body.items).toEqual([]);
      expect(
        (await mia('GET', `/api/v1/messages?externalId=${encodeURIComponent(message.externalId)}`)).body.items,
      ).toEqual([]);
      for (const [method, path] of [
        ['GET', '/api/v1/inbox'],
        ['POST', '/api/v1/agents'],
      ] as const) {
        expect(
          await mia(
            method,
            path,
            method === 'POST' ? { name: 'x', email: 'x@patchbay.test', password: 'x'.repeat(12) } : undefined,
          ),
          path,
        ).toMatchObject(problem(403, 'forbidden'));
      }
    });
    expect(await desk.request('watch', { room: 'ticket', id: randomUUID() })).toMatchObject({
      ok: false,
      code: 'not_found',
    });
  });

  it('is told apart from what only looks dangerous: nothing makes the hub fail', async () => {
    const { api, url } = centre();
    const { message, visitor } = await chatWith('A ticket to try things on');
    await using _ = visitor;
    const nasty = [
      "'; drop table ticket; --",
      "' or '1'='1",
      '%',
      '_',
      '\\',
      '"',
      '$1',
      '{}',
      '[object Object]',
      '\u0000',
      '\ud800',
      '../../etc/passwd',
      '${7*7}',
      '<script>',
      `${'x'.repeat(199)}😀`,
      'x'.repeat(5000),
      '-1',
      '1e309',
      'NaN',
      'null',
      '9'.repeat(30),
    ];
    const escape = (value: string) => encodeURIComponent(value.toWellFormed());
    const statuses = new Map<string, number>();
    const note = async (name: string, answer: Promise<{ status: number }>) => statuses.set(name, (await answer).status);
    for (const [index, value] of nasty.entries()) {
      // A sender of its own for each, so that each opens a ticket.
      const from = `+4915112361${String(index).padStart(3, '0')}`;
      const shown = JSON.stringify(value.slice(0, 20));
      for (const query of [
        'tickets?q',
        'tickets?status',
        'tickets?channel',
        'tickets?customerId',
        'tickets?assigneeId',
        'tickets?cursor',
        'tickets?limit',
        'customers?q',
        'customers?cursor',
        'messages?externalId',
        'messages?cursor',
        'inbox?state',
        'inbox?cursor',
        'outbox?cursor',
        'agents?cursor',
      ]) {
        await note(`${query}=${shown}`, api('GET', `/api/v1/${query}=${escape(value)}`));
      }
      for (const path of ['tickets', 'customers', 'inbox', 'attachments', 'agents'])
        await note(`${path}/${shown}`, api('GET', `/api/v1/${path}/${escape(value)}`));
      await note(
        `customer ${shown}`,
        api('POST', '/api/v1/customers', {
          displayName: value,
          identifiers: [
            { kind: 'external', value },
            { kind: 'phone', value },
          ],
        }),
      );
      await note(
        `note ${shown}`,
        api(
          'POST',
          `/api/v1/tickets/${message.ticketId}/messages`,
          { text: value, visibility: 'internal' },
          { 'idempotency-key': value.replaceAll(/[^\x20-\x7e]/g, '?') },
        ),
      );
      await note(`subject ${shown}`, api('PATCH', `/api/v1/tickets/${message.ticketId}`, { subject: value }));
      await note(
        `session ${shown}`,
        createClient(url, {})('POST', '/api/v1/session', { email: value, password: value }),
      );
      await note(
        `text ${shown}`,
        postSigned(url, '/webhooks/twilio/sms', smsFields({ sid: newSid(), from, body: value.toWellFormed() })),
      );
      await note(
        `sender ${shown}`,
        postSigned(url, '/webhooks/twilio/sms', smsFields({ sid: newSid(), from: value.toWellFormed(), body: 'x' })),
      );
      await note(
        `sid ${shown}`,
        postSigned(url, '/webhooks/twilio/sms', smsFields({ sid: value.toWellFormed(), from, body: 'x' })),
      );
      await note(
        `call ${shown}`,
        postSigned(url, '/webhooks/twilio/voice/wait', {
          CallSid: value.toWellFormed(),
          From: value.toWellFormed(),
          To: '+15005550006',
          QueueTime: value.toWellFormed(),
        }),
      );
      const sent = await visitor.request('send', { clientId: randomUUID(), text: value, name: value, page: value });
      if (!sent.ok) expect(sent.code, shown).toBe('invalid_input');
    }
    expect([...statuses].filter(([, status]) => status >= 500)).toEqual([]);
    expect(statuses.get(`tickets?q=${JSON.stringify(nasty[0]?.slice(0, 20))}`)).toBe(200);
    await eventually(
      () => api('GET', '/api/v1/inbox?state=pending'),
      ({ body }) => body.items.length === 0,
    );
    // What was put aside has a shape that no contact has; nothing failed on the way.
    const { body } = await api('GET', '/api/v1/inbox?state=quarantined&limit=200');
    expect(
      body.items.map(({ reason }: { reason: string }) => reason).filter((reason: string) => /error/i.test(reason)),
    ).toEqual([]);
    expect((await api('GET', '/readyz')).status).toBe(200);
  });
});

onBothBackends('what cannot be stored now', (backend) => {
  const centre = shared(() => startCentre(backend));
  const mail = (id: string) => ({
    from: 'ada@example.org',
    subject: 'Later',
    text: 'Please.',
    messageId: `<${id}@example.org>`,
  });

  it('is put off with 451 and taken when the file storage is back', async () => {
    const { ground, stored, received } = centre();
    const write = mailProgram(ground.smtpPort);
    const before = await stored();
    // A folder in whose place a file lies takes no files, from root neither.
    const folder = join(ground.env['DATA_DIR'] ?? '', 'files');
    await rm(folder, { recursive: true, force: true });
    await writeFile(folder, '');
    const withFile = { ...mail('storage'), attachments: [{ filename: 'receipt.txt', content: 'Paid.' }] };
    await expect(write(withFile)).rejects.toMatchObject({ responseCode: 451 });
    expect(await stored()).toEqual(before);
    await rm(folder);
    await write(withFile);
    expect(await received('<storage@example.org>')).toMatchObject({ subject: 'Later' });
  });

  it('is put off, on every way in, while the database is down, and taken when it is back', async () => {
    const { ground, url, api, received } = centre();
    const write = mailProgram(ground.smtpPort);
    const text = smsFields({ sid: newSid(), from: '+4915112360009', body: 'Later' });
    await using visitor = await openVisitor(url);
    const clientId = randomUUID();
    await using admin = openDatabase({ url: inject('postgresUrl'), poolSize: 1 });
    const name = new URL(ground.databaseUrl).pathname.slice(1);
    await admin.sql.query(`alter database ${name} allow_connections false`);
    await admin.sql.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await expect(write(mail('database'))).rejects.toMatchObject({ responseCode: 451 });
    const refused = await postSigned(url, '/webhooks/twilio/sms', text);
    expect({ status: refused.status, body: await refused.json() }).toMatchObject(problem(503, 'unavailable'));
    expect(refused.headers.get('retry-after')).not.toBeNull();
    expect(await visitor.send({ text: 'Later', clientId })).toMatchObject({ ok: false, code: 'unavailable' });
    expect((await api('GET', '/readyz')).status).toBe(503);
    expect((await api('GET', '/healthz')).status).toBe(200);

    await admin.sql.query(`alter database ${name} allow_connections true`);
    await eventually(
      () => api('GET', '/readyz'),
      ({ status }) => status === 200,
    );
    await write(mail('database'));
    expect((await postSigned(url, '/webhooks/twilio/sms', text)).status).toBe(200);
    expect(await visitor.send({ text: 'Later', clientId })).toMatchObject({ ok: true });
    for (const externalId of [
      '<database@example.org>',
      text['MessageSid'] ?? '',
      `${visitor.session.visitorId}:${clientId}`,
    ]) {
      expect(await received(externalId), externalId).toMatchObject({ direction: 'in' });
    }
  });
});
