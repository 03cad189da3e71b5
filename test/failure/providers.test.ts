import { randomUUID } from 'node:crypto';
import { reconcileOutbound } from '@patchbay/engine/pipeline/reconcile';
import { databaseErrorCode } from '@patchbay/store';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { carrierEnvironment, centreNumber, postSigned, smsFields, whatsappFields } from '../support/carrier.ts';
import { hangUp, startCarrierRest, taken, tooManyFor } from '../support/carrier-rest.ts';
import type { CarrierRest, RestAnswer, RestCall } from '../support/carrier-rest.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';
import { logIn } from '../support/api-centre.ts';

async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const carrier = stack.use(await startCarrierRest());
  let ahead = 0;
  const hub = stack.use(
    await startHub(backend, {
      env: carrierEnvironment(carrier.url),
      overrides: { sending: { limitMs: 1_500, reconcileMs: [300, 300] }, now: () => new Date(Date.now() + ahead) },
    }),
  );
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    ...hub,
    carrier,
    desk,
    ...ticketClient(hub.api, desk),
    pass: (ms: number) => void (ahead += ms),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const answers =
  (status: number): RestAnswer =>
  (_call, response) =>
    void response.writeHead(status).end('{}');
const serverError = answers(500);
const resetAtOnce: RestAnswer = (_call, _response, request) => void request.socket.resetAndDestroy();
const hangs: RestAnswer = () => undefined;
/** The carrier has it, and nobody is told. */
const takes =
  (carrier: CarrierRest, then: RestAnswer): RestAnswer =>
  (call, response, request) => {
    carrier.accepted.push(call);
    return then(call, response, request);
  };

