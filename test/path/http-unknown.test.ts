import { randomUUID } from 'node:crypto';
import { verifySignature } from '@patchbay/channels/http/signature';
import { expect, it } from 'vitest';
import { onBothBackends, type Backend } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { addSource, postTo, startSilentReceiver, type Delivered } from '../support/http-source.ts';
import { lacks } from '../support/programs.ts';
import { shared } from '../support/shared.ts';
import { startSourceCentre } from '../support/source-centre.ts';
import { startDamagingLine } from '../support/damaging-line.ts';

async function startCentre(backend: Backend) {
  let ahead = 0;
  const centre = await startSourceCentre(backend, {
    sending: { limitMs: 1_500, reconcileMs: [200, 200] },
    now: () => new Date(Date.now() + ahead),
  });
  return { ...centre, pass: (ms: number) => void (ahead += ms) };
}

onBothBackends('a source that does not answer whether it took a message', (backend) => {
  const centre = shared(() => startCentre(backend));

  /** A reply to a customer of a source at this address, as it is in the outbox. */
  async function answer(text: string, outboundUrl = centre().receiver.url) {
    const { api, received, reply } = centre();
    const app = await addSource(api, { outboundUrl, replyBy: 'webhook', trust: { external: 'verified' } });
    const id = `m-${randomUUID()}`;
    await postTo(app, { id, from: { externalId: id }, text: 'Hello', acknowledge: false });
    const { ticketId } = await received(id);
    const message = await reply(ticketId, text);
    return { app, ticketId: ticketId as string, messageId: message.id as string };
  }
  const inOutbox = (messageId: string, holds: (item: { status: string; error: string | null }) => boolean) =>
    eventually(
      async () =>
        (await centre().api('GET', '/api/v1/outbox?limit=200')).body.items.find(
          (item: { messageId: string }) => item.messageId === messageId,
        ),
      (item) => item !== undefined && holds(item),
      15_000,
    );
  const given = (text: string) => centre().receiver.delivered.items.filter(({ body }) => body.text === text);
  const askedAbout =
    (id: string) =>
    ({ body }: Delivered) =>
      body.type === 'message.asked' && body.messageId === id;

  it('is asked, and has been given it once when it says that it has it', async () => {
    const { receiver, messages, reply } = centre();
    receiver.answers.push({}, { status: 200, body: { taken: true, id: `theirs-${backend}` } });
    const { app, ticketId, messageId } = await answer('Dropped, and taken');
    const first = await receiver.delivered.until(({ body }) => body.text === 'Dropped, and taken', 'the answer');
    const asked = await receiver.delivered.until(askedAbout(first.body.id), 'the question');
    expect(() => verifySignature([app.secret], asked.headers, asked.bytes, new Date())).not.toThrow();
    expect(asked.headers['webhook-id']).not.toBe(first.headers['webhook-id']);
    expect(asked.body).toEqual({ type: 'message.asked', messageId: first.body.id });
    await inOutbox(messageId, ({ status }) => status === 'sent');
    expect((await messages(ticketId)).find(({ id }) => id === messageId)).toMatchObject({
      externalId: `theirs-${backend}`,
      deliveryError: null,
    });
    expect(given('Dropped, and taken')).toHaveLength(1);
    expect((await postTo(app, { id: `theirs-${backend}`, status: 'read' }, '/status')).status).toBe(202);
    await inOutbox(messageId, ({ status }) => status === 'read');
    await reply(ticketId, 'And the next');
    await receiver.delivered.until(({ body }) => body.text === 'And the next', 'the next answer');
  });

  it('is asked by our id, which stands where it calls two messages the same', async () => {
    const { receiver, messages } = centre();
    receiver.answers.push({ status: 200, body: { id: 'the-same' } });
    const { app, ticketId, messageId: first } = await answer('One');
    await inOutbox(first, ({ status }) => status === 'sent');
    receiver.answers.push({}, { status: 200, body: { taken: true, id: 'the-same' } });
    const { id: second } = await centre().reply(ticketId, 'Another');
    const { id } = await inOutbox(second, ({ status }) => status === 'sent');
    expect((await messages(ticketId)).find((one) => one.id === second)).toMatchObject({ externalId: id });
    expect(given('Another')).toHaveLength(1);
    expect((await postTo(app, { id, status: 'read' }, '/status')).status).toBe(202);
    await inOutbox(second, ({ status }) => status === 'read');
  });

  it.each([
    ['a number', 4711, '4711'],
    ['a text with a blank', 'msg 17', 'msg 17'],
    ['Chinese', '消息-1', '消息-1'],
  ])('nor by what: %s is an id, too, by which it reports and is answered', async (_what, theirs, externalId) => {
    const { receiver, messages, received } = centre();
    receiver.answers.push({ status: 200, body: { id: theirs } });
    const { app, ticketId, messageId } = await answer(`Called ${theirs}`);
    await inOutbox(messageId, ({ status }) => status === 'sent');
    expect((await messages(ticketId)).find(({ id }) => id === messageId)).toMatchObject({ externalId });
    expect((await postTo(app, { id: theirs, status: 'read' }, '/status')).status).toBe(202);
    await inOutbox(messageId, ({ status }) => status === 'read');
    const { to } = receiver.delivered.items.find(({ body }) => body.text === `Called ${theirs}`)?.body ?? {};
    const next = {
      id: `n-${randomUUID()}`,
      from: { externalId: to },
      inReplyTo: theirs,
      text: 'Thank you',
      acknowledge: false,
    };
    expect((await postTo(app, next)).status).toBe(202);
    expect(await received(next.id)).toMatchObject({ ticketId });
  });

  it.skipIf(lacks('a line that damages TLS', 'openssl'))(
    'because the line damages what it says: it is asked, and given it once',
    async () => {
      await using line = await startDamagingLine();
      const { messageId } = await answer('Over a bad line', line.url);
      const item = await inOutbox(messageId, ({ status }) => status === 'sent');
      expect(item).toMatchObject({ attempts: 1 });
      expect(line.posted).toEqual([
        { type: 'message.created', id: item.id },
        { type: 'message.asked', id: item.id },
      ]);
    },
  );

  it('and does not know the question: a person decides, and what is sent again has the same id', async () => {
    const { receiver, api } = centre();
    receiver.answers.push({}, { status: 422 }, { status: 200 });
    const { messageId } = await answer('Dropped, and nobody knows');
    const item = await inOutbox(messageId, ({ error }) => /decide it by hand/.test(error ?? ''));
    expect(item).toMatchObject({ status: 'unknown', attempts: 1 });
    expect(given('Dropped, and nobody knows')).toHaveLength(1);
    expect(receiver.delivered.items.filter(askedAbout(item.id))).toHaveLength(2);
    expect((await api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'resend' })).status).toBe(204);
    await inOutbox(messageId, ({ status }) => status === 'sent');
    const ids = given('Dropped, and nobody knows').map(({ body, headers }) => [body.id, headers['webhook-id']]);
    expect(ids).toEqual([
      [item.id, item.id],
      [item.id, item.id],
    ]);
  });

  it('nor did to an earlier release: what a person has sent again is not asked about first', async () => {
    const { receiver, api, hub } = centre();
    receiver.answers.push({}, { status: 422 }, { status: 422 });
    const { messageId } = await answer('Dropped long ago');
    const item = await inOutbox(messageId, ({ error }) => /decide it by hand/.test(error ?? ''));
    // So it kept that an earlier try may have arrived, and tried again.
    await hub.parts.db.sql.query('update outbound set doubtful_since = claimed_at where id = $1', [item.id]);
    expect((await api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'resend' })).status).toBe(204);
    await inOutbox(messageId, ({ status }) => status === 'sent');
    expect(given('Dropped long ago')).toHaveLength(2);
  });

  it('and says in time that it has it not: a person sends it again', async () => {
    const { receiver, api, pass } = centre();
    receiver.answers.push({}, { status: 200, body: { taken: false }, before: async () => pass(60_000) });
    const { messageId } = await answer('Dropped, and not taken');
    try {
      const item = await inOutbox(messageId, ({ error }) => /it can be sent again/.test(error ?? ''));
      expect(item).toMatchObject({ status: 'unknown', attempts: 1 });
      expect(given('Dropped, and not taken')).toHaveLength(1);
      expect((await api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'resend' })).status).toBe(204);
      await inOutbox(messageId, ({ status }) => status === 'sent');
      expect(given('Dropped, and not taken')).toHaveLength(2);
    } finally {
      pass(-60_000);
    }
  });

  it('nor whether it has it: it is given it once, and nobody is told that it has it', async () => {
    await using silent = await startSilentReceiver();
    const { messageId } = await answer('Into silence', silent.url);
    const item = await inOutbox(messageId, ({ error }) => /decide it by hand/.test(error ?? ''));
    expect(item).toMatchObject({ status: 'unknown', attempts: 1 });
    expect(silent.asked.items.filter((id) => id === item.id)).toHaveLength(1);
  });
});
