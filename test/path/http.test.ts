import { randomUUID } from 'node:crypto';
import { verifySignature } from '@patchbay/channels/http/signature';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends, type Backend } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { addSource, postTo, startReceiver } from '../support/http-source.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const receiver = stack.use(await startReceiver());
  const hub = stack.use(await startHub(backend, { env: { OUTGOING_PRIVATE_ADDRESSES: 'allow' } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const app = await addSource(hub.api, {
    outboundUrl: receiver.url,
    replyBy: 'webhook',
    trust: { external: 'verified' },
  });
  const owned = stack.move();
  return { ...hub, ...ticketClient(hub.api, desk), receiver, app, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

onBothBackends('a source of the webhook pair', (backend) => {
  const centre = shared(() => startCentre(backend));
  const send = async (more: object) => {
    const id = `m-${randomUUID()}`;
    const answer = await postTo(centre().app, { id, text: 'Hello', acknowledge: false, ...more });
    expect([answer.status, await answer.json()]).toEqual([202, { id, outcome: 'accepted' }]);
    return centre().received(id);
  };

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

  it('goes on with a conversation of the same sender only', async () => {
    const anonymous = { conversationId: 'c-7', from: { email: 'bo@example.com' } };
    const first = await send(anonymous);
    const second = await send(anonymous);
    expect(second.ticketId).toBe(first.ticketId);
    const stranger = await send({ conversationId: 'c-7', from: { email: 'mallory@example.com' } });
    expect(stranger.ticketId).not.toBe(first.ticketId);
    expect(stranger.customerId).not.toBe(first.customerId);
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

  it('is refused with a wrong signature, and nothing is kept', async () => {
    const { app, api } = centre();
    const answer = await postTo(app, { id: 'forged', text: 'x' }, '', `whsec_${'A'.repeat(43)}=`);
    expect(answer.status).toBe(403);
    const { body } = await api('GET', '/api/v1/inbox?limit=200');
    expect(body.items.filter((item: { externalId: string }) => item.externalId === 'forged')).toEqual([]);
    const unknown = { ...app, url: app.url.replace(app.id, randomUUID()) };
    expect((await postTo(unknown, { id: 'x', text: 'x' })).status).toBe(404);
    expect((await postTo(app, Buffer.alloc(16 * 1024 * 1024))).status).toBe(413);
  });

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

  it('changes its secret while the old one still holds; nobody is shown one again', async () => {
    const { api } = centre();
    const app = await addSource(api, { name: 'Rotating' });
    const { body: rotated } = await api('POST', `/api/v1/http-sources/${app.id}/secret`);
    expect(rotated.secret).not.toBe(app.secret);
    for (const secret of [app.secret, rotated.secret])
      expect((await postTo(app, { id: secret.slice(-20), text: 'x' }, '', secret)).status).toBe(202);
    const { body: listed } = await api('GET', '/api/v1/http-sources');
    expect(JSON.stringify(listed)).not.toMatch(/whsec_|"secret"/);
    await api('PUT', `/api/v1/http-sources/${app.id}`, { name: 'Rotating', enabled: false });
    expect((await postTo(app, { id: 'off', text: 'x' }, '', rotated.secret)).status).toBe(404);
  });

  it('has its type and fields changed by an agent, who cannot resolve it with one missing', async () => {
    const { api, timeline } = centre();
    const { ticketId } = await send({});
    const patch = (change: object) => api('PATCH', `/api/v1/tickets/${ticketId}`, change);
    expect((await patch({ requestType: 'order', fields: { concern: 'nonsense' } })).status).toBe(400);
    expect((await patch({ requestType: 'order', fields: { concern: 'return' } })).body.fields).toEqual({
      concern: 'return',
    });
    const early = await patch({ status: 'resolved' });
    expect([early.status, early.body.detail]).toEqual([422, expect.stringContaining('Order number')]);
    const done = await patch({ status: 'resolved', fields: { concern: 'return', orderNumber: 'B-2' } });
    expect(done.body).toMatchObject({ status: 'resolved', requestType: 'order' });
    const changes = await eventually(
      async () => (await timeline(ticketId)).filter((event) => event.type === 'ticket.request-changed'),
      (events) => events.length === 2,
    );
    expect(changes[1]).toMatchObject({
      actorId: expect.any(String),
      data: { from: 'order', to: 'order', changes: [{ field: 'orderNumber', from: null, to: 'B-2' }] },
    });
  });
});