onBothBackends('a provider that fails', (backend) => {
  const centre = shared(() => startCentre(backend));
  let senders = 0;

  async function openTicket() {
    const from = `+491511240${String(backend === 'redis' ? 5000 + senders++ : senders++).padStart(4, '0')}`;
    const sid = `SM${randomUUID().replaceAll('-', '')}`;
    await postSigned(centre().url, '/webhooks/twilio/sms', smsFields({ sid, from, body: 'Hello' }));
    const message = await centre().received(sid);
    return { from, ticketId: message.ticketId as string };
  }

  const sent = (text: string) => centre().carrier.accepted.items.filter(({ form }) => form['Body'] === text);
  const tried = (text: string) => centre().carrier.calls.items.filter(({ form }) => form['Body'] === text);
  const isAskedAbout = (number: string) => (call: RestCall) =>
    call.method === 'GET' && new URL(call.path, 'http://carrier').searchParams.get('To') === number;
  const outboxOf = async (messageId: string) =>
    (await centre().api('GET', '/api/v1/outbox?limit=200')).body.items.find(
      (item: { messageId: string }) => item.messageId === messageId,
    );
  const until = (messageId: string, status: string) =>
    eventually(
      () => outboxOf(messageId),
      (item) => item?.status === status,
      25_000,
    );
  const resolve = (id: string, decision: string) => centre().api('POST', `/api/v1/outbox/${id}/resolve`, { decision });

  it('a 500 is tried again once the carrier would list what it had taken, and the message leaves once', async () => {
    const { ticketId, from } = await openTicket();
    const { carrier, pass } = centre();
    carrier.answerOnce('after a 500', serverError);
    const { id } = await centre().reply(ticketId, 'after a 500');
    await carrier.calls.until(isAskedAbout(from), 'the carrier is asked');
    expect(tried('after a 500')).toHaveLength(1);
    pass(120_000);
    try {
      await until(id, 'sent');
    } finally {
      pass(-120_000);
    }
    expect([tried('after a 500').length, sent('after a 500').length]).toEqual([2, 1]);
  });

  it('one that answers 500 after it took it, and lists it late: it is sent once', async () => {
    const { ticketId, from } = await openTicket();
    const { carrier } = centre();
    let taken: RestCall | undefined;
    carrier.answerOnce('listed late', (call, response, request) => {
      taken = call;
      return serverError(call, response, request);
    });
    const { id } = await centre().reply(ticketId, 'listed late');
    await carrier.calls.until(isAskedAbout(from), 'the carrier is asked');
    if (taken) carrier.accepted.push(taken);
    const item = await until(id, 'sent');
    expect([tried('listed late').length, sent('listed late').length]).toEqual([1, 1]);
    expect(item.externalId).toBe(taken?.sid);
  });

  it('one that answers 500 again, and lists late what it took of that try: it is sent no third time', async () => {
    const { ticketId, from } = await openTicket();
    const { carrier, pass } = centre();
    let taken: RestCall | undefined;
    carrier.answerOnce('again in doubt', (first, ...rest) => {
      carrier.answerOnce('again in doubt', (call, ...others) => {
        taken = call;
        return serverError(call, ...others);
      });
      return serverError(first, ...rest);
    });
    const { id } = await centre().reply(ticketId, 'again in doubt');
    const asked = () => carrier.calls.items.filter(isAskedAbout(from)).length;
    await eventually(
      async () => asked(),
      (times) => times > 0,
    );
    pass(120_000);
    try {
      await eventually(
        async () => taken,
        (call) => call !== undefined,
        25_000,
      );
    } finally {
      pass(-120_000);
    }
    const before = asked();
    await eventually(
      async () => asked(),
      (times) => times > before,
      25_000,
    );
    if (taken) carrier.accepted.push(taken);
    expect((await until(id, 'sent')).externalId).toBe(taken?.sid);
    expect([tried('again in doubt').length, sent('again in doubt').length]).toEqual([2, 1]);
  });

  it('one that took it at a first try and could not be asked for long: it is found since that try', async () => {
    const { ticketId, from } = await openTicket();
    const { carrier, hub, pass, reply } = centre();
    let taken: RestCall | undefined;
    carrier.answerOnce('found at the end', (call, ...rest) => {
      taken = call;
      return serverError(call, ...rest);
    });
    const { id } = await reply(ticketId, 'found at the end');
    await carrier.calls.until(isAskedAbout(from), 'the carrier is asked');
    if (taken) carrier.accepted.push(taken);
    // The last of the tries, ten minutes later: the carrier could not be asked then either.
    const { rows } = await hub.parts.db.sql.query<{ id: string }>(
      `with last as (
         update outbound set status = 'unknown', claimed_at = now() + interval '10 minutes', reconcile_at = now()
         where message_id = $1 and doubtful_since is not null returning id, message_id
       ), told as (update message m set delivery_status = 'unknown' from last where m.id = last.message_id)
       select id from last`,
      [id],
    );
    pass(20 * 60_000);
    try {
      await reconcileOutbound(hub.parts, { outboundId: rows[0]?.id ?? '' });
      expect(await outboxOf(id)).toMatchObject({ status: 'sent', externalId: taken?.sid });
    } finally {
      pass(-20 * 60_000);
    }
    expect(tried('found at the end')).toHaveLength(1);
  });

  it('one that answers 500 after it took a template, whose words it lists as they were approved: a person decides', async () => {
    const { carrier, pass, url, api, received } = centre();
    const from = `+49151125${backend === 'redis' ? '10001' : '00001'}`;
    const to = `whatsapp:${from}`;
    const sid = `SM${randomUUID().replaceAll('-', '')}`;
    await postSigned(url, '/webhooks/twilio/whatsapp', whatsappFields({ sid, from, body: 'Hello', name: 'Ada' }));
    const { ticketId } = await received(sid);
    const contentSid = `HX${'cd'.repeat(16)}`;
    const { body: template } = await api('POST', '/api/v1/templates', {
      channel: 'whatsapp',
      name: `approved-${backend}`,
      language: 'en',
      contentSid,
      body: 'Hello {{1}} - there is news',
      labels: ['Name'],
    });
    const ofTemplate = () => carrier.calls.items.filter(({ form }) => form['ContentSid'] === contentSid);
    carrier.answerOnce('', (call, ...rest) => {
      carrier.accepted.push({ ...call, form: { ...call.form, Body: 'Hello Ada, there is news.' } });
      return serverError(call, ...rest);
    });
    const choice = { text: '', template: { id: template.id, variables: ['Ada'] } };
    const { body: message } = await api('POST', `/api/v1/tickets/${ticketId}/messages`, choice);
    await eventually(
      async () => ofTemplate().length,
      (tries) => tries === 1,
    );
    pass(120_000);
    try {
      await carrier.calls.until(isAskedAbout(to), 'the carrier is asked');
      expect((await until(message.id, 'unknown')).to).toBe(from);
    } finally {
      pass(-120_000);
    }
    expect(ofTemplate()).toHaveLength(1);
  });

  it('one that answers 500 before the recipient says STOP: what it took is not said to be unsent', async () => {
    const { carrier, pass, reply, received } = centre();
    const stopAfter = async (text: string, took: boolean) => {
      const { ticketId, from } = await openTicket();
      let call: RestCall | undefined;
      carrier.answerOnce(text, (request, ...rest) => {
        call = request;
        return serverError(request, ...rest);
      });
      const { id } = await reply(ticketId, text);
      await carrier.calls.until(isAskedAbout(from), 'the carrier is asked');
      const sid = `SM${randomUUID().replaceAll('-', '')}`;
      await postSigned(centre().url, '/webhooks/twilio/sms', smsFields({ sid, from, body: 'STOP' }));
      await received(sid);
      if (took && call) carrier.accepted.push(call);
      return id as string;
    };
    const taken = await stopAfter('taken before the STOP', true);
    const refused = await stopAfter('refused before the STOP', false);
    pass(120_000);
    try {
      await until(taken, 'sent');
      expect((await until(refused, 'failed')).error).toContain('withdrawn consent');
    } finally {
      pass(-120_000);
    }
    for (const text of ['taken before the STOP', 'refused before the STOP']) expect(tried(text)).toHaveLength(1);
  });

  it('a 429 rests the whole account: what waits is not sent meanwhile, and leaves afterwards', async () => {
    const [first, second] = [await openTicket(), await openTicket()];
    // Their acknowledgements are on no way any more.
    for (const { from } of [first, second])
      await centre().carrier.calls.until(({ form }) => form['To'] === from, 'the acknowledgement');
    const restMs = 10_000;
    centre().carrier.answerOnce('too fast', tooManyFor(restMs / 1000));
    const one = await centre().reply(first.ticketId, 'too fast');
    const refused = await centre().carrier.calls.until(({ form }) => form['Body'] === 'too fast', 'the first try');
    await eventually(
      async () => (await centre().api('GET', '/api/v1/sending-limits')).body.items,
      (items) => items.some((item: { pausedUntil: string | null }) => item.pausedUntil !== null),
    );
    const two = await centre().reply(second.ticketId, 'behind it');
    // It waits while the account rests, or this would show nothing.
    expect(Date.now() - refused.at).toBeLessThan(restMs);
    await Promise.all([until(one.id, 'sent'), until(two.id, 'sent')]);
    const calls = centre().carrier.calls.items;
    const after = calls.slice(calls.indexOf(refused) + 1).filter(({ method }) => method === 'POST');
    expect(after.map(({ form }) => form['Body'])).toEqual(expect.arrayContaining(['too fast', 'behind it']));
    expect(after.filter(({ at }) => at - refused.at < restMs).map(({ form }) => form['Body'])).toEqual([]);
    expect((await outboxOf(two.id)).attempts).toBe(1);
    expect([sent('too fast').length, sent('behind it').length]).toEqual([1, 1]);
  });

  it.each([
    ['hangs after it took it', hangs],
    ['drops the line after it took it', hangUp],
    ['answers 500 after it took it', serverError],
    ['answers 503 after it took it', answers(503)],
    ['has a gateway that answers 502 after it took it', answers(502)],
    ['has a gateway that answers 504 after it took it', answers(504)],
  ])('one that %s: the provider is asked, and it is sent once', async (name, answer) => {
    const { ticketId } = await openTicket();
    const { carrier } = centre();
    carrier.answerOnce(name, takes(carrier, answer));
    const { id } = await centre().reply(ticketId, name);
    const item = await until(id, 'sent');
    expect(item.externalId).toBe(sent(name)[0]?.sid);
    expect([tried(name).length, sent(name).length]).toEqual([1, 1]);
    await postSigned(centre().url, '/webhooks/twilio/sms/status', {
      MessageSid: item.externalId,
      MessageStatus: 'delivered',
      From: centreNumber,
      To: item.to,
    });
    await until(id, 'delivered');
  });

  it.each([
    ['drops the line', hangUp],
    ['answers 500', serverError],
  ])('one that %s after it took a code: the code is found there and sent once', async (_name, answer) => {
    const { ticketId, from } = await openTicket();
    const { carrier, api, ticket, messages } = centre();
    await carrier.accepted.until(({ form }) => form['To'] === from, 'the acknowledgement');
    const customer = `/api/v1/customers/${(await ticket(ticketId)).customerId}/identifiers`;
    const [{ id: phone }] = (await api('GET', customer)).body.items;
    carrier.answerAll(takes(carrier, answer));
    try {
      expect((await api('POST', `${customer}/${phone}/code`, { ticketId })).status).toBe(201);
      await carrier.calls.until(isAskedAbout(from), 'the carrier is asked');
    } finally {
      carrier.answerAll(taken);
    }
    const { id } = (await messages(ticketId)).find(({ text }) => text.includes('is your code'));
    const item = await until(id, 'sent');
    const codes = carrier.accepted.items.filter(({ form }) => form['To'] === from).slice(1);
    expect(codes.map(({ sid }) => sid)).toEqual([item.externalId]);
  });

  it('one that resets: never repeated by itself, the ticket comes back, and a person has it sent again, once', async () => {
    const { ticketId } = await openTicket();
    // Or it would be no ticket that comes back.
    const resolved = Promise.withResolvers<void>();
    centre().carrier.answerOnce('lost', async (...call) => {
      await resolved.promise;
      return resetAtOnce(...call);
    });
    const { id } = await centre().reply(ticketId, 'lost');
    expect((await centre().api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'resolved' })).status).toBe(200);
    resolved.resolve();
    await centre().desk.event('ticket.reopened', (event) => event.ticketId === ticketId);
    const item = await until(id, 'unknown');
    expect((await centre().ticket(ticketId)).status).toBe('open');
    expect([tried('lost').length, sent('lost').length]).toEqual([1, 0]);
    const answers = await Promise.all([resolve(item.id, 'resend'), resolve(item.id, 'resend')]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409]);
    await until(id, 'sent');
    expect([tried('lost').length, sent('lost').length]).toEqual([2, 1]);
    expect((await resolve(item.id, 'failed')).status).toBe(409);
  });

  it('one that refuses what a person had sent again: its author is told of it anew', async () => {
    const { ticketId } = await openTicket();
    const { carrier, api } = centre();
    carrier.answerOnce('refused anew', resetAtOnce);
    const { id } = await centre().reply(ticketId, 'refused anew');
    const item = await until(id, 'unknown');
    carrier.answerOnce('refused anew', answers(400));
    expect((await resolve(item.id, 'resend')).status).toBe(204);
    await until(id, 'failed');
    const undelivered = (await api('GET', '/api/v1/outbox?status=undelivered')).body.items;
    expect(undelivered.map((one: { id: string }) => one.id)).toContain(item.id);
    expect((await resolve(item.id, 'failed')).status).toBe(204);
    expect((await resolve(item.id, 'failed')).status).toBe(409);
  });

  it('two people who decide differently at once: one does, the other is told; nobody else may', async () => {
    const { ticketId } = await openTicket();
    const { carrier, api, url } = centre();
    carrier.answerOnce('in doubt', resetAtOnce);
    const { id } = await centre().reply(ticketId, 'in doubt');
    const item = await until(id, 'unknown');
    const [other] = (await api('GET', '/api/v1/queues')).body.items.filter(
      ({ name }: { name: string }) => name === 'Chat',
    );
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const agent = { ...credentials, name: 'Nora', role: 'agent', queueIds: [other.id] };
    expect((await api('POST', '/api/v1/agents', agent)).status).toBe(201);
    const { api: nora } = await logIn(url, credentials);
    expect((await nora('GET', `/api/v1/tickets/${ticketId}/messages`)).status).toBe(404);
    expect((await nora('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'resend' })).status).toBe(404);
    expect((await nora('GET', `/api/v1/outbox/${item.id}/raw`)).status).toBe(404);
    expect((await nora('GET', '/api/v1/outbox?limit=200')).body.items).toEqual([]);
    const answered = await Promise.all(['sent', 'failed', 'resend'].map((decision) => resolve(item.id, decision)));
    expect(answered.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409, 409]);
    expect(tried('in doubt').length).toBeLessThanOrEqual(answered[2]?.status === 204 ? 2 : 1);
  });

  it('what a person decides in the moment of a report that takes its locks in another order is decided', async () => {
    const { carrier, reply, hub } = centre();
    const { db } = hub.parts;
    const { ticketId } = await openTicket();
    const thatWait = async () =>
      (
        await db.sql.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'resolve_outbound'`,
        )
      ).rowCount;
    /** Of two that wait for each other PostgreSQL ends the one that has waited for a second first: false where that was the report. */
    const cross = async (words: string): Promise<boolean> => {
      carrier.answerOnce(words, resetAtOnce);
      const { id } = await reply(ticketId, words);
      const item = await until(id, 'unknown');
      let decided: ReturnType<typeof resolve> | undefined;
      const isWritten = await db
        .transaction(async (tx) => {
          await tx.query('select 1 from message where id = $1 for update', [id]);
          decided = resolve(item.id, 'failed');
          await eventually(thatWait, (count) => count === 1);
          await tx.query('update outbound set error = error where id = $1', [item.id]);
          return true;
        })
        .catch((error: unknown) => {
          if (databaseErrorCode(error) !== '40P01') throw error;
          return false;
        });
      expect((await decided)?.status).toBe(204);
      expect((await outboxOf(id)).status).toBe('failed');
      return isWritten;
    };
    let crossed = false;
    for (let times = 1; times <= 5 && !crossed; times += 1) crossed = await cross(`crossed ${times}`);
    expect(crossed).toBe(true);
  });

  it('a STOP before a queued send: not sent, and who wrote it is told', async () => {
    const { ticketId, from } = await openTicket();
    await centre().hub.parts.db.sql.query(
      `insert into consent (channel, account, address, state, source) values ('sms', $1, $2, 'withdrawn', 'word')`,
      [centreNumber, from],
    );
    const { id, authorId } = await centre().reply(ticketId, 'unwanted');
    const told = await centre().desk.event('message.status-changed', (event) => event.data['messageId'] === id);
    expect(told.data).toMatchObject({ status: 'failed', authorId, error: expect.stringContaining('STOP') });
    expect(tried('unwanted')).toEqual([]);
    const own = async () => (await centre().api('GET', '/api/v1/outbox?status=undelivered')).body.items;
    const item = (await own()).find((one: { messageId: string }) => one.messageId === id);
    expect((await resolve(item.id, 'failed')).status).toBe(204);
    expect((await own()).map((one: { messageId: string }) => one.messageId)).not.toContain(id);
  });

  it('a limit: never more than the burst and the rate allow, and everything leaves', async () => {
    const limit = { channel: 'sms', account: centreNumber, perSecond: 5, burst: 2 };
    const tickets = [];
    for (let n = 0; n < 8; n += 1) tickets.push(await openTicket());
    expect((await centre().api('PUT', '/api/v1/sending-limits', limit)).status).toBe(204);
    const begun = Date.now();
    const replies = await Promise.all(tickets.map(({ ticketId }, n) => centre().reply(ticketId, `limited ${n}`)));
    await Promise.all(replies.map(({ id }) => until(id, 'sent')));
    // Eight of which two are the burst: six tokens at five a second.
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1_200);
    expect(tickets.map((_, n) => sent(`limited ${n}`).length)).toEqual(tickets.map(() => 1));
    await centre().api('PUT', '/api/v1/sending-limits', { ...limit, perSecond: null });
  });
});
