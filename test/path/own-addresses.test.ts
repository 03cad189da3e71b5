/** An address that mail is fetched from or written as is ours, although its domain is not: nobody else becomes it, and it is nobody's customer. */
import { randomUUID } from 'node:crypto';
import type { ParsedMail } from 'mailparser';
import { describe, expect, inject, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { eventually } from '../support/client.ts';
import { mailPassword, startDovecot } from '../support/dovecot.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { startMailSink } from '../support/mail.ts';
import { quickAccounts } from '../support/mailbox-mail.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

const newId = () => `<${randomUUID()}@example.org>`;
const mailOf = (from: string, id: string, subject = 'Lamp') =>
  [`From: ${from}`, 'To: help@brand.example', `Message-ID: ${id}`, `Subject: ${subject}`, '', 'Text', ''].join('\r\n');

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const sink = stack.use(await startMailSink());
  const overrides = { mailAccounts: quickAccounts };
  const hub = stack.use(await startHub('postgres', { env: { SMTP_URL: sink.url }, overrides }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return { ...hub, sink, desk, ...ticketClient(hub.api, desk), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe.skipIf(inject('dovecot') === null)('addresses of ours in domains of others', () => {
  const dovecot = shared(() => startDovecot());
  const centre = shared(startCentre);

  /** `own`: with a server of its own, at which its mail leaves. */
  const fetch = async (username: string, own = false) => {
    const smtp = { smtpHost: '127.0.0.1', smtpPort: Number(new URL(centre().sink.url).port), smtpSecurity: 'none' };
    const { status, body } = await centre().api('POST', '/api/v1/mail-accounts', {
      address: `${username}@brand.example`,
      host: '127.0.0.1',
      port: dovecot().port,
      security: 'none',
      username,
      password: mailPassword,
      ...(own && smtp),
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id as string;
  };

  it('whoever writes as a mailbox that is fetched continues nobody’s ticket, and as nobody’s party', async () => {
    const { received, ticket, hub } = centre();
    await fetch('help');
    const [first, forged] = [newId(), newId()];
    await dovecot().append('help', [mailOf(`${randomUUID()}@example.org`, first)]);
    const { ticketId } = await received(first);
    const { number } = await ticket(ticketId);
    await dovecot().append('help', [mailOf('Help <Help@brand.example>', forged, `Urgent [#${number}]`)]);
    expect((await received(forged)).ticketId).not.toBe(ticketId);
    const { rows } = await hub.parts.db.sql.query('select 1 from ticket_party where value = $1', [
      'help@brand.example',
    ]);
    expect(rows).toEqual([]);
  });

  it('what we wrote as one such address, in copy to another, comes back as ours', async () => {
    const { api, received, reply, sink, hub } = centre();
    await fetch('sales');
    const identity = await api('POST', '/api/v1/mail-identities', { address: 'sales@brand.example', name: 'Sales' });
    expect(identity.status, JSON.stringify(identity.body)).toBe(201);
    await fetch('orders');
    const [from, first] = [`${randomUUID()}@example.org`, newId()];
    await dovecot().append('sales', [mailOf(from, first)]);
    const { ticketId } = await received(first);
    await reply(ticketId, 'Here is what we said', {
      to: [from],
      cc: ['orders@brand.example'],
      identityId: identity.body.id,
    });
    const { raw } = await sink.mails.until(({ mail }) => mail.text?.includes('what we said') === true, 'the answer');
    await dovecot().append('orders', [raw]);
    const { rows } = await eventually(
      () =>
        hub.parts.db.sql.query(
          `select kind, ticket_id from message where direction = 'in' and body_text like '%what we said%'`,
        ),
      (found) => found.rows.length > 0,
    );
    expect(rows).toEqual([{ kind: 'delivery-notice', ticket_id: ticketId }]);
  });

  /** A mailbox and an identity of its address, with a customer's first mail in it. */
  async function mailboxWithMail(name: string) {
    const { api, received } = centre();
    await fetch(name);
    const address = `${name}@brand.example`;
    const identity = await api('POST', '/api/v1/mail-identities', { address, name });
    expect(identity.status, JSON.stringify(identity.body)).toBe(201);
    const [from, first] = [`${randomUUID()}@example.org`, newId()];
    await dovecot().append(name, [mailOf(from, first)]);
    const { ticketId } = await received(first);
    return { address, from, ticketId, identityId: identity.body.id as string };
  }

  it('what answers and what comes back of a mail of such an address goes into its mailbox, and is of that ticket', async () => {
    const { desk, messages, received, reply, sink, ticket, timeline } = centre();
    const { address, from, ticketId, identityId } = await mailboxWithMail('repairs');
    const { id: answerId } = await reply(ticketId, 'Try another bulb.', { identityId });
    const { mail, envelopeFrom } = await sink.mails.until(
      (sent) => sent.mail.text?.includes('another bulb') === true,
      'the answer',
    );
    // Its server has it before the hub has written down under which Message-ID it left.
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === answerId && data['status'] === 'sent',
    );
    expect(mail.from?.value[0]?.address).toBe(address);
    expect(mail.replyTo).toBeUndefined();
    expect(envelopeFrom).toBe(address);
    expect(mail.messageId).toMatch(/^<[\da-f-]{36}@brand\.example>$/);

    const answer = newId();
    await dovecot().append('repairs', [
      [
        `From: ${from}`,
        `To: ${address}`,
        `Message-ID: ${answer}`,
        `In-Reply-To: ${mail.messageId}`,
        'Subject: Another matter',
        '',
        'It still does not light up.',
        '',
      ].join('\r\n'),
    ]);
    expect((await received(answer)).ticketId).toBe(ticketId);
    const tagged = newId();
    await dovecot().append('repairs', [mailOf(from, tagged, `Lamp [#${(await ticket(ticketId)).number}]`)]);
    expect((await received(tagged)).ticketId).toBe(ticketId);

    const bounce = newId();
    const fields = ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'];
    await dovecot().append('repairs', [
      bounceMail({ id: bounce, to: envelopeFrom, recipient: from, fields, about: mail.messageId }),
    ]);
    expect(await received(bounce)).toMatchObject({ ticketId, kind: 'bounce' });
    expect((await messages(ticketId)).find(({ id }) => id === answerId)).toMatchObject({
      deliveryStatus: 'failed',
      deliveryError: expect.stringContaining('User unknown'),
    });
    // Its author is told.
    const told = (await timeline(ticketId)).filter(({ type }) => type === 'message.status-changed');
    const { authorId } = (await messages(ticketId)).find(({ id }) => id === answerId);
    expect(authorId).toEqual(expect.any(String));
    expect(told.at(-1)?.data).toMatchObject({ messageId: answerId, status: 'failed', authorId });
  });

  it('what came to a mailbox with a server of its own is answered as it where no identity is, by machines, too, also while it rests', async () => {
    const { api, messages, received, reply, sink } = centre();
    const account = await fetch('Returns', true);
    const address = 'returns@brand.example';
    const [from, first] = [`${randomUUID()}@example.org`, newId()];
    await dovecot().append('Returns', [mailOf(from, first)]);
    const { ticketId } = await received(first);
    const sender = ({ mail }: { mail: ParsedMail }) => mail.from?.value[0];
    const acknowledgement = await sink.mails.until(({ to }) => to.includes(from), 'the acknowledgement');
    expect(sender(acknowledgement)).toEqual({ address, name: 'Patchbay' });
    expect(acknowledgement.envelopeFrom).toBe(address);

    expect((await api('PATCH', `/api/v1/mail-accounts/${account}`, { enabled: false })).status).toBe(200);
    const { body } = await api('GET', `/api/v1/tickets/${ticketId}/reply-recipients`);
    const identity = { id: null, address, name: 'Patchbay' };
    expect(body.identity).toEqual({
      ...identity,
      signatureText: '',
      signatureHtml: null,
      reason: `The ticket's mail arrived at ${address}`,
    });
    const { id } = await reply(ticketId, 'Send it back to us.');
    const answer = await sink.mails.until(({ mail }) => mail.text?.includes('Send it back') === true, 'the answer');
    expect(sender(answer)).toEqual({ address, name: 'Patchbay' });
    expect((await messages(ticketId)).find((one) => one.id === id)).toMatchObject({ from: address, identity });
  });

  it('what came to one is acknowledged as the centre where another identity is what its tickets are answered as', async () => {
    const { api, received, sink } = centre();
    const address = 'usual@patchbay.test';
    const identity = await api('POST', '/api/v1/mail-identities', { address, name: 'Usual', isDefault: true });
    expect(identity.status, JSON.stringify(identity.body)).toBe(201);
    await fetch('spares', true);
    const [from, first] = [`${randomUUID()}@example.org`, newId()];
    await dovecot().append('spares', [mailOf(from, first)]);
    const { ticketId } = await received(first);
    const { mail } = await sink.mails.until(({ to }) => to.includes(from), 'the acknowledgement');
    expect(mail.from?.value[0]?.address).toBe('support@patchbay.test');
    const { body } = await api('GET', `/api/v1/tickets/${ticketId}/reply-recipients`);
    expect(body.identity).toMatchObject({ id: identity.body.id, address });
    expect((await api('DELETE', `/api/v1/mail-identities/${identity.body.id}`)).status).toBe(204);
  });

  it('what came to a mailbox without a server of its own is answered as the centre, which may not speak for others’ domains', async () => {
    const { received, reply, sink } = centre();
    await fetch('former');
    const [from, first] = [`${randomUUID()}@example.org`, newId()];
    await dovecot().append('former', [mailOf(from, first)]);
    const { ticketId } = await received(first);
    await reply(ticketId, 'We have moved.');
    const { mail } = await sink.mails.until((sent) => sent.mail.text?.includes('We have moved') === true, 'the answer');
    expect(mail.from?.value[0]?.address).toBe('support@patchbay.test');
  });
});
