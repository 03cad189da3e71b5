/** Which ticket a mail belongs to, over the wire, with the reason that stands on its timeline (design, Threading). */
import { randomUUID } from 'node:crypto';
import { signReplyAddress } from '@patchbay/channels/email/reply-address';
import type { HubEvent } from '@patchbay/contracts';
import { acknowledgementText } from '@patchbay/domain';
import type { SendMailOptions } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub('postgres'));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    ...hub,
    ...ticketClient(hub.api, desk),
    write: mailProgram(hub.ground.smtpPort),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const newId = () => `<${randomUUID()}@example.org>`;
const someone = () => `${randomUUID()}@example.org`;

describe('threading', () => {
  const centre = shared(startCentre);

  /** Sends a mail; answers its message and why it is where it is. */
  async function mail(options: SendMailOptions) {
    const { write, received, timeline, ticket } = centre();
    const messageId = newId();
    await write({ messageId, subject: 'Broken lamp', text: 'Text', ...options });
    const message = await received(messageId);
    const events = await timeline(message.ticketId);
    const reason = events.find(({ type, data }) => type === 'message.received' && data['messageId'] === message.id)
      ?.data['reason'];
    const opened = events.find(({ type }) => type === 'ticket.opened')?.data;
    return {
      messageId,
      message,
      ticketId: message.ticketId as string,
      reason: String(reason),
      events,
      opened,
      ...(await ticket(message.ticketId)),
    };
  }

  const lastActive = async (ticketId: string, daysAgo: number) => {
    await centre().hub.parts.db.sql.query(
      `update ticket set last_activity_at = now() - make_interval(days => $2) where id = $1`,
      [ticketId, daysAgo],
    );
  };
  const settle = async (ticketId: string, status: string) => {
    expect((await centre().api('PATCH', `/api/v1/tickets/${ticketId}`, { status })).status).toBe(200);
  };
  /** Closed so long ago, when nobody had written for a day. */
  const closeTicket = async (ticketId: string, daysAgo: number) => {
    await lastActive(ticketId, daysAgo + 1);
    await centre().hub.parts.db.sql.query(
      `with closed as (update ticket set status = 'closed' where id = $1 returning id)
       insert into event (type, ticket_id, at, data)
       select 'ticket.status-changed', id, now() - make_interval(days => $2), '{"from": "open", "to": "closed"}' from closed`,
      [ticketId, daysAgo],
    );
  };

  it('an answer joins by In-Reply-To, under whatever subject', async () => {
    const from = someone();
    const first = await mail({ from });
    const answer = await mail({ from, subject: 'Quite another subject', inReplyTo: first.messageId });
    expect(answer).toMatchObject({
      ticketId: first.ticketId,
      reason: `Answers a message of the ticket: ticket ${first.number}`,
    });
  });

  it('an answer to a message that was never seen joins by what stands before it in References', async () => {
    const from = someone();
    const first = await mail({ from });
    const answer = await mail({ from, inReplyTo: newId(), references: [first.messageId, newId()] });
    expect(answer.ticketId).toBe(first.ticketId);
  });

  it('two answers to a message that was never seen are one ticket', async () => {
    const from = someone();
    const unseen = newId();
    const one = await mail({ from, inReplyTo: unseen });
    const other = await mail({ from, inReplyTo: unseen, subject: 'Re: Broken lamp' });
    expect(other).toMatchObject({
      ticketId: one.ticketId,
      reason: `Answers a message of the ticket: ticket ${one.number}`,
    });
  });

  it.each(['a party', 'a stranger'])('a mail that comes after its own answer, from %s', async (sender) => {
    const [ann, bob] = [someone(), someone()];
    const late = newId();
    const answer = await mail({ from: bob, cc: sender === 'a party' ? [ann] : [], inReplyTo: late });
    const { write, received, timeline } = centre();
    await write({ from: ann, messageId: late, subject: 'Broken lamp', text: 'It is dark.' });
    const message = await received(late);
    const events = await timeline(message.ticketId);
    if (sender === 'a party') {
      expect(message.ticketId).toBe(answer.ticketId);
      expect(events.find(({ data }) => data['messageId'] === message.id)?.data['reason']).toBe(
        `A message of the ticket answers it: ticket ${answer.number}`,
      );
    } else {
      expect(message.ticketId).not.toBe(answer.ticketId);
      expect(events.find(({ type }) => type === 'ticket.opened')?.data).toMatchObject({
        linkedTicketId: answer.ticketId,
        reason: expect.stringContaining(`the sender is not a party of ticket ${answer.number}`),
      });
    }
  });

  it('mails that a program sends under one and the same Message-ID are tickets of their own', async () => {
    const from = someone();
    const messageId = newId();
    const { write, received, hub } = centre();
    await write({ from, messageId, subject: 'Order 1', text: 'One lamp' });
    await received(messageId);
    await write({ from, messageId, subject: 'Order 2', text: 'Two lamps' });
    const rows = await eventually(
      async () =>
        (
          await hub.parts.db.sql.query<{ ticket_id: string }>(
            `select distinct ticket_id from message where external_id like $1 || '%' and direction = 'in'`,
            [messageId],
          )
        ).rows,
      (found) => found.length > 1,
    );
    expect(rows).toHaveLength(2);
  });

  it('a mail under the Message-ID of an answer of ours is a message of its own, and once', async () => {
    const from = someone();
    const first = await mail({ from });
    const { api } = centre();
    await api('POST', `/api/v1/tickets/${first.ticketId}/messages`, { text: 'It is on its way', visibility: 'public' });
    const { rows: ours } = await eventually(
      () =>
        centre().hub.parts.db.sql.query<{ external_id: string }>(
          `select external_id from message where ticket_id = $1 and kind = 'agent' and external_id like '<%'`,
          [first.ticketId],
        ),
      ({ rows }) => rows.length > 0,
    );
    const messageId = ours[0]?.external_id ?? '';
    const stranger = { from: someone(), messageId, date: new Date(0), subject: 'Mine', text: 'Not yours' };
    const raws = ['one way', 'another way'];
    for (const way of raws) {
      await centre().write({ ...stranger, headers: { 'X-Way': way } });
      await eventually(
        () => api('GET', '/api/v1/inbox?state=pending'),
        ({ body }) => body.items.length === 0,
      );
    }
    const { rows } = await centre().hub.parts.db.sql.query<{ state: string; ticket_id: string | null }>(
      `select state, ticket_id from inbox where external_id like $1 || '%' order by received_at`,
      [messageId],
    );
    expect(rows.map(({ state }) => state)).toEqual(['done', 'duplicate']);
    expect(rows[0]?.ticket_id).toEqual(expect.any(String));
    expect(rows[0]?.ticket_id).not.toBe(first.ticketId);
    expect(rows[1]?.ticket_id).toBe(rows[0]?.ticket_id);
  });

  it('a thread whose mails come at one moment, in whatever order, is one ticket', async () => {
    const from = someone();
    const [root, second, third] = [newId(), newId(), newId()];
    const { write, received } = centre();
    await Promise.all([
      write({ from, messageId: third, inReplyTo: second, references: [root, second], subject: 'c', text: 'c' }),
      write({ from, messageId: second, inReplyTo: root, references: [root], subject: 'b', text: 'b' }),
      write({ from, messageId: root, subject: 'a', text: 'a' }),
    ]);
    const tickets = await Promise.all([root, second, third].map(async (id) => (await received(id)).ticketId));
    expect(new Set(tickets).size).toBe(1);
  });

  it('a ticket number in the subject joins the mail of a party', async () => {
    const from = someone();
    const first = await mail({ from });
    const again = await mail({ from, subject: `About [#${first.number}]` });
    expect(again).toMatchObject({
      ticketId: first.ticketId,
      reason: `Ticket number in the subject: ticket ${first.number}`,
    });
  });

  it('of several ticket numbers the one counts whose ticket the sender is a party of', async () => {
    const from = someone();
    const [strange, own] = [await mail({ from: someone() }), await mail({ from })];
    const again = await mail({ from, subject: `[#${strange.number}] Re: [#${own.number}] Broken lamp` });
    expect(again).toMatchObject({
      ticketId: own.ticketId,
      reason: `Ticket number in the subject: ticket ${own.number}`,
    });
  });

  it('mails that come at one moment with several numbers go each to the own ticket', async () => {
    const strange = await mail({ from: someone() });
    const people = Array.from({ length: 6 }, someone);
    const own = await Promise.all(people.map((from) => mail({ from })));
    const again = await Promise.all(
      people.map((from, index) => mail({ from, subject: `[#${strange.number}] Re: [#${own[index]?.number}] Lamp` })),
    );
    expect(again.map(({ ticketId }) => ticketId)).toEqual(own.map(({ ticketId }) => ticketId));
  });

  it('references stand before the number, and the same subject alone joins nothing', async () => {
    const from = someone();
    const [one, other] = [await mail({ from }), await mail({ from })];
    expect(other.ticketId).not.toBe(one.ticketId);
    const both = await mail({ from, inReplyTo: one.messageId, subject: `[#${other.number}]` });
    expect(both.ticketId).toBe(one.ticketId);
  });

  it.each([
    ['quotes the number', (first: { number: number; messageId: string }) => ({ subject: `[#${first.number}]` })],
    [
      'quotes several',
      (first: { number: number; messageId: string }) => ({
        subject: `[#${first.number}] [#${first.number - 1}] [#${first.number - 2}] [#1001] [#1002]`,
      }),
    ],
    [
      'guesses References',
      (first: { number: number; messageId: string }) => ({ references: first.messageId, inReplyTo: first.messageId }),
    ],
  ])('a stranger who %s gets a ticket of their own, linked', async (_name, pointing) => {
    const first = await mail({ from: someone() });
    const stranger = await mail({ from: someone(), ...pointing(first) });
    expect(stranger.ticketId).not.toBe(first.ticketId);
    expect(stranger.reason).toContain(`the sender is not a party of ticket ${first.number}`);
    expect(stranger.opened).toMatchObject({ linkedTicketId: first.ticketId });
    expect(await centre().messages(first.ticketId)).not.toContainEqual(
      expect.objectContaining({ id: stranger.message.id }),
    );
  });

  it('a sender who failed the check is a stranger, and two senders at once are nobody', async () => {
    const from = someone();
    const first = await mail({ from });
    // The trusted relay of this centre is loopback: what it writes above its Received is believed.
    const raw = (messageId: string, ...headers: string[]) =>
      [
        ...headers,
        'To: support@patchbay.test',
        `Message-ID: ${messageId}`,
        `In-Reply-To: ${first.messageId}`,
        'Subject: Re',
        '',
        'Pay me',
        '',
      ].join('\r\n');
    const forgeries = [
      [
        `Authentication-Results: mx.patchbay.test; dmarc=fail header.from=example.org`,
        'Received: from x by mx.patchbay.test; Tue, 3 Mar 2026 10:00:00 +0000',
        `From: ${from}`,
      ],
      // What one of its filters found stands beneath what another did, who handed the mail back.
      [
        'Authentication-Results: mx.patchbay.test (amavisd-new); dkim=pass header.d=evil.example',
        'Received: from localhost by mx.patchbay.test; Tue, 3 Mar 2026 10:00:01 +0000',
        `Authentication-Results: mx.patchbay.test; dmarc=fail header.from=example.org`,
        'Received: from x by mx.patchbay.test; Tue, 3 Mar 2026 10:00:00 +0000',
        `From: ${from}`,
      ],
      [`From: ${from}, ${someone()}`],
    ];
    for (const headers of forgeries) {
      const messageId = newId();
      await centre().write({ envelope: { from, to: 'support@patchbay.test' }, raw: raw(messageId, ...headers) });
      const message = await centre().received(messageId);
      expect(message.ticketId).not.toBe(first.ticketId);
      expect(message.customerId).not.toBe(first.message.customerId);
      // Whose address was forged did not write, and is told nothing.
      if (message.authenticity.verdict === 'fail')
        expect((await centre().api('GET', `/api/v1/tickets/${message.ticketId}`)).body.messageCount).toBe(1);
    }
  });

  it.each([
    ['without a report', [], 'customer'],
    [
      'with one',
      ['Content-Type: message/delivery-status', '', 'Final-Recipient: rfc822; a@b.example', 'Action: failed'],
      'bounce',
    ],
  ])(
    'a stranger who calls a mail a report, %s, continues no ticket by naming a mail of its customer',
    async (_name, part, kind) => {
      const first = await mail({ from: someone() });
      const from = someone();
      const messageId = newId();
      const raw = [
        `From: ${from}`,
        'To: support@patchbay.test',
        'Subject: Re: Broken lamp',
        `Message-ID: ${messageId}`,
        `References: ${first.messageId}`,
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'Please send the goods to another address.',
        ...(part.length > 0 ? ['--b', ...part, ''] : []),
        '--b--',
        '',
      ];
      const { write, received, timeline } = centre();
      await write({ envelope: { from, to: 'support@patchbay.test' }, raw: raw.join('\r\n') });
      const message = await received(messageId);
      expect(message.kind).toBe(kind);
      expect(message.ticketId).not.toBe(first.ticketId);
      const opened = (await timeline(message.ticketId)).find(({ type }) => type === 'ticket.opened');
      expect(opened?.data).toMatchObject({ linkedTicketId: first.ticketId });
    },
  );

  it('a mail that wants its answers at a ticket’s address, as ours do, is not ours for that', async () => {
    const first = await mail({ from: someone() });
    const { signingKey, db } = centre().hub.parts;
    const replyTo = signReplyAddress(first.ticketId, 'patchbay.test', signingKey);
    const forged = await mail({
      envelope: { from: 'x@evil.example', to: replyTo },
      from: 'Support <orders@patchbay.test>',
      replyTo,
    });
    expect(forged.ticketId).not.toBe(first.ticketId);
    expect(forged.opened).toMatchObject({ linkedTicketId: first.ticketId });
    expect(forged.message).toMatchObject({ direction: 'in', kind: 'customer', classification: { rule: 'none' } });
    const { rows } = await db.sql.query(`select 1 from outbound where recipient = 'orders@patchbay.test'`);
    expect(rows).toEqual([]);
  });

  it("a mail in an agent's name is a customer's mail, whatever it points at", async () => {
    const first = await mail({ from: someone() });
    const forged = await mail({ from: '"Agent" <admin@patchbay.test>', inReplyTo: first.messageId });
    expect(forged.ticketId).not.toBe(first.ticketId);
    expect(forged.message).toMatchObject({ direction: 'in', kind: 'customer' });
  });

  it('an answer soon after closing reopens; one later opens a ticket that is linked', async () => {
    const from = someone();
    const first = await mail({ from });
    await closeTicket(first.ticketId, 1);
    const soon = await mail({ from, inReplyTo: first.messageId });
    expect(soon).toMatchObject({ ticketId: first.ticketId, status: 'open' });
    expect(soon.events.map((event: HubEvent) => event.type)).toContain('ticket.reopened');
    await closeTicket(first.ticketId, 8);
    const { sql } = centre().hub.parts.db;
    // As long ago as the answer is late.
    await sql.query('delete from acknowledgement where address = $1', [from]);
    const { text } = acknowledgementText({ number: 17, centreName: 'The centre', language: 'en', open: true });
    const late = await mail({ from, inReplyTo: first.messageId, text: `It broke again.\n\n> ${text}` });
    expect(late.ticketId).not.toBe(first.ticketId);
    // The new number is told, though the answer quotes how the old one was.
    const { rows } = await sql.query('select from outbound where ticket_id = $1 and automatic', [late.ticketId]);
    expect(rows).toHaveLength(1);
    expect(late.reason).toContain('too long ago to be reopened');
    expect(late.opened).toMatchObject({ linkedTicketId: first.ticketId });
  });

  describe('an answer to the signed address that comes too late', () => {
    const signed = (ticketId: string) => signReplyAddress(ticketId, 'patchbay.test', centre().hub.parts.signingKey);
    const sales = shared(async () => {
      const queue = await centre().api('POST', '/api/v1/queues', { name: 'Sales', channels: ['email'] });
      const identity = { address: 'sales@patchbay.test', name: 'Sales', queueId: queue.body.id };
      expect((await centre().api('POST', '/api/v1/mail-identities', identity)).status).toBe(201);
      return { queueId: queue.body.id as string, [Symbol.asyncDispose]: async () => undefined };
    });
    const identityOf = async (ticketId: string) =>
      (await centre().api('GET', `/api/v1/tickets/${ticketId}/reply-recipients`)).body.identity.address;

    it('opens its ticket where the old one was, and is answered from its address', async () => {
      const { queueId } = sales();
      const from = someone();
      const first = await mail({ from, to: 'sales@patchbay.test' });
      await closeTicket(first.ticketId, 8);
      const late = await mail({ from, to: signed(first.ticketId) });
      expect(late).toMatchObject({
        linkedTicketId: first.ticketId,
        queueId,
        addresses: ['sales@patchbay.test'],
        message: { deliveredTo: [] },
      });
      expect(await identityOf(late.ticketId)).toBe('sales@patchbay.test');
      const tried = await centre().api('POST', '/api/v1/routing-rules/try', { rules: [] });
      expect(tried.body).toMatchObject({ looked: expect.any(Number), differ: 0 });
    });

    it('goes to the queue of the old one, where its address has none', async () => {
      const { queueId } = sales();
      const from = someone();
      const first = await mail({ from, to: 'support@patchbay.test' });
      expect(first.queueId).not.toBe(queueId);
      await centre().hub.parts.db.sql.query('update ticket set queue_id = $2 where id = $1', [first.ticketId, queueId]);
      await closeTicket(first.ticketId, 8);
      expect(await mail({ from, to: signed(first.ticketId) })).toMatchObject({
        linkedTicketId: first.ticketId,
        queueId,
        addresses: ['support@patchbay.test'],
      });
    });

    it('goes the usual way when its sender is no party of the old one', async () => {
      const { queueId } = sales();
      const first = await mail({ from: someone(), to: 'sales@patchbay.test' });
      await closeTicket(first.ticketId, 8);
      const late = await mail({ from: someone(), to: signed(first.ticketId) });
      expect(late).toMatchObject({ linkedTicketId: first.ticketId, addresses: [] });
      expect(late.queueId).not.toBe(queueId);
    });

    it('goes by the address that it was written to besides', async () => {
      const { queueId } = sales();
      const from = someone();
      const first = await mail({ from, to: 'sales@patchbay.test' });
      await closeTicket(first.ticketId, 8);
      const late = await mail({ from, to: [signed(first.ticketId), 'support@patchbay.test'] });
      expect(late).toMatchObject({ linkedTicketId: first.ticketId, addresses: ['support@patchbay.test'] });
      expect(late.queueId).not.toBe(queueId);
    });
  });

  it.each(['resolved', 'closed'])(
    'a ticket that lay for long is reopened by an answer soon after it was %s',
    async (status) => {
      const from = someone();
      const first = await mail({ from });
      await lastActive(first.ticketId, 30);
      await settle(first.ticketId, 'pending');
      await settle(first.ticketId, status);
      expect(await mail({ from, inReplyTo: first.messageId })).toMatchObject({
        ticketId: first.ticketId,
        status: 'open',
      });
    },
  );
});
