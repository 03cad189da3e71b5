/** What machines say of our mail: the message, its ticket and the address know it, and who forges a report changes nothing of others. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signBounceAddress } from '@patchbay/channels/email/bounce-address';
import { openDesk } from '../support/agent-desk.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { startMailServer } from '../support/mail-server.ts';
import { mailProgram, startMailSink } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const sink = stack.use(await startMailSink());
  const hub = stack.use(await startHub('postgres', { env: { SMTP_URL: sink.url } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    ...hub,
    sink,
    desk,
    ...ticketClient(hub.api, desk),
    write: mailProgram(hub.ground.smtpPort),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const newId = () => `<${randomUUID()}@example.org>`;

interface Report {
  recipient: string;
  fields: string[];
  about?: string;
  to?: string;
}

const gone = ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'];

describe('reports on our mail', () => {
  const centre = shared(startCentre);
  /** Its server has it before the hub has written that down; reports that are as fast are tested below. */
  const isSent = (id: string) =>
    centre().desk.event('message.status-changed', ({ data }) => data['messageId'] === id && data['status'] === 'sent');

  /** A customer's first mail and the centre's answer to it, sent. */
  async function answered(from: string) {
    const { write, received, reply, api, sink } = centre();
    const messageId = newId();
    await write({ from, messageId, subject: 'Broken lamp', text: 'It does not light up.' });
    const message = await received(messageId);
    const text = `Change the bulb ${randomUUID()}`;
    const answer = await reply(message.ticketId, text);
    const sent = await sink.mails.until(({ mail }) => mail.text?.includes(text) === true, 'the answer');
    await isSent(answer.id);
    return {
      from,
      ticketId: message.ticketId as string,
      customerId: message.customerId as string,
      answerId: answer.id as string,
      sentId: sent.mail.messageId ?? '',
      api,
    };
  }

  async function bounce({ recipient, fields, about, to = 'support@patchbay.test' }: Report): Promise<string> {
    const id = newId();
    const raw = bounceMail({ id, to, recipient, fields, about });
    await centre().write({ envelope: { from: '', to }, raw });
    return id;
  }
  const full = ['Action: failed', 'Status: 5.2.2', 'Diagnostic-Code: smtp; 552 5.2.2 Mailbox full'];
  const messageOf = async (ticketId: string, id: string) =>
    (await centre().messages(ticketId)).find((message) => message.id === id);
  const markOf = async (customerId: string, address: string) => {
    const { body } = await centre().api('GET', `/api/v1/customers/${customerId}`);
    return body.identifiers.find((one: { value: string }) => one.value === address).mark;
  };

  it('a permanent failure joins the ticket, fails the message and marks the address until its holder writes', async () => {
    const { received, timeline, write, sink } = centre();
    const from = `gone-${randomUUID()}@example.org`;
    const { ticketId, customerId, answerId, sentId } = await answered(from);
    const report = await received(await bounce({ recipient: from, fields: gone, about: sentId }));
    expect(report).toMatchObject({
      ticketId,
      kind: 'bounce',
      classification: { category: 'bounce', rule: 'deliveryStatus' },
    });
    expect(await messageOf(ticketId, answerId)).toMatchObject({
      deliveryStatus: 'failed',
      deliveryError: expect.stringContaining('User unknown'),
    });
    expect(await markOf(customerId, from)).toMatchObject({
      mark: 'undeliverable',
      reason: expect.stringContaining('5.1.1'),
    });
    expect((await timeline(ticketId)).filter(({ type }) => type === 'address.marked')).toHaveLength(1);
    // Once more changes nothing.
    await received(await bounce({ recipient: from, fields: gone, about: sentId }));
    expect((await timeline(ticketId)).filter(({ type }) => type === 'address.marked')).toHaveLength(1);

    const back = newId();
    await write({ from, messageId: back, subject: 'Broken lamp', text: 'I am back.' });
    await received(back);
    expect(await markOf(customerId, from)).toBeNull();
    const unmarked = await timeline((await received(back)).ticketId);
    expect(unmarked.map(({ type }) => type)).toContain('address.unmarked');
    // The exchange of machines has ended: one acknowledgement and one answer are all that ever left.
    expect(sink.mails.items.filter(({ to }) => to.includes(from))).toHaveLength(2);
  });

  it('a full mailbox fails the message and marks nothing', async () => {
    const from = `full-${randomUUID()}@example.org`;
    const { ticketId, customerId, answerId, sentId } = await answered(from);
    await centre().received(await bounce({ recipient: from, fields: full, about: sentId }));
    expect(await messageOf(ticketId, answerId)).toMatchObject({ deliveryStatus: 'failed' });
    expect(await markOf(customerId, from)).toBeNull();
  });

  it('a bounce that quotes nothing finds its message by the bounce address', async () => {
    const { hub } = centre();
    const from = `quiet-${randomUUID()}@example.org`;
    const { ticketId, answerId, customerId } = await answered(from);
    const { rows } = await hub.parts.db.sql.query<{ id: string }>('select id from outbound where message_id = $1', [
      answerId,
    ]);
    const to = signBounceAddress(rows[0]?.id ?? '', 'patchbay.test', hub.parts.signingKey);
    const report = await centre().received(await bounce({ recipient: from, fields: gone, to }));
    expect(report).toMatchObject({ ticketId, kind: 'bounce' });
    expect(await messageOf(ticketId, answerId)).toMatchObject({
      deliveryStatus: 'failed',
      deliveryError: expect.not.stringContaining('nothing vouches'),
    });
    expect(await markOf(customerId, from)).toMatchObject({
      mark: 'undeliverable',
      reason: expect.not.stringContaining('nothing vouches'),
    });
  });

  it('a report that only names the Message-ID is told with the doubt that this leaves', async () => {
    const from = `doubted-${randomUUID()}@example.org`;
    const { ticketId, answerId, customerId, sentId } = await answered(from);
    await centre().received(await bounce({ recipient: from, fields: gone, about: sentId }));
    const doubt = expect.stringContaining('nothing vouches for this report but the Message-ID');
    expect(await messageOf(ticketId, answerId)).toMatchObject({ deliveryStatus: 'failed', deliveryError: doubt });
    expect(await markOf(customerId, from)).toMatchObject({ reason: doubt });
  });

  it('a report that names nobody about a message to several fails it for none of them', async () => {
    const { api, sink } = centre();
    const from = `several-${randomUUID()}@example.org`;
    const { ticketId } = await answered(from);
    const text = `To both ${randomUUID()}`;
    const { body } = await api(
      'POST',
      `/api/v1/tickets/${ticketId}/messages`,
      { text, visibility: 'public', to: [from, `second-${from}`] },
      { 'idempotency-key': randomUUID() },
    );
    const sent = await sink.mails.until(({ mail }) => mail.text?.includes(text) === true, 'the answer to both');
    await isSent(body.id);
    const id = await bounce({ recipient: '', fields: gone, about: sent.mail.messageId ?? '' });
    await centre().received(id);
    expect(await messageOf(ticketId, body.id)).toMatchObject({ deliveryStatus: 'sent' });
  });

  /** An answer to its customer with two others in copy, on its way out. */
  async function inCopy() {
    const { reply, sink } = centre();
    const [from, second, third] = ['customer', 'second', 'third'].map((name) => `${name}-${randomUUID()}@example.org`);
    const { ticketId, customerId } = await answered(from ?? '');
    const text = `To all ${randomUUID()}`;
    const answer = await reply(ticketId, text, { to: [from], cc: [second, third] });
    const sent = await sink.mails.until(({ mail }) => mail.text?.includes(text) === true, 'the answer to all');
    await isSent(answer.id);
    return { from, second, third, ticketId, customerId, answerId: answer.id, sentId: sent.mail.messageId ?? '' };
  }
  const settled = ['Action: delivered', 'Status: 2.0.0'];

  it('the bounce of whom a message is for fails it, though a copy of it was delivered', async () => {
    const { received } = centre();
    const { from, second, ticketId, answerId, sentId } = await inCopy();
    await received(await bounce({ recipient: second ?? '', fields: settled, about: sentId }));
    expect(await messageOf(ticketId, answerId)).toMatchObject({ deliveryStatus: 'sent' });
    await received(await bounce({ recipient: from ?? '', fields: gone, about: sentId }));
    expect(await messageOf(ticketId, answerId)).toMatchObject({
      deliveryStatus: 'failed',
      deliveryError: expect.stringMatching(new RegExp(`^${from}: 5.1.1 `)),
    });
  });

  it('the bounces of copies leave the message where it is, and each is told once to whom wrote it', async () => {
    const { received, timeline } = centre();
    const { from, second, third, ticketId, answerId, sentId } = await inCopy();
    await received(await bounce({ recipient: from ?? '', fields: settled, about: sentId }));
    for (const recipient of [second, second, third])
      await received(await bounce({ recipient: recipient ?? '', fields: gone, about: sentId }));
    const { deliveryStatus, deliveryError } = await messageOf(ticketId, answerId);
    expect(deliveryStatus).toBe('delivered');
    for (const recipient of [second, third]) expect(deliveryError.split(`${recipient}: 5.1.1`)).toHaveLength(2);
    const told = (await timeline(ticketId)).filter(
      ({ type, data }) => type === 'message.status-changed' && data['messageId'] === answerId && data['error'],
    );
    expect(told.map(({ data }) => data['status'])).toEqual(['delivered', 'delivered']);
  });

  it('a copy that came back stays noted when whom the message is for has it', async () => {
    const { received } = centre();
    const { from, second, ticketId, answerId, sentId } = await inCopy();
    await received(await bounce({ recipient: second ?? '', fields: gone, about: sentId }));
    await received(await bounce({ recipient: from ?? '', fields: settled, about: sentId }));
    expect(await messageOf(ticketId, answerId)).toMatchObject({
      deliveryStatus: 'delivered',
      deliveryError: expect.stringMatching(new RegExp(`^${second}: 5.1.1 `)),
    });
  });

  it('a failure after the delivery is told', async () => {
    const from = `onwards-${randomUUID()}@example.org`;
    const { ticketId, answerId, sentId } = await answered(from);
    await centre().received(await bounce({ recipient: from, fields: settled, about: sentId }));
    await centre().received(await bounce({ recipient: from, fields: full, about: sentId }));
    expect(await messageOf(ticketId, answerId)).toMatchObject({
      deliveryStatus: 'delivered',
      deliveryError: expect.stringContaining('Mailbox full'),
    });
  });

  it.each([
    ['delivered and then failed', settled, full],
    ['failed and then delivered', full, settled],
  ])('%s ends in the same way, and whom wrote it is shown the bounce', async (_name, ...notices) => {
    const from = `passed-on-${randomUUID()}@example.org`;
    const { ticketId, answerId, sentId, api } = await answered(from);
    for (const fields of notices) await centre().received(await bounce({ recipient: from, fields, about: sentId }));
    expect(await messageOf(ticketId, answerId)).toMatchObject({
      deliveryStatus: 'delivered',
      deliveryError: expect.stringContaining('Mailbox full'),
    });
    const { items } = (await api('GET', '/api/v1/outbox?status=undelivered')).body;
    expect(items.filter((item: { messageId: string }) => item.messageId === answerId)).toHaveLength(1);
  });

  describe('that came to the bounce address and name whom a provider passed the mail on to', () => {
    const elsewhere = () => `elsewhere-${randomUUID()}@forwarded.example`;
    async function bounceTo(answerId: string, recipient: string, fields = gone): Promise<string> {
      const { hub } = centre();
      const { rows } = await hub.parts.db.sql.query<{ id: string }>('select id from outbound where message_id = $1', [
        answerId,
      ]);
      const to = signBounceAddress(rows[0]?.id ?? '', 'patchbay.test', hub.parts.signingKey);
      return bounce({ recipient, fields, to });
    }
    const marked = async (addresses: readonly unknown[]) =>
      (
        await centre().hub.parts.db.sql.query('select value from address_mark where value = any ($1::text[])', [
          addresses,
        ])
      ).rows;
    const undelivered = async () =>
      (await centre().api('GET', '/api/v1/outbox?status=undelivered')).body.items.map(
        ({ messageId }: { messageId: string }) => messageId,
      );

    it('are told to whom wrote to one, who may have it elsewhere, and mark neither address', async () => {
      const from = `alias-${randomUUID()}@example.org`;
      const { ticketId, answerId, api } = await answered(from);
      expect((await api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'resolved' })).status).toBe(200);
      const stranger = elsewhere();
      const report = await centre().received(await bounceTo(answerId, stranger));
      expect(report).toMatchObject({ ticketId, kind: 'bounce' });
      const error = `${stranger}: 5.1.1 550 5.1.1 User unknown`;
      expect(await messageOf(ticketId, answerId)).toMatchObject({ deliveryStatus: 'sent', deliveryError: error });
      expect(await undelivered()).toContain(answerId);
      expect(await marked([from, stranger])).toEqual([]);
      // Of a plain forward nobody has it: its author is told at once, and the ticket waits for somebody again.
      expect((await centre().ticket(ticketId)).status).toBe('open');
      const told = (await centre().timeline(ticketId)).filter(({ data }) => data['error'] === error);
      expect(told).toMatchObject([
        { type: 'message.status-changed', data: { messageId: answerId, status: 'sent', authorId: expect.any(String) } },
      ]);
      // Good news of somebody else says nothing of whom it was written to either.
      await centre().received(await bounceTo(answerId, elsewhere(), settled));
      expect(await messageOf(ticketId, answerId)).toMatchObject({ deliveryStatus: 'sent', deliveryError: error });
    });

    it('are shown to whom wrote to several, and fail it for none of them', async () => {
      const { from, second, third, ticketId, answerId } = await inCopy();
      const stranger = elsewhere();
      await centre().received(await bounceTo(answerId, stranger));
      expect(await messageOf(ticketId, answerId)).toMatchObject({
        deliveryStatus: 'sent',
        deliveryError: `${stranger}: 5.1.1 550 5.1.1 User unknown`,
      });
      expect(await undelivered()).toContain(answerId);
      expect(await marked([from, second, third, stranger])).toEqual([]);
    });
  });

  it('a report about somebody whom the message was not for marks nobody', async () => {
    const victim = await answered(`victim-${randomUUID()}@example.org`);
    const forger = await answered(`forger-${randomUUID()}@example.org`);
    await centre().received(await bounce({ recipient: victim.from, fields: gone, about: forger.sentId }));
    expect(await markOf(victim.customerId, victim.from)).toBeNull();
    expect(await messageOf(forger.ticketId, forger.answerId)).toMatchObject({ deliveryStatus: 'sent' });
  });
});

