import { randomUUID } from 'node:crypto';
import type { VisitorMessage } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';
import { openVisitor } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

async function startChatCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub(backend));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return { ...hub, desk, ...ticketClient(hub.api, desk), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const textsOf = (messages: readonly VisitorMessage[]) =>
  messages.filter(({ from }) => from !== 'system').map(({ text }) => text);

onBothBackends('a chat', (backend) => {
  const centre = shared(() => startChatCentre(backend));
  const visit = () => openVisitor(centre().url);
  const presence = async (state: 'online' | 'offline') =>
    expect((await centre().api('PUT', '/api/v1/agents/me/presence', { state })).status).toBe(200);

  /** Says something as the visitor; answers the message as the agent has it. */
  async function say(visitor: Visitor, text: string, more: object = {}) {
    const clientId = randomUUID();
    expect(await visitor.send({ text, clientId, ...more })).toEqual({ ok: true, value: { clientId } });
    return centre().received(`${visitor.session.visitorId}:${clientId}`);
  }

  it('is durable when it is acknowledged, is a ticket on the screen, and is answered live, with marks both ways', async () => {
    const { api, ticket, reply, desk } = centre();
    await using visitor = await visit();
    const clientId = randomUUID();
    const externalId = `${visitor.session.visitorId}:${clientId}`;
    expect((await visitor.send({ text: 'Hello?', clientId })).ok).toBe(true);
    const { rows } = await centre().hub.parts.db.sql.query('select 1 from inbox where external_id = $1', [externalId]);
    expect(rows).toHaveLength(1);
    const message = await centre().received(externalId);
    expect(await ticket(message.ticketId)).toMatchObject({ channel: 'chat', subject: 'Hello?', status: 'open' });
    await visitor.messages.until(
      (shown) => shown.clientId === clientId && shown.from === 'visitor',
      'the own message, on every device',
    );

    expect(await desk.request('typing', { ticketId: message.ticketId, typing: true })).toMatchObject({ ok: true });
    await visitor.notices.until(
      ({ event, data }) => event === 'typing' && data['typing'] === true,
      'that the agent types',
    );
    const answer = await reply(message.ticketId, 'Good morning!');
    const shown = await visitor.messages.until(({ text }) => text === 'Good morning!', 'the answer');
    expect(shown).toMatchObject({ id: answer.id, from: 'agent', clientId: null, name: 'Administrator' });
    await visitor.marks.until(
      (mark) => mark.clientId === clientId && mark.status === 'read',
      'that the agent read the question',
    );
    for (const status of ['delivered', 'read']) {
      expect(await visitor.request('mark', { messageId: shown.id, status })).toMatchObject({ ok: true });
      await desk.event(
        'message.status-changed',
        ({ data }) => data['messageId'] === answer.id && data['status'] === status,
      );
    }
    await reply(message.ticketId, 'Between us: a nice one', { visibility: 'internal' });
    await reply(message.ticketId, 'Bye');
    await visitor.messages.until(({ text }) => text === 'Bye', 'the last answer');
    expect(textsOf(visitor.messages.items)).toEqual(['Hello?', 'Good morning!', 'Bye']);
    expect((await api('GET', `/api/v1/tickets/${message.ticketId}`)).body.messageCount).toBeGreaterThanOrEqual(4);
  });

  it('sent again under the same client id is one message', async () => {
    const { messages } = centre();
    await using visitor = await visit();
    const clientId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => visitor.send({ text: 'Only once', clientId })));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const { ticketId } = await centre().received(`${visitor.session.visitorId}:${clientId}`);
    const next = await say(visitor, 'And this');
    expect(next.ticketId).toBe(ticketId);
    const texts = (await messages(ticketId))
      .filter(({ direction }: { direction: string }) => direction === 'in')
      .map(({ text }: { text: string }) => text);
    expect(texts).toEqual(['Only once', 'And this']);
  });

  it('goes on after a lost connection without loss or doubles', async () => {
    const { reply } = centre();
    await using visitor = await visit();
    const { ticketId } = await say(visitor, 'one');
    await reply(ticketId, 'two');
    const seen = await visitor.messages.until(({ text }) => text === 'two', 'the answer');
    visitor.disconnect();
    for (const text of ['three', 'four', 'five']) await reply(ticketId, text);
    await visitor.reconnect();
    const { messages, seq } = await visitor.resume(seen.seq);
    await reply(ticketId, 'six');
    await visitor.messages.until(({ text }) => text === 'six', 'what comes after');
    // The newest few come again with every resume; by their ids each is shown once.
    const shown = new Map([...visitor.messages.items, ...messages].map((message) => [message.id, message]));
    expect(textsOf([...shown.values()].toSorted((a, b) => a.seq - b.seq))).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
      'six',
    ]);
    expect(seq).toBe(messages.at(-1)?.seq);
    expect(textsOf((await visitor.resume(0)).messages)).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
  });

  it('carries files both ways, for those two alone', async () => {
    const { api, url, reply } = centre();
    await using visitor = await visit();
    await using other = await visit();
    const bytes = Buffer.from('89504e470d0a1a0a00', 'hex');
    const { id } = await visitor.upload('図 1.png', 'image/png', bytes);
    const message = await say(visitor, '', { attachments: [id] });
    expect(message.attachments).toEqual([
      expect.objectContaining({ filename: '図 1.png', contentType: 'image/png', size: bytes.length }),
    ]);
    const fetched = await fetch(new URL(message.attachments[0].url, url), {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(Buffer.from(await fetched.arrayBuffer()).equals(bytes)).toBe(true);

    const { body: uploaded } = await api('POST', '/api/v1/files', new Uint8Array(Buffer.from('manual')), {
      'content-type': 'application/pdf',
      'x-filename': 'manual.pdf',
    });
    await reply(message.ticketId, 'The manual', { attachments: [uploaded.id] });
    const {
      attachments: [file],
    } = await visitor.messages.until(({ text }) => text === 'The manual', 'the manual');
    expect(await (await visitor.download(file?.url ?? '')).text()).toBe('manual');
    expect((await other.download(file?.url ?? '')).status).toBe(404);
    expect((await fetch(new URL(file?.url ?? '', url))).status).toBe(401);
  });

  it('can be left in the offline form when nobody is there, and says when somebody comes', async () => {
    await presence('offline');
    await using visitor = await visit();
    expect(visitor.session.available).toBe(false);
    const message = await say(visitor, 'Please write to me', { offline: true, name: 'Fay', email: 'fay@example.org' });
    expect((await centre().ticket(message.ticketId)).customerName).toBe('Fay');
    await presence('online');
    await visitor.notices.until(
      ({ event, data }) => event === 'availability' && data['available'] === true,
      'that somebody is there',
    );
    await presence('offline');
    await visitor.notices.until(
      ({ event, data }) => event === 'availability' && data['available'] === false,
      'that nobody is there',
    );
  });

  it('joins nobody by the email that was typed in: it suggests, and shows nothing of another person', async () => {
    const { api, ticket } = centre();
    const email = 'grace@example.org';
    const { body: grace } = await api('POST', '/api/v1/customers', {
      displayName: 'Grace Secret',
      identifiers: [{ kind: 'email', value: email }],
    });
    await using one = await visit();
    await using two = await visit();
    const first = await say(one, 'My order?', { name: 'Mallory', email: 'Grace@Example.org' });
    const second = await say(two, 'Mine too?', { email });
    expect(new Set([grace.id, first.customerId, second.customerId]).size).toBe(3);
    expect(first.ticketId).not.toBe(second.ticketId);
    const { body: suggestions } = await api('GET', `/api/v1/customers/${first.customerId}/suggestions`);
    expect(suggestions.items.map(({ customer }: { customer: { id: string } }) => customer.id)).toContain(grace.id);
    const { body: customer } = await api('GET', `/api/v1/customers/${first.customerId}`);
    expect(customer.identifiers).toContainEqual(
      expect.objectContaining({ kind: 'email', value: email, grade: 'claimed' }),
    );
    expect((await api('GET', `/api/v1/customers/${grace.id}`)).body.identifiers).toEqual([
      expect.objectContaining({ value: email, grade: 'verified' }),
    ]);
    expect((await ticket(first.ticketId)).customerName).toBe('Mallory');
    const told = JSON.stringify([await one.resume(0), one.messages.items, one.notices.items]);
    expect(told).not.toContain('Grace Secret');
    expect(told).not.toContain('Mine too?');
  });
});
