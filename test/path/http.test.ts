import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySignature } from '@patchbay/channels/http/signature';
import { acknowledgementText } from '@patchbay/domain';
import { fetchAwaited } from '@patchbay/engine/pipeline/awaited-files';
import { readAccounts } from '@patchbay/store/queries/channel-health';
import { expect, it } from 'vitest';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { addSource, type App, postTo, startSilentReceiver } from '../support/http-source.ts';
import { shared } from '../support/shared.ts';
import { startSourceCentre } from '../support/source-centre.ts';

/** What another centre's hub acknowledges. */
const other = { number: 1017, centreName: 'The other centre', open: true };

onBothBackends('a source of the webhook pair', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(() => startSourceCentre(backend));
  const send = (more: object) => centre().send(more);

  it('brings a request with its fields to the queue and urgency of its type, once', async () => {
    const message = {
      id: 'order-1',
      from: { externalId: 'u1', name: 'Ada' },
      text: 'Where is it?',
      acknowledge: false,
    };
    const request = { ...message, requestType: 'order', fields: { orderNumber: 'A-17', concern: 'delivery' } };
    const answers = await Promise.all([1, 2, 3].map(async () => (await postTo(centre().app, request)).json()));
    const outcomes: string[] = answers.map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['accepted', 'duplicate', 'duplicate']);
    const { ticketId } = await centre().received('order-1');
    expect(await centre().ticket(ticketId)).toMatchObject({
      channel: 'http',
      requestType: 'order',
      fields: { orderNumber: 'A-17', concern: 'delivery' },
      priority: 10,
      queueName: 'Web',
      customerName: 'Ada',
    });
  });

  it('is taken again under an id that says something else, and is one message however often it says the same', async () => {
    const { app, api, messages, received } = centre();
    const said = { id: 'reused', from: { externalId: 'u2' }, acknowledge: false };
    const outcome = async (more: object) => (await (await postTo(app, { ...said, ...more })).json()).outcome;
    expect(await outcome({ text: 'Size 41' })).toBe('accepted');
    const { ticketId } = await received('reused');
    expect(await outcome({ text: 'Size 42' })).toBe('accepted');
    expect(await outcome({ text: 'Size 42' })).toBe('duplicate');
    expect(await outcome({ language: 'zh', text: 'Size 41' })).toBe('duplicate');
    const texts = await eventually(
      async () => (await messages(ticketId)).map(({ text }) => text),
      ({ length }) => length > 1,
    );
    expect(texts).toEqual(['Size 41', 'Size 42']);
    const { body } = await api('GET', '/api/v1/inbox?limit=200');
    const ids = body.items.flatMap((item: { externalId: string; state: string }) =>
      item.externalId.startsWith('reused') && item.state === 'done' ? [item.externalId] : [],
    );
    expect(ids).toEqual([expect.stringMatching(/^reused#[0-9a-f]{16}$/), 'reused']);
  });

  it('has what it wrote wrongly replayed beside what it wrote rightly under the same id', async () => {
    const { app, api } = centre();
    const from = { externalId: 'u4' };
    const wrong = { id: 'twice', from, text: 'The first', requestType: 'not-yet', acknowledge: false };
    expect((await postTo(app, wrong)).status).toBe(400);
    expect((await postTo(app, { id: 'twice', from, text: 'The second', acknowledge: false })).status).toBe(202);
    const { body } = await api('GET', '/api/v1/inbox?state=quarantined&q=requestType');
    const [item] = body.items;
    await api('POST', '/api/v1/request-types', { key: 'not-yet', nameEn: 'Not yet', nameZh: '尚未' });
    expect((await api('POST', `/api/v1/inbox/${item.id}/replay`)).status).toBe(200);
    const done = await eventually(
      async () => (await api('GET', `/api/v1/inbox/${item.id}`)).body,
      ({ state }) => state !== 'pending',
    );
    expect(done).toMatchObject({ state: 'done', externalId: expect.stringMatching(/^twice#/) });
  });

  aside('goes on with a conversation of the same sender only', async () => {
    const anonymous = { conversationId: 'c-7', from: { email: 'bo@example.com' } };
    const first = await send(anonymous);
    const second = await send(anonymous);
    expect(second.ticketId).toBe(first.ticketId);
    const stranger = await send({ conversationId: 'c-7', from: { email: 'mallory@example.com' } });
    expect(stranger.ticketId).not.toBe(first.ticketId);
    expect(stranger.customerId).not.toBe(first.customerId);
  });

  it('whose answers lead to its own address is told nothing of its answers, and the agent that they are refused', async () => {
    const { api, reply, messages, received } = centre();
    const source = { name: 'Round', replyBy: 'webhook', outboundUrl: centre().receiver.url };
    const app = await addSource(api, source);
    expect((await api('PUT', `/api/v1/http-sources/${app.id}`, { ...source, outboundUrl: app.url })).status).toBe(200);
    expect((await postTo(app, { id: 'round', text: 'Hello', conversationId: 'round' })).status).toBe(202);
    const { ticketId } = await received('round');
    await reply(ticketId, 'Round it goes', { html: '<p>Round it goes</p>' });
    const out = await eventually(
      async () => (await messages(ticketId)).filter(({ direction }) => direction === 'out'),
      (all) => all.length === 2 && all.every((one) => !['queued', 'sending'].includes(one.deliveryStatus)),
    );
    expect(out).toMatchObject([
      { deliveryStatus: 'failed', deliveryError: expect.stringContaining('422') },
      { deliveryStatus: 'failed', deliveryError: expect.stringContaining('422') },
    ]);
    const { body } = await api('GET', '/api/v1/inbox?limit=200');
    const mine = body.items.filter((item: { channelAccount: string }) => item.channelAccount.includes(app.id));
    expect(mine).toMatchObject([{ externalId: 'round', state: 'done' }]);
  });

  it('is answered by a signed message under one id, tried again when asked to, and reports back', async () => {
    const { receiver, app, reply, messages } = centre();
    const { ticketId } = await send({ conversationId: 'c-9', from: { externalId: 'u9' } });
    receiver.answers.push({ status: 503, headers: { 'retry-after': '0' } });
    await reply(ticketId, 'On its way');
    const isIt = ({ body }: { body: { conversationId: string } }) => body.conversationId === 'c-9';
    const first = await receiver.delivered.until(isIt, 'the answer');
    const again = await receiver.delivered.until((one) => isIt(one) && one !== first, 'the answer once more');
    expect(again.body).toEqual(first.body);
    expect(again.body).toMatchObject({ type: 'message.created', to: 'u9', text: 'On its way', automatic: false });
    expect(() => verifySignature([app.secret], again.headers, again.bytes, new Date())).not.toThrow();
    expect((await postTo(app, { id: again.body.id, status: 'read' }, '/status')).status).toBe(202);
    const sent = await eventually(
      async () => (await messages(ticketId)).find((one) => one.direction === 'out'),
      (one) => one.deliveryStatus === 'read',
    );
    expect(sent.externalId).toBe(again.body.id);
  });

  it.each(['while it is asked', 'between two tries', 'after the last try'])(
    'that says %s that it has a message is given it no more, and the ticket goes on',
    async (when) => {
      const { receiver, app, reply, messages, api, hub } = centre();
      const { ticketId } = await send({ from: { externalId: `slow-${when.replaceAll(' ', '-')}` } });
      const tell = (id: string) => postTo(app, { id, status: 'delivered' }, '/status');
      receiver.answers.push({
        status: 503,
        headers: { 'retry-after': '3600' },
        ...(when === 'while it is asked' && { before: ({ id }: { id: string }) => tell(id) }),
      });
      const text = `Soon, ${when}`;
      const answer = await reply(ticketId, text);
      const { body: given } = await receiver.delivered.until(({ body }) => body.text === text, 'the answer');
      const outcome = async () => (await messages(ticketId)).find(({ id }) => id === answer.id);
      if (when !== 'while it is asked') {
        await eventually(
          async () => (await api('GET', '/api/v1/outbox')).body.items.find(({ id }: { id: string }) => id === given.id),
          ({ error }) => /503/.test(error ?? ''),
        );
        if (when === 'after the last try')
          await hub.parts.db.sql.query(`select settle_outbound($1, 'failed', null, 'HTTP 503', 0, null, 0, 'queued')`, [
            given.id,
          ]);
        expect((await tell(given.id)).status).toBe(202);
      }
      expect(await eventually(outcome, ({ deliveryStatus }) => deliveryStatus === 'delivered')).toMatchObject({
        externalId: given.id,
        deliveryError: null,
      });
      await reply(ticketId, `And more, ${when}`);
      await receiver.delivered.until(({ body }) => body.text === `And more, ${when}`, 'the next answer');
      expect(receiver.delivered.items.filter(({ body }) => body.id === given.id)).toHaveLength(1);
    },
  );

  it('answers a message of the hub by the id that it gave it', async () => {
    const { receiver, reply, messages } = centre();
    const from = { externalId: `naming-${backend}` };
    const { ticketId } = await send({ from });
    const theirs = `theirs-${randomUUID()}`;
    receiver.answers.push({ status: 200, body: { id: theirs } });
    const answer = await reply(ticketId, 'Which colour?');
    await eventually(
      async () => (await messages(ticketId)).find(({ id }) => id === answer.id),
      ({ externalId }) => externalId === theirs,
    );
    expect(await send({ from, inReplyTo: theirs })).toMatchObject({ ticketId });
    expect((await send({ from: { externalId: `other-${backend}` }, inReplyTo: theirs })).ticketId).not.toBe(ticketId);
  });

  it('has what it wrote on a ticket though a file lies nowhere any more, and the message says so', async () => {
    const { url } = centre();
    const message = await send({
      text: 'My bill',
      html: '<p>My <b>bill</b></p><!-- not closed',
      from: { externalId: 'u11' },
      attachments: [
        { filename: 'bill <1>.pdf', contentType: 'application/pdf', url: `${url}/media/gone` },
        { filename: 'terms.json', contentType: 'application/json', url: `${url}/api/openapi.json` },
      ],
    });
    const told = 'This file could not be fetched: bill <1>.pdf (application/pdf). HTTP 404 was answered for the file';
    expect(message).toMatchObject({
      text: `My bill\n\n[${told}]`,
      html: `<p>[${told.replace('<1>', '&lt;1&gt;')}]</p>\n<p>My <b>bill</b></p><!-- not closed`,
      attachments: [{ filename: 'terms.json' }],
    });
  });

  it('has what it wrote on a ticket while a file cannot be given, which comes when it was said to', async () => {
    const { hub, messages } = centre();
    let answer = { status: 503, headers: { 'retry-after': '1800' } as Record<string, string>, body: '' };
    const store = createServer((_request, response) => {
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(store, 'listening');
    try {
      const url = `http://127.0.0.1:${(store.address() as AddressInfo).port}/bill.pdf`;
      const attachments = [
        { filename: 'note.txt', contentType: 'text/plain', content: Buffer.from('x').toString('base64') },
        { filename: 'bill.pdf', contentType: 'application/pdf', url },
      ];
      const message = await send({ text: 'My bill', from: { externalId: 'u12' }, attachments });
      expect(message).toMatchObject({
        text: 'My bill',
        attachments: [{ filename: 'note.txt' }],
        awaitedFiles: [{ filename: 'bill.pdf', contentType: 'application/pdf' }],
      });
      expect(JSON.stringify(message)).not.toContain(url);
      const { rows } = await hub.parts.db.sql.query<{ id: string; tries: number; minutes: number }>(
        `select id, tries, round(extract(epoch from next_try_at - now()) / 60)::int as minutes from awaited_file where message_id = $1`,
        [message.id],
      );
      expect(rows).toMatchObject([{ tries: 1, minutes: 30 }]);
      answer = { status: 200, headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.7' };
      await fetchAwaited(hub.parts, { awaitedFileId: rows[0]?.id ?? '', round: 1 });
      expect((await messages(message.ticketId)).find(({ id }) => id === message.id)).toMatchObject({
        text: 'My bill',
        attachments: [{ filename: 'note.txt' }, { filename: 'bill.pdf', contentType: 'application/pdf', size: 8 }],
        awaitedFiles: [],
      });
    } finally {
      store.close();
    }
  });

  aside('is refused with a wrong signature, and nothing is kept', async () => {
    const { app, api } = centre();
    const answer = await postTo(app, { id: 'forged', text: 'x' }, '', `whsec_${'A'.repeat(43)}=`);
    expect(answer.status).toBe(403);
    const { body } = await api('GET', '/api/v1/inbox?limit=200');
    expect(body.items.filter((item: { externalId: string }) => item.externalId === 'forged')).toEqual([]);
    const unknown = { ...app, url: app.url.replace(app.id, randomUUID()) };
    expect((await postTo(unknown, { id: 'x', text: 'x' })).status).toBe(404);
    expect((await postTo(app, Buffer.alloc(16 * 1024 * 1024))).status).toBe(413);
  });

  aside(
    'is not kept from writing by strangers who send much, or nothing of what they announced',
    async () => {
      const { app } = centre();
      const calls: ClientRequest[] = [];
      /** Announces the largest body, of which a byte comes, and answers what came back. */
      const announce = (url: string, from: string) => {
        const call = request(url, {
          method: 'POST',
          agent: false,
          headers: { 'content-length': String(15 * 1024 * 1024), 'x-forwarded-for': from },
        });
        calls.push(call);
        call.on('error', () => undefined);
        call.write('{');
        return once(call, 'response').then(([answer]) => (answer as IncomingMessage).statusCode);
      };
      try {
        const nowhere = app.url.replace(app.id, randomUUID());
        expect(await announce(nowhere, '203.0.113.1')).toBe(404);
        const held = Array.from({ length: 40 }, () => announce(app.url, '203.0.113.2'));
        expect(await Promise.any(held)).toBe(503);
        const answer = await postTo(app, { id: 'meanwhile', text: 'Hello', acknowledge: false });
        expect(answer.status).toBe(202);
      } finally {
        for (const call of calls) call.destroy();
      }
    },
    30_000,
  );

  it('has what it wrote wrongly kept for a person, and replayed once it makes sense', async () => {
    const { app, api, received } = centre();
    const answer = await postTo(app, {
      id: 'late-1',
      text: 'x',
      requestType: 'survey',
      fields: { stars: 4 },
      acknowledge: false,
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { detail: expect.stringContaining('requestType') },
    ]);
    const { body } = await api('GET', '/api/v1/inbox?state=quarantined');
    const item = body.items.find((one: { reason: string }) => one.reason.includes('requestType'));
    const stars = { key: 'stars', labelEn: 'Stars', labelZh: '星级', type: 'number', min: 1, max: 5 };
    await api('POST', '/api/v1/request-types', { key: 'survey', nameEn: 'Survey', nameZh: '调查', fields: [stars] });
    expect((await api('POST', `/api/v1/inbox/${item.id}/replay`)).status).toBeLessThan(300);
    const { ticketId } = await received('late-1');
    expect(await centre().ticket(ticketId)).toMatchObject({ requestType: 'survey', fields: { stars: 4 } });
  });

  it('that is answered by mail acknowledges nothing to who gave no address, and is not failing for it', async () => {
    const { api, received, reply, messages, hub } = centre();
    const app = await addSource(api, { replyBy: 'email' });
    const id = `m-${randomUUID()}`;
    await postTo(app, { id, from: { phone: '+4915112312312' }, text: 'Call me', acknowledge: true });
    const { ticketId } = await received(id);
    expect(await messages(ticketId)).toHaveLength(1);
    const answer = await reply(ticketId, 'We did');
    const told = await eventually(
      async () => (await messages(ticketId)).find((message) => message.id === answer.id),
      ({ deliveryStatus }) => deliveryStatus === 'failed',
    );
    expect(told.deliveryError).toContain('gave no email address');
    const health = await readAccounts(hub.parts.db.sql, '2026-01-01', 'UTC');
    expect(health.find(({ account }) => account === `http:${app.id}`)).toMatchObject({ failed: 0, lastError: null });
  });

  /** Tickets of so many senders of a source that nothing has been said in yet. */
  const ticketsOf = (app: App, count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const id = `h-${randomUUID()}`;
        await postTo(app, { id, from: { externalId: id }, text: 'Hello', acknowledge: false });
        return (await centre().received(id)).ticketId as string;
      }),
    );

  it('whose receiver hangs keeps no other waiting', async () => {
    const { api, receiver, reply } = centre();
    await using silent = await startSilentReceiver();
    const hanging = await addSource(api, { outboundUrl: silent.url, replyBy: 'webhook' });
    const tickets = await ticketsOf(hanging, 12);
    const { ticketId } = await send({ from: { externalId: 'quick' } });
    await Promise.all(tickets.map((id) => reply(id, 'Are you there?')));
    await silent.asked.until(() => silent.asked.items.length >= 3, 'three requests');
    await reply(ticketId, 'At once');
    await receiver.delivered.until(({ body }) => body.text === 'At once', 'the other source’s answer');
    expect(silent.asked.items).toHaveLength(3);
  });

  it('waits for no other, however many of them hang', async () => {
    const { api, receiver, reply } = centre();
    await using silent = await startSilentReceiver();
    const sources = await Promise.all(
      [1, 2, 3].map(() => addSource(api, { outboundUrl: silent.url, replyBy: 'webhook' })),
    );
    const tickets = (await Promise.all(sources.map((source) => ticketsOf(source, 3)))).flat();
    const { ticketId } = await send({ from: { externalId: 'quicker' } });
    await Promise.all(tickets.map((id) => reply(id, 'Are you there?')));
    await silent.asked.until(() => new Set(silent.asked.items).size === 9, 'nine requests');
    await reply(ticketId, 'In their midst');
    await receiver.delivered.until(({ body }) => body.text === 'In their midst', 'the other source’s answer');
    // It came before any of the nine had been given up.
    expect(silent.ended.items).toEqual([]);
  });

  it.each([
    ['nothing of the kind', {}, 1],
    ['that a machine wrote it', { automatic: true }, 0],
    ['what a hub of this kind acknowledges with', { text: acknowledgementText({ ...other, language: 'en' }).text }, 0],
    ['the same in Chinese', { text: acknowledgementText({ ...other, language: 'zh' }).text }, 0],
  ])('that says %s has its acknowledgements counted', async (what, more, times) => {
    const { receiver, app, hub, received } = centre();
    const id = `ack-${randomUUID()}`;
    await postTo(app, { id, conversationId: id, text: 'Hello', ...more });
    const { ticketId } = await received(id);
    // The next contact's acknowledgement is written down after this one's would have been.
    const after = `after-${randomUUID()}`;
    await postTo(app, { id: after, conversationId: after, text: 'Hello' });
    await receiver.delivered.until(({ body }) => body.conversationId === after, 'the acknowledgement of the next');
    const { rows } = await hub.parts.db.sql.query('select from outbound where ticket_id = $1', [ticketId]);
    expect(rows, what).toHaveLength(times);
  });
});