/** A bounce of a mail that nobody has written down as sent. */
describe('reports that are faster than the answer of the mail server, or all that comes of it', () => {
  const centre = shared(async () => {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await startMailServer());
    const hub = stack.use(await startHub('postgres', { env: { SMTP_URL: server.url } }));
    const desk = stack.use(await openDesk(hub.url, apiKey));
    const owned = stack.move();
    return {
      ...hub,
      server,
      desk,
      ...ticketClient(hub.api, desk),
      write: mailProgram(hub.ground.smtpPort),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  });

  it.each([
    ['while it is sent, to its bounce address', { afterMs: 3000 }, 'queued', true, true],
    ['while it is sent, to its bounce address without a word about it', { afterMs: 3000 }, 'queued', true, false],
    ['while it is sent, and names its Message-ID', { afterMs: 3000 }, 'queued', false, true],
    ['of unknown end, to its bounce address', 'drop', 'unknown', true, true],
    ['of unknown end, to its bounce address without a word about it', 'drop', 'unknown', true, false],
    ['of unknown end, and names its Message-ID', 'drop', 'unknown', false, true],
  ] as const)('a bounce of one %s', async (_name, fault, before, toItsAddress, names) => {
    const { server, hub, write, received, reply, messages } = centre();
    const from = `early-${randomUUID()}@example.org`;
    const first = newId();
    await write({
      from,
      messageId: first,
      subject: 'Broken lamp',
      text: 'It does not light up.',
      headers: { Precedence: 'bulk' },
    });
    const { ticketId } = await received(first);
    server.failOnce('end', fault);
    const text = `Change the bulb ${randomUUID()}`;
    const { id } = await reply(ticketId, text);
    const now = async () => (await messages(ticketId)).find((message) => message.id === id);
    const taken = await eventually(async () => server.taken.find((mail) => mail.text.includes(text)), Boolean);
    await eventually(now, ({ deliveryStatus }) => deliveryStatus === before);
    const sentId = /^Message-ID: (.*)$/im.exec(taken?.text ?? '')?.[1] ?? '';
    const to = toItsAddress
      ? signBounceAddress(sentId.slice(1, 37), 'patchbay.test', hub.parts.signingKey)
      : 'support@patchbay.test';
    const report = newId();
    const raw = bounceMail({ id: report, to, recipient: from, fields: gone, about: names ? sentId : undefined });
    await write({ envelope: { from: '', to }, raw });
    await received(report);
    const failed = await eventually(now, ({ deliveryStatus }) => deliveryStatus === 'failed', 10_000);
    expect(failed.deliveryError).toContain('5.1.1');
    const { rows } = await hub.parts.db.sql.query('select mark from address_mark where value = $1', [from]);
    expect(rows).toEqual([{ mark: 'undeliverable' }]);
  });

  it.each([
    ['to its bounce address', true, true],
    ['to its bounce address, which names no Message-ID,', true, false],
    ['that names its Message-ID', false, true],
  ])(
    'a bounce %s while its mail is sent tells who wrote it, though the answer is lost',
    async (_name, isSigned, names) => {
      const { server, hub, write, received, reply, messages, api, desk } = centre();
      const from = `meanwhile-${randomUUID()}@example.org`;
      const first = newId();
      const headers = { Precedence: 'bulk' };
      await write({ from, messageId: first, subject: 'Broken lamp', text: 'No light.', headers });
      const { ticketId } = await received(first);
      const cameBack = Promise.withResolvers<void>();
      server.failOnce('end', { dropAfter: cameBack.promise });
      const text = `Change the bulb ${randomUUID()}`;
      const { id, authorId } = await reply(ticketId, text);
      const taken = await eventually(async () => server.taken.find((mail) => mail.text.includes(text)), Boolean);
      const sentId = /^Message-ID: (.*)$/im.exec(taken?.text ?? '')?.[1] ?? '';
      const outbound = sentId.slice(1, 37);
      const to = isSigned
        ? signBounceAddress(outbound, 'patchbay.test', hub.parts.signingKey)
        : 'support@patchbay.test';
      const report = newId();
      const raw = bounceMail({ id: report, to, recipient: from, fields: gone, about: names ? sentId : undefined });
      await write({ envelope: { from: '', to }, raw });
      await received(report);
      const now = async () => (await messages(ticketId)).find((message) => message.id === id);
      expect((await now()).deliveryStatus).toBe('queued');
      cameBack.resolve();
      const told = await desk.event(
        'message.status-changed',
        ({ data }) => data['messageId'] === id && data['status'] === 'failed',
      );
      expect(told.data).toMatchObject({ authorId, error: expect.stringContaining('5.1.1') });
      expect(await now()).toMatchObject({ deliveryStatus: 'failed', deliveryError: expect.stringContaining('5.1.1') });
      const { items } = (await api('GET', '/api/v1/outbox?status=undelivered')).body;
      expect(items.map((item: { id: string }) => item.id)).toContain(outbound);
      expect(server.taken.filter((mail) => mail.text.includes(text))).toHaveLength(1);
    },
  );

  it.each([
    ['to its bounce address', true],
    ['that names its Message-ID', false],
  ])('a bounce %s fails what a person decided was sent, and its author is told of it anew', async (_name, isSigned) => {
    const { server, hub, write, received, reply, messages, api } = centre();
    const from = `decided-${randomUUID()}@example.org`;
    const first = newId();
    const headers = { Precedence: 'bulk' };
    await write({ from, messageId: first, subject: 'Broken lamp', text: 'No light.', headers });
    const { ticketId } = await received(first);
    server.failOnce('end', 'drop');
    const text = `Change the bulb ${randomUUID()}`;
    const { id } = await reply(ticketId, text);
    const now = async () => (await messages(ticketId)).find((message) => message.id === id);
    const taken = await eventually(async () => server.taken.find((mail) => mail.text.includes(text)), Boolean);
    await eventually(now, ({ deliveryStatus }) => deliveryStatus === 'unknown');
    const sentId = /^Message-ID: (.*)$/im.exec(taken?.text ?? '')?.[1] ?? '';
    const outbound = sentId.slice(1, 37);
    expect((await api('POST', `/api/v1/outbox/${outbound}/resolve`, { decision: 'sent' })).status).toBe(204);
    const to = isSigned ? signBounceAddress(outbound, 'patchbay.test', hub.parts.signingKey) : 'support@patchbay.test';
    const report = newId();
    await write({
      envelope: { from: '', to },
      raw: bounceMail({ id: report, to, recipient: from, fields: gone, about: sentId }),
    });
    await received(report);
    expect(await now()).toMatchObject({ deliveryStatus: 'failed', deliveryError: expect.stringContaining('5.1.1') });
    const undelivered = async () =>
      (await api('GET', '/api/v1/outbox?status=undelivered')).body.items.map(({ id: one }: { id: string }) => one);
    expect(await undelivered()).toContain(outbound);
    expect((await api('POST', `/api/v1/outbox/${outbound}/resolve`, { decision: 'failed' })).status).toBe(204);
    expect(await undelivered()).not.toContain(outbound);
  });

  it('a bounce fails a message of unknown end that has come back to an address of ours', async () => {
    const { server, write, received, reply, messages } = centre();
    const from = `returned-${randomUUID()}@example.org`;
    const first = newId();
    // Without an acknowledgement, which would be what is dropped.
    const headers = { Precedence: 'bulk' };
    await write({ from, messageId: first, subject: 'Broken lamp', text: 'No light.', headers });
    const { ticketId } = await received(first);
    server.failOnce('end', 'drop');
    const text = `Change the bulb ${randomUUID()}`;
    const { id } = await reply(ticketId, text, { to: [from], cc: ['orders@patchbay.test'] });
    const now = async () => (await messages(ticketId)).find((message) => message.id === id);
    const taken = await eventually(async () => server.taken.find((mail) => mail.text.includes(text)), Boolean);
    await eventually(now, ({ deliveryStatus }) => deliveryStatus === 'unknown');
    const sentId = /^Message-ID: (.*)$/im.exec(taken?.text ?? '')?.[1] ?? '';
    await write({ envelope: { from: '', to: 'orders@patchbay.test' }, raw: taken?.text ?? '' });
    const isBack = ({ kind }: { kind: string }) => kind === 'delivery-notice';
    await eventually(
      () => messages(ticketId),
      (all) => all.some(isBack),
    );
    const report = newId();
    const raw = bounceMail({ id: report, to: 'support@patchbay.test', recipient: from, fields: gone, about: sentId });
    await write({ envelope: { from: '', to: 'support@patchbay.test' }, raw });
    await received(report);
    expect(await now()).toMatchObject({ deliveryStatus: 'failed', deliveryError: expect.stringContaining('5.1.1') });
  });
});
