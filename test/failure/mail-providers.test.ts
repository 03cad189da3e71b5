/** A mail server that hangs, drops the line or refuses at every stage of its dialogue: nobody gets a mail twice, and its author is told. */
import { randomUUID } from 'node:crypto';
import { outgoing, testDeps } from '@patchbay/channels/email/test-deps';
import { sendMail } from '@patchbay/channels/email/send';
import { signBounceAddress } from '@patchbay/channels/email/bounce-address';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { startMailServer } from '../support/mail-server.ts';
import type { SmtpFault, SmtpStage } from '../support/mail-server.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

describe('the dialogue with a mail server', () => {
  const server = shared(startMailServer);
  const before: SmtpStage[] = ['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA'];
  const again = before.flatMap((stage) =>
    ([421, 451, 'hang', 'drop'] as const).map((fault): [SmtpStage, SmtpFault] => [stage, fault]),
  );
  const refused = (['MAIL', 'RCPT', 'DATA'] as const).map((stage): [SmtpStage, SmtpFault] => [stage, 550]);

  it.each<[SmtpStage, SmtpFault, string, number]>([
    // Who does not take EHLO is spoken to by HELO.
    ...again
      .filter(([stage, fault]) => stage !== 'EHLO' || fault !== 451)
      .map(([stage, fault]): [SmtpStage, SmtpFault, string, number] => [stage, fault, 'provider_unavailable', 0]),
    ...refused.map(([stage, fault]): [SmtpStage, SmtpFault, string, number] => [stage, fault, 'provider_refused', 0]),
    // It takes no mail (RFC 5321, section 3.1), and refuses none.
    ['greeting', 554, 'provider_unavailable', 0],
    ['end', 451, 'provider_unavailable', 0],
    ['end', 421, 'provider_unavailable', 0],
    ['end', 552, 'provider_refused', 0],
    ['body', 'drop', 'outcome_unknown', 0],
    ['end', 'hang', 'outcome_unknown', 1],
    ['end', 'drop', 'outcome_unknown', 1],
  ])('at the stage %s with %s is %s', async (stage, fault, code, taken) => {
    const { url, failOnce, taken: all } = server();
    const had = all.length;
    failOnce(stage, fault);
    // Where the server hangs once it has the mail, not before it has it.
    const givenUp = stage === 'end' && fault === 'hang' ? new AbortController() : undefined;
    const sending = sendMail(
      outgoing,
      testDeps({}, { smtpUrl: url }),
      givenUp?.signal ?? AbortSignal.timeout(fault === 'hang' ? 1_000 : 10_000),
    );
    const ended = expect(sending).rejects.toMatchObject({ code });
    if (givenUp)
      await eventually(
        async () => all.length,
        (count) => count > had,
      );
    givenUp?.abort();
    await ended;
    expect(all.length - had).toBe(taken);
  });
});

/** Milliseconds that a mail without files may take. */
const limitMs = 3_000;

