/** What may not happen on the way out: a message after a STOP, a text that is lost, one refusal that costs another message. */
import { randomBytes, randomUUID } from 'node:crypto';
import { eventData } from '@patchbay/contracts';
import { outboundBatches } from '@patchbay/engine/pipeline/outbound-batches';
import { releaseReply } from '@patchbay/engine/pipeline/held-replies';
import { sweep } from '@patchbay/engine/pipeline/sweep';
import type { HubOverrides } from '@patchbay/engine';
import { openDatabase, quarantineInbox } from '@patchbay/store';
import { describe, expect, inject, it } from 'vitest';
import { centreNumber, postSigned, smsFields } from '../support/carrier.ts';
import { taken } from '../support/carrier-rest.ts';
import type { RestAnswer } from '../support/carrier-rest.ts';
import { eventually } from '../support/client.ts';
import { Feed } from '../support/feed.ts';
import { shared } from '../support/shared.ts';
import { startTextCentre } from '../support/text-centre.ts';

const refusing =
  (message: string): RestAnswer =>
  (_call, response) => {
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 21211, message }));
  };

describe('what leaves by text', () => {
  const warnings = new Feed<string>();
  const warningLog: object = new Proxy(
    {},
    {
      get: (_target, name) =>
        name === 'child'
          ? () => warningLog
          : (_fields: unknown, message: string) => name === 'warn' && warnings.push(message),
    },
  );
  const centre = shared(() =>
    startTextCentre('postgres', {
      log: warningLog as NonNullable<HubOverrides['log']>,
      sending: { writeAgainMs: [20] },
    }),
  );
  let numbers = 0;
  const newNumber = () => `+4915112390${String(numbers++).padStart(3, '0')}`;
  const sql = () => centre().hub.parts.db.sql;

  const consents = async (address: string) =>
    (await centre().api('GET', `/api/v1/consents?address=${encodeURIComponent(address)}`)).body.items;
  const log = async (address: string) =>
    (await centre().api('GET', `/api/v1/consents/log?address=${encodeURIComponent(address)}`)).body.items;
  const bodiesTo = (to: string) =>
    centre()
      .carrier.calls.items.filter(({ form }) => form['To'] === to)
      .map(({ form }) => form['Body']);
  const inboxOf = async (externalId: string) =>
    (
      await sql().query<{ id: string; state: string }>('select id, state from inbox where external_id = $1', [
        externalId,
      ])
    ).rows[0];

  /** A word with a picture, of which the carrier has nothing to give at the moment, or never. */
  async function wordWithPicture(from: string, body: string, media: string): Promise<string> {
    const sid = `MM${randomUUID().replaceAll('-', '')}`;
    const fields = { NumMedia: '1', MediaUrl0: media, MediaContentType0: 'image/png' };
    const answer = await postSigned(centre().url, '/webhooks/twilio/sms', {
      ...smsFields({ sid, from, body }),
      ...fields,
    });
    expect(answer.status).toBe(200);
    return sid;
  }

  it('a STOP holds from its arrival, though it waits for its picture; a START that came later stays one', async () => {
    const { carrier, textFrom, reply, becomes, received, timeline } = centre();
    const from = newNumber();
    const { ticketId } = await textFrom(from, 'Hello');
    const media = carrier.addMedia('image/png', Buffer.from('89504e470d0a1a0a', 'hex'));
    const release = carrier.holdMedia(media);
    const sid = await wordWithPicture(from, 'STOP', media);
    const { id } = await reply(ticketId, 'After the STOP');
    await becomes(id, 'failed');
    expect((await inboxOf(sid))?.state).toBe('pending');
    expect(await consents(from)).toMatchObject([{ state: 'withdrawn', source: 'word', reason: 'STOP' }]);
    await eventually(
      () => timeline(ticketId),
      (events) => events.some(({ type }) => type === 'consent.changed'),
    );

    await textFrom(from, 'START');
    release();
    const message = await received(sid);
    expect(
      (await log(from)).map(({ state, messageId }: Record<string, string>) => [state, messageId === message.id]),
    ).toEqual([
      ['granted', false],
      ['withdrawn', true],
    ]);
    await becomes((await reply(ticketId, 'After the START')).id, 'sent');
    expect(bodiesTo(from)).not.toContain('After the STOP');
    const told = (await timeline(ticketId)).filter(({ type }) => type === 'consent.changed');
    expect(told.map(({ data }) => data['state'])).toEqual(['withdrawn', 'granted']);
  });

  it('a STOP whose picture the carrier no longer has is a message at once, and holds', async () => {
    const { carrier, textFrom, reply, becomes, received } = centre();
    const from = newNumber();
    const { ticketId } = await textFrom(from, 'Hello');
    const gone = carrier.addMedia('image/png', Buffer.from('x')).replace(/ME\d+$/, `ME${'9'.repeat(32)}`);
    const message = await received(await wordWithPicture(from, 'STOP', gone));
    expect(message.text).toMatch(/^STOP\n\n\[This file could not be fetched: media-1\.png .*\]$/);
    expect(await consents(from)).toMatchObject([{ state: 'withdrawn', source: 'word', reason: 'STOP' }]);
    expect(await log(from)).toMatchObject([{ state: 'withdrawn', messageId: message.id }]);
    await becomes((await reply(ticketId, 'After the gone picture')).id, 'failed');
    expect(bodiesTo(from)).not.toContain('After the gone picture');
  });

  it('a STOP in quarantine holds, also when it is put away, and does not come back over a later START', async () => {
    const { api, carrier, textFrom, reply, becomes } = centre();
    const from = newNumber();
    const { ticketId } = await textFrom(from, 'Hello');
    await carrier.calls.until(({ form }) => form['To'] === from, 'the acknowledgement');
    const media = carrier.addMedia('image/png', Buffer.from('x'));
    const release = carrier.holdMedia(media);
    const row = await inboxOf(await wordWithPicture(from, 'STOP', media));
    expect(await quarantineInbox(sql(), row?.id ?? '', 'It could not be ingested')).toBe(true);
    release();
    await becomes((await reply(ticketId, 'Quarantined')).id, 'failed');
    const bulk = (action: string) =>
      api('POST', '/api/v1/inbox/bulk', {
        action,
        ids: [row?.id],
        ...(action === 'discard' && { reason: 'No picture' }),
      });
    expect((await bulk('discard')).status).toBe(200);
    await becomes((await reply(ticketId, 'Put away')).id, 'failed');
    await textFrom(from, 'START');
    expect((await bulk('restore')).status).toBe(200);
    expect((await api('POST', `/api/v1/inbox/${row?.id}/replay`)).status).toBeLessThan(300);
    expect(await consents(from)).toMatchObject([{ state: 'granted' }]);
    await becomes((await reply(ticketId, 'Again')).id, 'sent');
    expect(bodiesTo(from).slice(1)).toEqual(['Again']);
  });

  it('bytes that are understood later are heard as of when they came', async () => {
    const { textFrom } = centre();
    const [earlier, later] = [newNumber(), newNumber()];
    for (const from of [earlier, later]) await textFrom(from, 'START');
    const understand = (from: string, received: string) =>
      sql().query(
        `with i as (insert into inbox (channel, channel_account, external_id, state, raw_type, raw_sha256, correlation_id, received_at)
           values ('sms', $1, $2, 'quarantined', 'text/plain', 'x', 'c', now() + $3::interval) returning id) select id from i`,
        [centreNumber, `unreadable:${from}`, received],
      );
    await understand(earlier, '-1 hour');
    await understand(later, '0 seconds');
    for (const from of [earlier, later])
      await sql().query('update inbox set contact = $2 where external_id = $1', [
        `unreadable:${from}`,
        JSON.stringify({ kind: 'system', from, identifiers: [], consent: { word: 'stop', said: 'STOP' } }),
      ]);
    const states = async (from: string) => (await consents(from)).map(({ state }: { state: string }) => state);
    expect([await states(earlier), await states(later)]).toEqual([['granted'], ['withdrawn']]);
  });

  it('a STOP after the clock was set back is the last word all the same', async () => {
    const { textFrom, reply, becomes } = centre();
    const from = newNumber();
    const { ticketId } = await textFrom(from, 'START');
    await sql().query(`update consent set at = now() + interval '1 hour' where address = $1`, [from]);
    await textFrom(from, 'STOP');
    await becomes((await reply(ticketId, 'Not to be sent')).id, 'failed');
    await textFrom(from, 'START');
    expect(await consents(from)).toMatchObject([{ state: 'granted' }]);
  });

  it.each([
    ['a NUL', 'bad\0number'],
    ['half an emoji where it is cut', `${'x'.repeat(299)}😀 and more`],
    ['a lone surrogate', 'bad \ud83d number'],
  ])('a refusal with %s is written down, and told', async (name, words) => {
    const { carrier, textFrom, reply, becomes, messages } = centre();
    const { ticketId } = await textFrom(newNumber(), 'Hello');
    carrier.answerOnce(name, refusing(words));
    const { id } = await reply(ticketId, name);
    await becomes(id, 'failed');
    const { deliveryError } = (await messages(ticketId)).find((message) => message.id === id);
    expect(deliveryError).toMatch(/^Twilio 21211: (bad ?.*number|x{299}😀)$/u);
    expect(deliveryError.isWellFormed()).toBe(true);
  });

  it('keys of the hub are out of reach: a message with the key of a held reply leaves it alone', async () => {
    const { api, textFrom, becomes, messages } = centre();
    await api('PATCH', '/api/v1/me', { undoSeconds: 60 });
    const { ticketId } = await textFrom(newNumber(), 'Hello');
    const post = (path: string, text: string, key: string) =>
      api('POST', `/api/v1/tickets/${ticketId}/${path}`, { text }, { 'idempotency-key': key });
    const held = (await post('held-replies', 'Held', 'k')).body;
    const acknowledged = (await messages(ticketId)).find(({ kind }) => kind === 'system');
    const { rows } = await sql().query<{ key: string }>(
      'select idempotency_key as key from outbound where message_id = $1',
      [acknowledged?.id],
    );
    for (const key of [`held:${held.id}`, rows[0]?.key ?? '', `caller:held:${held.id}`]) {
      const answer = await post('messages', `Under ${key}`, key);
      expect([answer.status, answer.body.text]).toEqual([201, `Under ${key}`]);
      expect((await post('messages', `Under ${key}`, key)).body.id).toBe(answer.body.id);
      expect((await post('messages', 'Something else', key)).status).toBe(409);
      await becomes(answer.body.id, 'sent');
    }
    const now = await api('POST', `/api/v1/held-replies/${held.id}/send-now`);
    expect(now.body).toMatchObject({ state: 'released' });
    await becomes(now.body.messageId, 'sent');
    const texts = (await messages(ticketId)).filter(({ kind }) => kind === 'agent').map(({ text }) => text);
    expect(texts.filter((text) => text === 'Held')).toHaveLength(1);
    await api('PATCH', '/api/v1/me', { undoSeconds: 0 });
  });

  it('the same request is answered alike after the ticket was closed', async () => {
    const { api, textFrom, ticket } = centre();
    await api('PATCH', '/api/v1/me', { undoSeconds: 60 });
    const { ticketId } = await textFrom(newNumber(), 'Hello');
    const post = (path: string, text: string, key: string) =>
      api('POST', `/api/v1/tickets/${ticketId}/${path}`, { text }, { 'idempotency-key': key });
    const ask = async () => [await post('held-replies', 'Held', 'k'), await post('messages', 'At once', 'm')];
    const before = await ask();
    expect((await api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'closed' })).status).toBe(200);
    expect((await ticket(ticketId)).status).toBe('closed');
    const after = await ask();
    expect(after.map(({ status, body }) => [status, body.id])).toEqual(before.map(({ body }) => [201, body.id]));
    expect((await post('held-replies', 'New', 'other')).status).toBe(410);
    expect((await post('held-replies', 'Other words', 'k')).status).toBe(409);
    await api('DELETE', `/api/v1/held-replies/${before[0]?.body.id}`);
    expect((await post('held-replies', 'Held', 'k')).body).toMatchObject({ state: 'taken-back' });
    await api('PATCH', '/api/v1/me', { undoSeconds: 0 });
  });

  it('held replies are listed to the last', async () => {
    const { api, textFrom, hub } = centre();
    const { ticketId } = await textFrom(newNumber(), 'Hello');
    const [me] = (await api('GET', '/api/v1/agents')).body.items;
    await hub.parts.db.sql.query(
      `insert into held_reply (ticket_id, author_id, author_name, idempotency_key, request_hash, input, due_at, correlation_id, state)
       select $1, $2, 'A', 'n' || n, 'x', '{"text":"x","visibility":"public","attachments":[]}', now(), 'c', 'failed'
       from generate_series(1, 120) n`,
      [ticketId, me.id],
    );
    const seen = new Set<string>();
    let cursor = '';
    do {
      const { status, body } = await api(
        'GET',
        `/api/v1/tickets/${ticketId}/held-replies?limit=50${cursor && `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      for (const { id } of body.items) seen.add(id);
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen.size).toBe(120);
  });

  it("a carrier's word on an opt-out counts for a message of ours, from that number to that one, whenever it comes", async () => {
    const { carrier, textFrom, reply, becomes, tellStatus } = centre();
    const [from, stranger] = [newNumber(), newNumber()];
    const { ticketId } = await textFrom(from, 'Hello');
    const { id } = await reply(ticketId, 'Told later');
    await becomes(id, 'sent');
    const { sid } = await carrier.calls.until(({ form }) => form['Body'] === 'Told later', 'the message');
    const undelivered = (more: Record<string, string>, to = from, about = sid) =>
      tellStatus('sms', about, to, 'undelivered', { ErrorCode: '21610', ...more });
    await undelivered({ From: '+15005550099' });
    await undelivered({}, stranger);
    await undelivered({}, stranger, 'SM00000000000000000000000000000000');
    expect([await consents(from), await consents(stranger)]).toEqual([[], []]);

    // The report is quicker than the answer to the request that it is about.
    carrier.answerOnce('Told at once', async (call, response, request) => {
      await undelivered({}, from, call.sid);
      carrier.accepted.push(call);
      await taken(call, response, request);
    });
    await becomes((await reply(ticketId, 'Told at once')).id, 'failed');
    expect(await consents(from)).toMatchObject([{ state: 'withdrawn', source: 'carrier', account: centreNumber }]);
  });

  it('a limit that is none is refused, and changes are events that say who changed what', async () => {
    const { api, hub } = centre();
    const account = '+15005550077';
    const set = (perSecond: number | null, burst = 1) =>
      api('PUT', '/api/v1/sending-limits', { channel: 'sms', account, perSecond, burst });
    expect((await set(1e-300)).status).toBe(400);
    for (const perSecond of [2, 2, null]) expect((await set(perSecond)).status).toBe(204);
    const settings = { helpReply: true, helpText: 'Call us' };
    for (const helpText of ['Call us', 'Call us'])
      expect((await api('PUT', '/api/v1/settings/messaging', { ...settings, helpText })).status).toBe(200);
    const { rows } = await hub.parts.db.sql.query<{ actor: string | null; data: Record<string, unknown> }>(
      `select actor_id as actor, data from event where type = 'setting.changed' order by id`,
    );
    expect(rows.map(({ data }) => eventData['setting.changed'].parse(data))).toEqual([
      { setting: 'sending-limit', key: `sms ${account}`, from: null, to: { perSecond: 2, burst: 1 } },
      {
        setting: 'sending-limit',
        key: `sms ${account}`,
        from: { perSecond: 2 },
        to: { perSecond: null },
      },
      { setting: 'messaging', key: null, from: { helpReply: false, helpText: null }, to: settings },
    ]);
    expect(rows.every(({ actor }) => actor !== null)).toBe(true);
  });

  it("a limit holds for the account's number however it was written", async () => {
    const { api } = centre();
    const limit = { channel: 'sms', perSecond: 3, burst: 1 };
    const written = ['+1 (500) 555-0088', '+1 500 555 0088', '727272'];
    for (const account of written)
      expect((await api('PUT', '/api/v1/sending-limits', { ...limit, account })).status).toBe(204);
    const { items } = (await api('GET', '/api/v1/sending-limits')).body;
    expect(items.map(({ account }: { account: string }) => account)).toEqual(
      expect.arrayContaining(['+15005550088', '727272']),
    );
    expect(items.filter(({ account }: { account: string }) => written.slice(0, 2).includes(account))).toEqual([]);
    const mail = { ...limit, channel: 'email', account: 'support@patchbay.test', perSecond: 50 };
    expect((await api('PUT', '/api/v1/sending-limits', mail)).status).toBe(204);
    expect((await api('GET', '/api/v1/sending-limits')).body.items).toContainEqual(
      expect.objectContaining({ channel: 'email', account: 'email', perSecond: 50 }),
    );
  });

  it('one end that cannot be written down costs the others of its batch nothing', async () => {
    const { carrier, textFrom, reply, becomes, hub, messages } = centre();
    const texts = ['Good', 'Endless id', 'Good too'];
    // The three are claimed together and answered together, and so their ends are written down together.
    const answered = Promise.withResolvers<void>();
    const asked: Promise<unknown>[] = [];
    for (const text of texts)
      carrier.answerOnce(text, async (call, response) => {
        await answered.promise;
        const sid = text === 'Endless id' ? randomBytes(8_000).toString('hex') : call.sid;
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sid, status: 'queued' }));
      });
    const tickets = await Promise.all(texts.map(() => textFrom(newNumber(), 'Hello')));
    const sent = await Promise.all(texts.map((text, n) => reply(tickets[n].ticketId, text)));
    for (const text of texts) asked.push(carrier.calls.until(({ form }) => form['Body'] === text, text));
    await Promise.all(asked);
    answered.resolve();
    await Promise.all(sent.map(({ id }, n) => becomes(id, n === 1 ? 'unknown' : 'sent')));
    const bad = (await messages(tickets[1].ticketId)).find(({ id }) => id === sent[1].id);
    expect(bad.deliveryError).toBe('What the provider answered cannot be kept');

    const { claim, settle } = outboundBatches(hub.parts);
    const claimed = await Promise.allSettled([claim('no id'), claim(randomUUID()), claim('nor this')]);
    expect(claimed.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    const ended = await Promise.allSettled(
      ['no id', randomUUID()].map((id) => settle({ id, attempt: 1, outcome: { result: 'sent' } })),
    );
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('what one ticket says leaves in the order in which it was written, whatever the clock does', async () => {
    const { carrier, textFrom, reply, becomes, hub } = centre();
    const from = newNumber();
    const { ticketId } = await textFrom(from, 'Hello');
    await carrier.calls.until(({ form }) => form['To'] === from, 'the acknowledgement');
    const rest = (until: string) =>
      sql().query(
        `insert into sending_account (channel, account, paused_until) values ('sms', $1, $2)
         on conflict (channel, account) do update set paused_until = excluded.paused_until`,
        [centreNumber, until],
      );
    await rest('2099-01-01');
    const first = await reply(ticketId, 'One');
    // As if the clock had been set back after it.
    await sql().query(`update outbound set id = uuid_v7_floor(now() + interval '1 day') where message_id = $1`, [
      first.id,
    ]);
    const others = [await reply(ticketId, 'Two'), await reply(ticketId, 'Three')];
    await rest('2000-01-01');
    await sql().query(`update outbound set next_attempt_at = now() - interval '10 seconds' where status = 'queued'`);
    await sweep(hub.parts);
    for (const { id } of [first, ...others]) await becomes(id, 'sent');
    const left = carrier.accepted.items.filter(({ form }) => form['To'] === from).map(({ form }) => form['Body']);
    expect(left.slice(1)).toEqual(['One', 'Two', 'Three']);
  });

  it('replies that are held back leave in the order in which they were written when they fall due together', async () => {
    const { api, textFrom, hub, messages } = centre();
    await api('PATCH', '/api/v1/me', { undoSeconds: 60 });
    const { ticketId } = await textFrom(newNumber(), 'Hello');
    const held: string[] = [];
    for (const text of ['First', 'Second', 'Third'])
      held.push((await api('POST', `/api/v1/tickets/${ticketId}/held-replies`, { text })).body.id);
    await sql().query(`update held_reply set due_at = now() where id = any($1)`, [held]);
    for (const heldReplyId of held.toReversed()) await releaseReply(hub.parts, { heldReplyId });
    const written = () =>
      messages(ticketId).then((all) => all.filter(({ kind }) => kind === 'agent').map(({ text }) => text));
    expect(await eventually(written, ({ length }) => length === 3)).toEqual(['First', 'Second', 'Third']);
    await api('PATCH', '/api/v1/me', { undoSeconds: 0 });
  });

  it('what the carrier answered while the database was away is written down when it is back, however long that took', async () => {
    const { carrier, textFrom, reply, becomes, hub, ground, messages } = centre();
    const texts = ['Taken meanwhile', 'Refused meanwhile', 'Taken later'];
    const [away, back] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const answers = [taken, refusing('No such number'), taken];
    for (const [n, text] of texts.entries())
      carrier.answerOnce(text, async (...call) => {
        await (text === 'Taken later' ? back : away).promise;
        await answers[n]?.(...call);
      });
    const tickets = await Promise.all(texts.map(() => textFrom(newNumber(), 'Hello')));
    const sent = await Promise.all(texts.map((text, n) => reply(tickets[n].ticketId, text)));
    await Promise.all(texts.map((text) => carrier.calls.until(({ form }) => form['Body'] === text, text)));
    await sql().query(`update outbound set claimed_at = now() - interval '1 hour' where status = 'sending'`);

    await using admin = openDatabase({ url: inject('postgresUrl'), poolSize: 1 });
    const name = new URL(ground.databaseUrl).pathname.slice(1);
    await admin.sql.query(`alter database ${name} allow_connections false`);
    await admin.sql.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await expect(sweep(hub.parts)).rejects.toMatchObject({ code: 'unavailable' });
    away.resolve();
    const notYet = 'ends of sends not written down yet';
    await warnings.until(
      () => warnings.items.filter((message) => message === notYet).length >= 6,
      'six tries to write it down',
    );
    await admin.sql.query(`alter database ${name} allow_connections true`);

    await Promise.all([becomes(sent[0].id, 'sent'), becomes(sent[1].id, 'failed')]);
    expect((await messages(tickets[1].ticketId)).find(({ id }) => id === sent[1].id).deliveryError).toContain(
      'No such number',
    );
    // Whoever sends it may still be about to write down how it ended.
    await sweep(hub.parts);
    const { rows } = await sql().query('select status from outbound where message_id = $1', [sent[2].id]);
    expect(rows).toEqual([{ status: 'sending' }]);
    back.resolve();
    await becomes(sent[2].id, 'sent');
  });
});
