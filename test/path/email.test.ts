import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { logIn } from '../support/api-centre.ts';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram, rawMail, startMailSink } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

async function startMailCentre(backend: Backend, withServer: boolean) {
  await using stack = new AsyncDisposableStack();
  const sink = stack.use(await startMailSink());
  const hub = stack.use(await startHub(backend, { env: withServer ? { SMTP_URL: sink.url } : {} }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    sink,
    ...hub,
    desk,
    ...ticketClient(hub.api, desk),
    write: mailProgram(hub.ground.smtpPort),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const newId = () => `<${randomUUID()}@example.org>`;

onBothBackends('mail', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(() => startMailCentre(backend, true));

  /** A first mail of somebody new, and the acknowledgement that they got. */
  async function firstContact(from: string) {
    const { write, received, sink } = centre();
    const messageId = newId();
    await write({ from, messageId, subject: 'Broken lamp', text: 'It does not light up.' });
    const message = await received(messageId);
    const { mail: acknowledgement, envelopeFrom } = await sink.mails.until(
      (sent) => sent.to.includes(from),
      `acknowledgement for ${from}`,
    );
    return {
      messageId,
      message,
      ticketId: message.ticketId as string,
      acknowledgement,
      envelopeFrom,
      replyTo: acknowledgement.replyTo?.value[0]?.address ?? '',
    };
  }

  aside('shows a name and a subject as they read, and an address where the name cannot be seen', async () => {
    const { write, received, ticket } = centre();
    const shown = async (name: string, subject: string) => {
      const [messageId, address] = [newId(), `${randomUUID().slice(0, 8)}@example.org`];
      await write({ from: { name, address }, messageId, subject, text: 'Hello' });
      const message = await received(messageId);
      const { customerName } = await ticket(message.ticketId);
      return [message.authorName, customerName === address ? 'the address' : customerName, message.subject];
    };
    expect(await shown('Ada \u202Eknab', 'Your \u202Eeciovni\u202C')).toEqual(['Ada knab', 'Ada knab', 'Your eciovni']);
    expect(await shown('\u200B\u3164', '\u202E')).toEqual([null, 'the address', '']);
  });

  aside(
    'counts for an agent what the customer wrote and what colleagues noted, not what the centre wrote',
    async () => {
      const { api, reply, ticket, url, write, received } = centre();
      const { ticketId, replyTo } = await firstContact('counted@example.org');
      const login = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
      expect((await api('POST', '/api/v1/agents', { ...login, name: 'Max', role: 'manager' })).status).toBe(201);
      const { api: max } = await logIn(url, login);
      const counts = async () => {
        const path = '/api/v1/tickets?q=counted@example.org';
        const [mine, his] = [await api('GET', path), await max('GET', path)];
        return [
          mine.body.items[0].toRead.length,
          his.body.items[0].toRead.length,
          (await ticket(ticketId)).toRead.length,
        ];
      };
      expect(await counts()).toEqual([1, 1, 1]);
      await reply(ticketId, 'We look into it.');
      expect(await counts()).toEqual([1, 1, 1]);
      await reply(ticketId, 'She is in a hurry.', { visibility: 'internal' });
      expect(await counts()).toEqual([1, 2, 1]);
      const messageId = newId();
      await write({
        from: 'counted@example.org',
        to: replyTo,
        messageId,
        subject: 'Re: Broken lamp',
        text: 'And now?',
      });
      await received(messageId);
      expect(await counts()).toEqual([2, 3, 2]);
      expect((await ticket(ticketId)).messageCount).toBe(5);
      for (let note = 0; note < 10; note += 1) await reply(ticketId, `Note ${note}`, { visibility: 'internal' });
      expect(await counts()).toEqual([2, 10, 2]);
    },
  );

  it('comes in on the wire, is a ticket on the screen, and its answer goes out on the wire', async () => {
    const { write, received, ticket, messages, reply, sink, desk } = centre();
    const from = 'ada@example.org';
    const first = await firstContact(from);
    const opened = await ticket(first.ticketId);
    expect(opened).toMatchObject({ subject: 'Broken lamp', status: 'open', channel: 'email', messageCount: 2 });
    expect(first.message).toMatchObject({
      from,
      direction: 'in',
      kind: 'customer',
      text: expect.stringContaining('It does not light up.'),
    });

    const { acknowledgement, envelopeFrom } = first;
    expect(acknowledgement.headers.get('auto-submitted')).toBe('auto-replied');
    expect(envelopeFrom).toBe('');
    expect(acknowledgement.text).toContain(String(opened.number));
    expect(acknowledgement.inReplyTo).toBe(first.messageId);
    expect(acknowledgement.references).toContain(first.messageId);
    expect(first.replyTo).toMatch(/^reply\+[a-z2-7]{26}\.[a-z2-7]{16}@patchbay\.test$/);

    const answer = await reply(first.ticketId, 'Please change the bulb.');
    const { mail: sent, envelopeFrom: sender } = await sink.mails.until(
      ({ mail }) => mail.text?.includes('Please change the bulb.') === true,
      'the answer',
    );
    expect(sender).toMatch(/^bounce\+[a-z2-7]{26}\.[a-z2-7]{16}@patchbay\.test$/);
    expect(sent.headers.has('auto-submitted')).toBe(false);
    expect(sent).toMatchObject({
      inReplyTo: first.messageId,
      subject: `Re: Broken lamp [#${opened.number}]`,
      messageId: expect.stringMatching(/@patchbay\.test>$/),
    });
    expect([sent.references].flat()).toContain(first.messageId);
    expect(sent.replyTo?.value[0]?.address).toBe(first.replyTo);
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === answer.id && data['status'] === 'sent',
    );

    const byAddress = newId();
    await write({
      from,
      to: first.replyTo,
      messageId: byAddress,
      subject: 'another subject',
      text: 'By the reply address.',
    });
    const byReferences = newId();
    await write({
      from,
      messageId: byReferences,
      subject: 'a third subject',
      inReplyTo: sent.messageId ?? '',
      references: sent.messageId ?? '',
      text: 'By References.',
    });
    for (const id of [byAddress, byReferences]) expect((await received(id)).ticketId, id).toBe(first.ticketId);
    expect(
      (await messages(first.ticketId)).map(
        ({ direction, kind }: { direction: string; kind: string }) => `${direction} ${kind}`,
      ),
    ).toEqual(['in customer', 'out system', 'out agent', 'in customer', 'in customer']);
    expect(
      sink.mails.items.filter(({ mail, to }) => to.includes(from) && mail.headers.has('auto-submitted')),
    ).toHaveLength(1);
  });

  aside(
    'of a stranger to a signed reply address is a ticket of its own, linked to the one that the address names',
    async () => {
      const { write, received, ticket, messages } = centre();
      const first = await firstContact('bea@example.org');
      const messageId = newId();
      await write({
        from: 'stranger@elsewhere.example',
        to: first.replyTo,
        messageId,
        subject: 'Re: Broken lamp',
        text: 'I read the mail of another.',
      });
      const stranger = await received(messageId);
      expect(stranger.ticketId).not.toBe(first.ticketId);
      expect(stranger.customerId).not.toBe(first.message.customerId);
      expect(await ticket(stranger.ticketId)).toMatchObject({ linkedTicketId: first.ticketId });
      expect(await messages(first.ticketId)).toHaveLength(2);
    },
  );

  describe('that certified mail passes on', () => {
    /** Everybody's mail comes from the provider; only Reply-To says whose it is. */
    const certified = async (author: string, to = 'support@patchbay.test') => {
      const messageId = newId();
      await centre().write({
        from: { name: `Per conto di: ${author}`, address: 'posta-certificata@pec.example' },
        replyTo: author,
        to,
        messageId,
        headers: { 'X-Trasporto': 'posta-certificata' },
        subject: 'POSTA CERTIFICATA: Lamp',
        text: 'It does not light up.',
      });
      return centre().received(messageId);
    };
    const replyAddressFor = async (author: string) =>
      (await centre().sink.mails.until((sent) => sent.to.includes(author), 'the acknowledgement')).mail.replyTo
        ?.value[0]?.address;

    it('continues the ticket by the address that its author was answered at, as the customer who opened it', async () => {
      const author = `${randomUUID()}@pec.example`;
      const first = await certified(author);
      const replyTo = await replyAddressFor(author);
      for (const answer of [await certified(author, replyTo), await certified(author, replyTo)])
        expect(answer).toMatchObject({ ticketId: first.ticketId, customerId: first.customerId });
      // What comes to the centre's own address says nothing of what was written before.
      const another = await certified(author);
      expect(another.ticketId).not.toBe(first.ticketId);
      expect(another.customerId).not.toBe(first.customerId);
      // Who writes from that address themselves answers what they were sent; that they opened the ticket is not proved.
      const messageId = newId();
      await centre().write({ from: author, to: replyTo, messageId, subject: 'Re: Lamp', text: 'It was me.' });
      const proved = await centre().received(messageId);
      expect(proved.ticketId).toBe(first.ticketId);
      expect(proved.customerId).not.toBe(first.customerId);
      // From then on that address is proved there, and a claim of it is a stranger's.
      const late = await certified(author, replyTo);
      expect(late.ticketId).not.toBe(first.ticketId);
    });

    it('is a stranger where the address was proved, or is not the one that was answered', async () => {
      const proved = `${randomUUID()}@example.org`;
      const first = await firstContact(proved);
      for (const author of [proved, `${randomUUID()}@pec.example`]) {
        const forged = await certified(author, first.replyTo);
        expect(forged.ticketId).not.toBe(first.ticketId);
        expect(forged.customerId).not.toBe(first.message.customerId);
      }
    });
  });

  it('of a ticket system that writes from an address for each ticket, and says nowhere that it is one, is acknowledged once', async () => {
    const { write, received, messages, ticket } = centre();
    const first = await firstContact('desk@tickets.example');
    const { number } = await ticket(first.ticketId);
    const acknowledged = first.acknowledgement.messageId ?? '';
    const answers = [
      { from: 't-1@tickets.example', to: first.replyTo, inReplyTo: acknowledged },
      { from: 't-2@tickets.example', to: first.replyTo },
      { from: 't-3@tickets.example', inReplyTo: acknowledged },
      { from: 't-4@tickets.example', subject: `We have received your request [#${number}]` },
    ];
    for (const answer of answers) {
      const messageId = newId();
      await write({ messageId, subject: 'We have received your request', text: 'A ticket was opened.', ...answer });
      const { ticketId } = await received(messageId);
      expect(ticketId).not.toBe(first.ticketId);
      const kept = await messages(ticketId);
      expect(kept.map(({ direction }: { direction: string }) => direction)).toEqual(['in']);
    }
  });

  it('of a stranger that has only the number of a ticket is acknowledged as any first mail, and what answers that is not', async () => {
    const { write, received, messages, ticket, hub } = centre();
    const first = await firstContact(`${randomUUID()}@example.org`);
    const numberOf = async (ticketId: string) => (await ticket(ticketId)).number as number;
    const mail = async (from: string, number: number, more: object = {}) => {
      const messageId = newId();
      await write({ from, messageId, subject: `About [#${number}]`, text: 'It concerns me, too.', ...more });
      const { ticketId } = await received(messageId);
      const kept: { direction: string }[] = await messages(ticketId);
      return { ticketId, ways: kept.map(({ direction }) => direction) };
    };
    const number = await numberOf(first.ticketId);
    const [house, machine] = [`${randomUUID()}.example`, `${randomUUID()}.example`];
    const stranger = await mail(`ann@${house}`, number);
    expect(stranger.ways).toEqual(['in', 'out']);
    expect(stranger.ticketId).not.toBe(first.ticketId);
    // At most one to a sender and window, and none to a machine.
    expect((await mail(`ann@${house}`, number)).ways).toEqual(['in']);
    const list = { Precedence: 'list' };
    expect((await mail(`list@${randomUUID()}.example`, number, { headers: list })).ways).toEqual(['in']);
    // What comes back with the number that was told: from the same house, or from anywhere on a ticket that was opened so.
    const told = await numberOf(stranger.ticketId);
    expect((await mail(`t-2@${house}`, told)).ways).toEqual(['in']);
    expect((await mail(`t-3@${machine}`, told)).ways).toEqual(['in']);
    const neighbour = () => mail(`${randomUUID()}@example.org`, number);
    expect((await neighbour()).ways).toEqual(['in']);
    await hub.parts.db.sql.query(
      `update outbound set created_at = created_at - interval '2 hours' where ticket_id = any ($1)`,
      [[first.ticketId, stranger.ticketId]],
    );
    expect((await neighbour()).ways).toEqual(['in', 'out']);
    // However slow it is.
    expect((await mail(`t-4@${machine}`, told)).ways).toEqual(['in']);
  });

  it('of a machine is kept with its ticket and never acknowledged', async () => {
    const { write, received, messages, sink } = centre();
    const first = await firstContact('cyd@example.org');
    const about = newId();
    await write({
      from: 'cyd@example.org',
      to: first.replyTo,
      messageId: about,
      subject: 'Out of office',
      text: 'I am away.',
      inReplyTo: first.acknowledgement.messageId ?? '',
      headers: { 'Auto-Submitted': 'auto-replied' },
    });
    const answered = await received(about);
    expect(answered).toMatchObject({ ticketId: first.ticketId, kind: 'auto-reply' });
    const alone = newId();
    await write({
      from: 'robot@example.org',
      messageId: alone,
      subject: 'Nightly report',
      text: 'All is well.',
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    const report = await received(alone);
    expect((await messages(report.ticketId)).map((message: { direction: string }) => message.direction)).toEqual([
      'in',
    ]);
    expect(
      (await messages(first.ticketId)).filter((message: { kind: string }) => message.kind === 'system'),
    ).toHaveLength(1);
    expect(sink.mails.items.filter(({ to }) => to.includes('robot@example.org'))).toEqual([]);
  });

  it.each([
    ['GB18030', '你好😀', 'c4e3bac39439fc36', '=?GB18030?B?xOO6ww==?=', '你好'],
    ['Big5', '你好嗎', 'a741a66eb6dc', '=?Big5?B?p0Gmbg==?=', '你好'],
    [
      'ISO-2022-JP',
      'こんにちは',
      '1b244224332473244b2441244f1b2842',
      '=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=',
      'こんにちは',
    ],
  ])('in %s can be read', async (charset, text, bytes, subjectWord, subject) => {
    const { write, received, ticket } = centre();
    const messageId = newId();
    const head = {
      From: 'far@example.org',
      To: 'support@patchbay.test',
      Subject: subjectWord,
      'Message-ID': messageId,
      'MIME-Version': '1.0',
      'Content-Type': `text/plain; charset=${charset}`,
      'Content-Transfer-Encoding': '8bit',
    };
    await write({
      raw: rawMail(head, Buffer.from(bytes, 'hex')),
      envelope: { from: 'far@example.org', to: 'support@patchbay.test' },
    });
    const message = await received(messageId);
    expect(message.text.trim()).toBe(text);
    expect((await ticket(message.ticketId)).subject).toBe(subject);
  });

  aside('brings files, which only those with credentials can have', async () => {
    const { write, received, api, url } = centre();
    const messageId = newId();
    const content = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
    await write({
      from: 'dan@example.org',
      messageId,
      subject: 'Picture',
      text: 'See below.',
      attachments: [{ filename: '发票 №1.pdf', content, contentType: 'application/pdf' }],
    });
    const {
      attachments: [file],
    } = await received(messageId);
    expect(file).toMatchObject({ filename: '发票 №1.pdf', contentType: 'application/pdf', size: content.length });
    const address = new URL(file.url, url);
    expect((await fetch(address)).status).toBe(401);
    const answer = await fetch(address, { headers: { authorization: `Bearer ${apiKey}` } });
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
    expect((await api('GET', '/api/v1/attachments/0190c1f4-0000-7000-8000-000000000001')).status).toBe(404);
  });
});

onBothBackends('without a mail server', (backend) => {
  const centre = shared(() => startMailCentre(backend, false));

  it('an answer stays in the outbox, where its bytes can be read', async () => {
    const { write, received, reply, desk, api, url, sink } = centre();
    const messageId = newId();
    await write({ from: 'eve@example.org', messageId, subject: 'Hello', text: 'Anybody there?' });
    const { ticketId } = await received(messageId);
    const answer = await reply(ticketId, 'Yes, we are.');
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === answer.id && data['status'] === 'sent',
    );
    const { body } = await api('GET', '/api/v1/outbox');
    const item = body.items.find((one: { messageId: string }) => one.messageId === answer.id);
    expect(item).toMatchObject({ channel: 'email', to: 'eve@example.org', status: 'sent', error: null });
    const raw = await api('GET', new URL(item.rawUrl, url).pathname);
    expect(raw.headers.get('content-type')).toContain('message/rfc822');
    expect(String(raw.body)).toContain(`In-Reply-To: ${messageId}`);
    expect(String(raw.body)).toContain('Yes, we are.');
    expect((await fetch(new URL(item.rawUrl, url))).status).toBe(401);
    expect(sink.mails.items).toEqual([]);
  });
});