async function startMailCentre() {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startMailServer());
  const hub = stack.use(
    await startHub('postgres', {
      env: { SMTP_URL: server.url },
      overrides: { sending: { limitMs, reconcileMs: [100, 100] } },
    }),
  );
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const write = mailProgram(hub.ground.smtpPort);
  const owned = stack.move();
  return {
    server,
    ...hub,
    desk,
    write,
    ...ticketClient(hub.api, desk),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe('a mail whose server goes wrong', () => {
  const centre = shared(startMailCentre);

  async function openTicket() {
    const messageId = `<${randomUUID()}@example.org>`;
    const from = `${randomUUID().slice(0, 8)}@example.org`;
    await centre().write({ from, messageId, subject: 'Broken lamp', text: 'It does not light up.' });
    const { ticketId } = await centre().received(messageId);
    const acknowledged = () => centre().server.taken.some(({ to }) => to.includes(from));
    await eventually(async () => acknowledged(), Boolean);
    return { from, ticketId: ticketId as string };
  }
  const taken = (text: string) => centre().server.taken.filter((one) => one.text.includes(text));
  const itemOf = async (messageId: string) =>
    (await centre().api('GET', '/api/v1/outbox?limit=200')).body.items.find(
      (item: { messageId: string }) => item.messageId === messageId,
    );
  const until = (messageId: string, holds: (item: { status: string; error: string | null }) => boolean) =>
    eventually(
      () => itemOf(messageId),
      (item) => item !== undefined && holds(item),
      20_000,
    );

  it.each<[SmtpStage, SmtpFault]>([
    ['greeting', 421],
    ['greeting', 'hang'],
    ['RCPT', 450],
    ['DATA', 'drop'],
    ['end', 451],
  ])('%s %s: it is tried again and leaves once', async (stage, fault) => {
    const { ticketId } = await openTicket();
    const text = `Again after ${stage} ${fault}`;
    centre().server.failOnce(stage, fault);
    const { id } = await centre().reply(ticketId, text);
    expect(await until(id, ({ status }) => status === 'sent')).toMatchObject({ attempts: 2 });
    expect(taken(text)).toHaveLength(1);
  });

  it('RCPT 550: it is tried no more, and who wrote it is told', async () => {
    const { ticketId, from } = await openTicket();
    centre().server.failOnce('RCPT', 550);
    const { id, authorId } = await centre().reply(ticketId, 'Refused for good');
    const told = await centre().desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === id && data['status'] === 'failed',
    );
    expect(told.data).toMatchObject({ authorId, error: expect.stringContaining('550') });
    expect(await itemOf(id)).toMatchObject({ attempts: 1, to: from });
    expect(taken('Refused for good')).toEqual([]);
  });

  it.each<SmtpFault>(['hang', 'drop'])(
    '%s after the mail was taken: nobody knows, and it is not sent again',
    async (fault) => {
      const { ticketId } = await openTicket();
      const text = `Taken, then ${fault}`;
      centre().server.failOnce('end', fault);
      const { id } = await centre().reply(ticketId, text);
      const item = await until(id, ({ status, error }) => status === 'unknown' && /by hand/.test(error ?? ''));
      expect(item.attempts).toBe(1);
      const resolved = await centre().api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'sent' });
      expect(resolved.status).toBe(204);
      expect(taken(text)).toHaveLength(1);
    },
  );

  it('one recipient put off: the others do not get it again, also when the second try is lost', async () => {
    const { ticketId, from } = await openTicket();
    const { server, reply } = centre();
    const cc = [`${randomUUID().slice(0, 8)}@example.net`];
    server.failOnce('RCPT', 451, cc[0]);
    const { id } = await reply(ticketId, 'In two steps', { to: [from], cc });
    await until(id, ({ status }) => status === 'sent');
    expect(taken('In two steps').map(({ to }) => to)).toEqual([[from], cc]);

    server.failOnce('RCPT', 451, cc[0]);
    server.failOnce('end', 'drop', '');
    const lost = await reply(ticketId, 'Lost on the way', { to: [from], cc });
    await until(lost.id, ({ status }) => status === 'unknown');
    expect(taken('Lost on the way').map(({ to }) => to)).toEqual([[from]]);
  });

  it.each([
    ['one in copy', 550, 'a person', 'sent'],
    ['one in copy', 550, 'a report', 'sent'],
    ['one in copy', 451, 'a person', 'sent'],
    ['whom it is for', 550, 'a person', 'failed'],
    ['whom it is for', 550, 'a report', 'failed'],
  ] as const)(
    '%s refused with %i, and the answer then lost: who wrote it is told who does not have it, once %s says that it was taken',
    async (whom, code, by, ends) => {
      const { from, ticketId } = await openTicket();
      const { server, hub, reply, api, desk, write } = centre();
      const [copy, other] = [1, 2].map(() => `${randomUUID().slice(0, 8)}@example.net`);
      const refused = whom === 'one in copy' ? copy : from;
      server.failOnce('RCPT', code, refused);
      server.failOnce('end', 'drop');
      const text = `Half refused ${randomUUID()}`;
      const { id, authorId } = await reply(ticketId, text, { to: [from], cc: [copy, other] });
      const doubt = `The provider cannot tell whether it was sent; decide it by hand; Not taken for ${refused} (${code})`;
      const item = await until(id, ({ status, error }) => status === 'unknown' && /by hand/.test(error ?? ''));
      expect(item.error).toBe(doubt);
      if (by === 'a person') {
        const decided = await api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'sent' });
        expect(decided.status).toBe(204);
      } else {
        const to = signBounceAddress(item.id, 'patchbay.test', hub.parts.signingKey);
        const fields = ['Action: delivered'];
        const raw = bounceMail({
          id: `<${randomUUID()}@example.net>`,
          to,
          recipient: other ?? '',
          fields,
          about: undefined,
        });
        await write({ envelope: { from: '', to }, raw });
      }
      const error = `Not taken for ${refused} (${code}); everybody else has it`;
      const told = await desk.event(
        'message.status-changed',
        ({ data }) => data['messageId'] === id && data['status'] === ends,
      );
      expect(told.data).toMatchObject({ authorId, error });
      expect(await itemOf(id)).toMatchObject({ status: ends, error, attempts: 1, decidedAt: null });
      const undelivered = async () =>
        (await api('GET', '/api/v1/outbox?status=undelivered')).body.items.some(
          (one: { id: string }) => one.id === item.id,
        );
      expect(await undelivered()).toBe(true);
      const decision = ends === 'sent' ? 'seen' : 'failed';
      expect((await api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision })).status).toBe(204);
      expect(await undelivered()).toBe(false);
      expect(taken(text)).toHaveLength(1);
    },
  );

  it('one refused, the answer then lost, and sent again: what the second try meets is all that is told', async () => {
    const { from, ticketId } = await openTicket();
    const { server, reply, api } = centre();
    const copy = `${randomUUID().slice(0, 8)}@example.net`;
    server.failOnce('RCPT', 550, copy);
    server.failOnce('end', 'drop');
    const { id } = await reply(ticketId, 'Again to both', { to: [from], cc: [copy] });
    const item = await until(id, ({ status, error }) => status === 'unknown' && /by hand/.test(error ?? ''));
    await api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'resend' });
    expect(await until(id, ({ status }) => status === 'sent')).toMatchObject({ error: null, attempts: 2 });
    expect(taken('Again to both').map(({ to }) => to)).toEqual([[from], [from, copy]]);
  });

  it('who it is for has it and fails, and whether another has it is in doubt: it is sent again to that other alone, as often as a person says', async () => {
    const { ticketId, from } = await openTicket();
    const { server, hub, reply, api, write } = centre();
    const cc = [`${randomUUID().slice(0, 8)}@example.net`];
    const text = `Failed and in doubt ${randomUUID()}`;
    server.failOnce('RCPT', 451, cc[0]);
    const { id } = await reply(ticketId, text, { to: [from], cc });
    await eventually(
      async () => taken(text).length,
      (count) => count === 1,
    );
    server.failOnce('end', 'drop');
    const item = await until(id, ({ status }) => status === 'unknown');
    expect(item).toMatchObject({ attempts: 2, inDoubt: false });

    const to = signBounceAddress(item.id, 'patchbay.test', hub.parts.signingKey);
    const fields = ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'];
    const bounce = { id: `<${randomUUID()}@example.net>`, to, recipient: from, fields, about: undefined };
    await write({ envelope: { from: '', to }, raw: bounceMail(bounce) });
    const told = `${from}: 5.1.1 550 5.1.1 User unknown`;
    const failed = await until(id, ({ status, error }) => status === 'failed' && /by hand/.test(error ?? ''));
    expect(failed).toMatchObject({ error: expect.stringContaining(told), decidedAt: null, inDoubt: true });

    // The answer to the next try is lost, too.
    const decide = (decision: string) => api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision });
    const undelivered = async () =>
      (await api('GET', '/api/v1/outbox?status=undelivered')).body.items.some(
        (one: { id: string }) => one.id === item.id,
      );
    server.failOnce('end', 'drop');
    expect((await decide('resend')).status).toBe(204);
    await eventually(
      async () => taken(text).length,
      (count) => count === 3,
    );
    const again = await until(id, ({ error }) => /by hand/.test(error ?? ''));
    expect(again).toMatchObject({ status: 'failed', attempts: 3, inDoubt: true, decidedAt: null });
    expect(await undelivered()).toBe(true);

    expect((await decide('resend')).status).toBe(204);
    await eventually(
      async () => taken(text).length,
      (count) => count === 4,
    );
    const end = await until(id, ({ error }) => error === told);
    expect(end).toMatchObject({ status: 'failed', attempts: 4, inDoubt: false, decidedAt: expect.any(String) });
    expect(taken(text).map((one) => one.to)).toEqual([[from], cc, cc, cc]);
    expect(await undelivered()).toBe(false);
    expect((await decide('resend')).status).toBe(409);
  });

  it('one in copy who is put off for long keeps no later answer from the customer', async () => {
    const { ticketId, from } = await openTicket();
    const { server, reply } = centre();
    const cc = [`${randomUUID().slice(0, 8)}@example.net`];
    for (let times = 0; times < 30; times += 1) server.failOnce('RCPT', 451, cc[0]);
    const { id } = await reply(ticketId, 'With a copy', { to: [from], cc });
    await eventually(
      async () => taken('With a copy'),
      ({ length }) => length > 0,
    );
    await reply(ticketId, 'And once more', { to: [from], cc });
    await reply(ticketId, 'To the customer alone', { to: [from] });
    await eventually(
      async () => taken('To the customer alone'),
      ({ length }) => length > 0,
    );
    expect([...taken('With a copy'), ...taken('And once more')].map(({ to }) => to)).toEqual([[from], [from]]);
    expect(await itemOf(id)).toMatchObject({ status: 'queued' });
  });

  it('a large mail is given the time that a slow line takes for it', async () => {
    const { ticketId } = await openTicket();
    const { api, server, reply } = centre();
    const headers = { 'content-type': 'application/octet-stream', 'x-filename': 'large.bin' };
    const { body: file } = await api('POST', '/api/v1/files', Buffer.alloc(1024 * 1024, 'x'), headers);
    // Longer than any mail without files may take here.
    server.failOnce('end', { afterMs: limitMs + 1_000 });
    const { id } = await reply(ticketId, 'With a large file', { attachments: [file.id] });
    expect(await until(id, ({ status }) => status !== 'queued')).toMatchObject({ status: 'sent', attempts: 1 });
    expect(taken('With a large file')).toHaveLength(1);
  });

  it('whoever withdrew consent is not written to in copy either, and the author is told who', async () => {
    const { api, hub, reply, server } = centre();
    const { ticketId, from } = await openTicket();
    const { channelAccount: account } = await centre().ticket(ticketId);
    const [gone, hidden] = [`${randomUUID().slice(0, 8)}@example.net`, `${randomUUID().slice(0, 8)}@example.net`];
    const withdraw = async (address: string) => {
      const body = { channel: 'email', account, address, state: 'withdrawn', reason: 'Said so on the phone' };
      expect((await api('PUT', '/api/v1/consents', body)).status).toBe(200);
    };
    // What waits already is asked about when it leaves.
    const rest = `insert into sending_account (channel, account, paused_until) values ('email', $1, now() + interval '1 second')`;
    await hub.parts.db.sql.query(rest, [account]);
    const queued = await reply(ticketId, 'Waits', { to: [from], bcc: [hidden] });
    await withdraw(hidden);
    const failed = await until(queued.id, ({ status }) => status === 'failed');
    expect(failed.error).toBe(`Consent was withdrawn by ${hidden}; nobody was written to`);

    await withdraw(gone);
    for (const path of ['messages', 'held-replies']) {
      const refused = await api('POST', `/api/v1/tickets/${ticketId}/${path}`, {
        text: 'Not to everybody',
        to: [from],
        cc: [gone],
      });
      expect([refused.status, refused.body.issues]).toEqual([
        422,
        [{ path: 'cc', message: `${gone} has withdrawn consent to be written to` }],
      ]);
    }
    const { id } = await reply(ticketId, 'To who wants it', { to: [from] });
    await until(id, ({ status }) => status === 'sent');
    const written = server.taken.flatMap(({ to }) => to);
    expect([written.includes(gone), written.includes(hidden), taken('Waits').length]).toEqual([false, false, 0]);
  });
});
