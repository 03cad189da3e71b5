/** What machines say of mailed reports: the mail and its address know it, and it is no ticket of anybody's. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bounceMail } from '../support/bounce-mail.ts';
import { eventually } from '../support/client.ts';
import { startHub, zoneAtNoon } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { startMailServer } from '../support/mail-server.ts';
import { shared } from '../support/shared.ts';

async function openCentre() {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startMailServer());
  const hub = stack.use(await startHub('postgres', { env: { SMTP_URL: server.url, TIME_ZONE: zoneAtNoon() } }));
  const query = { figures: ['offered'], period: 'today', by: 'queue' };
  const { body: report } = await hub.api('POST', '/api/v1/saved-reports', { name: 'Intake', query });
  const owned = stack.move();
  return {
    ...hub,
    server,
    path: `/api/v1/saved-reports/${report.id}/mails`,
    write: mailProgram(hub.ground.smtpPort),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Mail {
  readonly id: string;
  readonly address: string;
  readonly state: string;
  readonly error: string | null;
}

const newId = () => `<${randomUUID()}@example.org>`;
const fieldsOf = {
  gone: ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'],
  full: ['Action: failed', 'Status: 5.2.2', 'Diagnostic-Code: smtp; 552 5.2.2 Mailbox full'],
  late: ['Action: delayed', 'Status: 4.4.1'],
  there: ['Action: delivered', 'Status: 2.0.0'],
};

describe('what is said of a mailed report', () => {
  const centre = shared(openCentre);
  const api = (method: string, path: string, body?: object) => centre().api(method, path, body);
  const mailOf = async (address: string): Promise<Mail | undefined> =>
    (await api('GET', `${centre().path}?limit=200`)).body.items.find((one: Mail) => one.address === address);
  const becomes = (address: string, state: string) =>
    eventually(
      () => mailOf(address),
      (mail) => mail?.state === state,
    );

  /** A report that was mailed to somebody new. Answers who that is, and its Message-ID. */
  async function mailed(states: string[] = ['sent'], names = [randomUUID()]) {
    const addresses = names.map((name) => `${name}@outside.example`);
    const asked = { agentIds: [], addresses, language: 'en', format: 'csv' };
    expect((await api('POST', centre().path, asked)).status).toBe(201);
    const sent = [];
    for (const address of addresses) {
      await eventually(
        () => mailOf(address),
        (mail) => mail !== undefined && states.includes(mail.state),
      );
      const taken = await eventually(async () => centre().server.taken.find(({ to }) => to[0] === address), Boolean);
      sent.push({ address, messageId: /^Message-ID: (.*)$/m.exec(taken?.text ?? '')?.[1] ?? '' });
    }
    return sent;
  }
  const one = async (states?: string[]) => (await mailed(states))[0] as { address: string; messageId: string };

  /** Takes a mail in, and answers what became of it. */
  async function receive(id: string, raw: string) {
    await centre().write({ envelope: { from: '', to: 'support@patchbay.test' }, raw });
    return ended(id);
  }
  const ended = (id: string) =>
    eventually(
      async () =>
        (await api('GET', '/api/v1/inbox?limit=200')).body.items.find(
          (row: { externalId: string }) => row.externalId === id,
        ),
      (row) => row?.state === 'done',
    );
  const bounce = (recipient: string, fields: string[], about: string) => {
    const id = newId();
    return receive(id, bounceMail({ id, to: 'support@patchbay.test', recipient, fields, about }));
  };
  const marks = async (address: string) =>
    (
      await centre().hub.parts.db.sql.query('select mark, reason, message_id from address_mark where value = $1', [
        address,
      ])
    ).rows;
  const ticketCount = async () =>
    (await centre().hub.parts.db.sql.query<{ n: number }>('select count(*)::int as n from ticket')).rows[0]?.n;
  const nobodys = { ticketId: null, messageId: null, reason: 'It tells of a mailed report' };

  it('a permanent failure fails its mail, marks the address and is nobody’s work; the mail can be sent again', async () => {
    const { address, messageId } = await one();
    const tickets = await ticketCount();
    const doubt = '(nothing vouches for this report but the Message-ID that it names)';
    expect(await bounce(address, fieldsOf.gone, messageId)).toMatchObject(nobodys);
    const mail = await mailOf(address);
    expect(mail).toMatchObject({ state: 'failed', error: `5.1.1 550 5.1.1 User unknown ${doubt}` });
    expect(await marks(address)).toEqual([
      { mark: 'undeliverable', reason: expect.stringContaining('5.1.1'), message_id: null },
    ]);
    // Said again, it changes nothing.
    expect(await bounce(address, fieldsOf.full, messageId)).toMatchObject(nobodys);
    expect(await mailOf(address)).toEqual(mail);
    expect(await ticketCount()).toBe(tickets);
    expect((await api('POST', `/api/v1/report-mails/${mail?.id}/retry`)).status).toBe(200);
    expect(await becomes(address, 'sent')).toMatchObject({ error: null });
  });

  const inWords = (address: string, messageId: string, id: string) => [
    'From: MAILER-DAEMON@mx.example.org',
    'To: support@patchbay.test',
    `Message-ID: ${id}`,
    'Subject: failure notice',
    '',
    'Hi. This is the qmail-send program at mx.example.org.',
    "I'm afraid I wasn't able to deliver your message to the following addresses.",
    '',
    `<${address}>:`,
    '550 5.1.1 Sorry, no mailbox here by that name.',
    '',
    '--- Below this line is a copy of the message.',
    '',
    `Message-ID: ${messageId}`,
    `To: ${address}`,
    '',
  ];
  const complaint = (address: string, messageId: string, id: string) => [
    'From: fbl@mx.example.org',
    'To: support@patchbay.test',
    `Message-ID: ${id}`,
    'Subject: complaint',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'This is an abuse report.',
    '--b',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'User-Agent: fbl/1',
    'Version: 1',
    `Original-Rcpt-To: ${address}`,
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${messageId}`,
    '',
    '--b--',
    '',
  ];
  it.each([
    ['a failure that is told in words', inWords, 'failed', ['undeliverable']],
    ['a complaint', complaint, 'sent', ['complained']],
  ] as const)('%s', async (_name, lines, state, marked) => {
    const { address, messageId } = await one();
    const id = newId();
    expect(await receive(id, lines(address, messageId, id).join('\r\n'))).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({ state });
    expect((await marks(address)).map(({ mark }) => mark)).toEqual(marked);
  });

  it.each([
    ['full', 'failed', /Mailbox full/],
    ['late', 'sent', null],
    ['there', 'sent', null],
  ] as const)('what may pass, or is good news, marks nobody: %s', async (said, state, error) => {
    const { address, messageId } = await one();
    expect(await bounce(address, fieldsOf[said], messageId)).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({ state, error: error === null ? null : expect.stringMatching(error) });
    expect(await marks(address)).toEqual([]);
  });

  /** The address that machines answer to. */
  const pathOf = (address: string) => centre().server.taken.find(({ to }) => to[0] === address)?.from ?? '';

  it('a bounce that quotes nothing finds its mail by the address that it came to', async () => {
    const { address } = await one();
    const [id, to] = [newId(), pathOf(address)];
    expect(to).toMatch(/^bounce\+[a-z2-7]{26}\.[a-z2-7]{16}@patchbay\.test$/);
    const raw = bounceMail({ id, to, recipient: address, fields: fieldsOf.gone, about: undefined });
    await centre().write({ envelope: { from: '', to }, raw });
    expect(await ended(id)).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({ state: 'failed', error: '5.1.1 550 5.1.1 User unknown' });
    expect(await marks(address)).toMatchObject([{ mark: 'undeliverable', reason: '5.1.1 550 5.1.1 User unknown' }]);
  });

  /** Sends one again, and answers under which id and from where it left then. */
  async function sentAgain(address: string) {
    const tries = () => centre().server.taken.filter(({ to }) => to[0] === address);
    const before = tries().length;
    const mail = await mailOf(address);
    expect((await api('POST', `/api/v1/report-mails/${mail?.id}/retry`)).status).toBe(200);
    await becomes(address, 'sent');
    const [last] = await eventually(
      async () => tries().slice(before),
      ({ length }) => length === 1,
    );
    return { messageId: /^Message-ID: (.*)$/m.exec(last?.text ?? '')?.[1] ?? '', path: last?.from ?? '' };
  }
  const bounceTo = async (to: string, recipient: string, fields: string[], about?: string) => {
    const id = newId();
    await centre().write({ envelope: { from: '', to }, raw: bounceMail({ id, to, recipient, fields, about }) });
    return ended(id);
  };

  it('of one that came back and was sent again, what is said late of the try before is not said of the one since', async () => {
    const { address, messageId } = await one();
    const before = pathOf(address);
    await bounce(address, fieldsOf.full, messageId);
    await becomes(address, 'failed');
    const again = await sentAgain(address);
    expect(again.messageId).not.toBe(messageId);
    expect(again.path).not.toBe(before);
    for (const late of [
      await bounce(address, fieldsOf.gone, messageId),
      await bounceTo(before, address, fieldsOf.full, messageId),
      await bounceTo(before, address, fieldsOf.gone),
    ]) {
      expect(late).toMatchObject(nobodys);
      expect(await mailOf(address)).toMatchObject({ state: 'sent', error: null });
    }
    expect((await marks(address)).map(({ mark }) => mark)).toEqual(['undeliverable']);
    expect(await bounce(address, fieldsOf.full, again.messageId)).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({ state: 'failed', error: expect.stringMatching('Mailbox full') });
  });

  it('of one whose end nobody knew it is told by the address that a bounce comes to, since it has one Message-ID', async () => {
    centre().server.failOnce('end', 'drop');
    const { address, messageId } = await one(['unknown']);
    const before = pathOf(address);
    const again = await sentAgain(address);
    expect(again.messageId).toBe(messageId);
    expect(await bounceTo(before, address, fieldsOf.full, messageId)).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({ state: 'sent', error: null });
    expect(await bounceTo(again.path, address, fieldsOf.full, messageId)).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({ state: 'failed', error: expect.stringMatching('Mailbox full') });
  });

  it('an absence note that answers there is nobody’s work, either', async () => {
    const { address } = await one();
    const [messageId, to] = [newId(), pathOf(address)];
    const headers = { 'Auto-Submitted': 'auto-replied' };
    const note = { messageId, subject: 'Out of office', text: 'I am away until Monday.', headers };
    await centre().write({ envelope: { from: address, to }, from: address, to, ...note });
    expect(await ended(messageId)).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({ state: 'sent', error: null });
    expect(await marks(address)).toEqual([]);
  });

  it.each([
    ['names it as what it answers', (id: string) => ({ inReplyTo: id })],
    ['names it last of several', (id: string) => ({ references: [newId(), id] })],
  ])('nor is one that answers its sender and %s', async (_name, naming) => {
    const { address, messageId: about } = await one();
    const [messageId, tickets] = [newId(), await ticketCount()];
    const headers = { 'Auto-Submitted': 'auto-replied' };
    const note = { messageId, subject: 'Out of office', text: 'I am away until Monday.', headers, ...naming(about) };
    await centre().write({ from: address, to: 'support@patchbay.test', ...note });
    expect(await ended(messageId)).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({ state: 'sent', error: null });
    expect([await marks(address), await ticketCount()]).toEqual([[], tickets]);
  });

  it('whoever answers it in person has a ticket, and so has an absence note that answers something else', async () => {
    const { address, messageId: about } = await one();
    for (const [inReplyTo, headers] of [
      [about, {}],
      [newId(), { 'Auto-Submitted': 'auto-replied' }],
    ] as const) {
      const messageId = newId();
      const mail = { messageId, inReplyTo, headers, subject: 'Re: Intake', text: 'Why are these so few?' };
      await centre().write({ from: address, to: 'support@patchbay.test', ...mail });
      expect(await ended(messageId)).toMatchObject({ ticketId: expect.any(String) });
    }
  });

  it('whoever it was passed on to fails it, and nobody’s address is marked', async () => {
    const { address, messageId } = await one();
    const stranger = `${randomUUID()}@forwarded.example`;
    expect(await bounce(stranger, fieldsOf.gone, messageId)).toMatchObject(nobodys);
    expect(await mailOf(address)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(`^${stranger}: 5.1.1`),
    });
    expect([...(await marks(address)), ...(await marks(stranger))]).toEqual([]);
  });

  it('of one whose end nobody knows: it has left, and failed where that is said', async () => {
    for (const [said, state] of [
      ['there', 'sent'],
      ['gone', 'failed'],
    ] as const) {
      centre().server.failOnce('end', 'drop');
      const { address, messageId } = await one(['unknown']);
      await bounce(address, fieldsOf[said], messageId);
      expect(await mailOf(address)).toMatchObject({ state });
    }
  });

  it('a bounce that comes while its mail is still being sent is not overtaken by its end', async () => {
    const cameBack = Promise.withResolvers<void>();
    centre().server.failOnce('end', { dropAfter: cameBack.promise });
    const { address, messageId } = await one(['sending']);
    await bounce(address, fieldsOf.gone, messageId);
    expect(await mailOf(address)).toMatchObject({ state: 'failed' });
    cameBack.resolve();
    await mailed();
    expect(await mailOf(address)).toMatchObject({ state: 'failed', error: expect.stringContaining('5.1.1') });
  });

  it('many at once, among mail of customers, end as each does alone', async () => {
    const names = Array.from({ length: 12 }, () => randomUUID());
    const sent = await mailed(['sent'], names);
    const before = (await ticketCount()) ?? 0;
    const rows = await Promise.all(
      sent.flatMap(({ address, messageId }) => {
        const id = newId();
        const customers = centre()
          .write({ from: `c-${address}`, to: 'support@patchbay.test', messageId: id, subject: 'Hello', text: 'Hello' })
          .then(() => ended(id));
        return [bounce(address, fieldsOf.gone, messageId), customers];
      }),
    );
    expect(rows.filter(({ ticketId }) => ticketId === null)).toHaveLength(sent.length);
    expect(await ticketCount()).toBe(before + sent.length);
    for (const { address } of sent) expect(await mailOf(address)).toMatchObject({ state: 'failed' });
  });

  it('a bounce that names no mail of ours has a ticket of its own, as before', async () => {
    const { address } = await one();
    const about = '<0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b@patchbay.test>';
    for (const named of [about, newId()]) {
      const row = await bounce(address, fieldsOf.gone, named);
      expect(row.ticketId).toEqual(expect.any(String));
    }
    expect(await mailOf(address)).toMatchObject({ state: 'sent', error: null });
    expect(await marks(address)).toEqual([]);
  });
});
