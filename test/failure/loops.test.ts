/** Machines that answer each other: every exchange ends after one. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createGround, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { mailProgram, startMailSink } from '../support/mail.ts';
import { shared } from '../support/shared.ts';

const newId = () => `<${randomUUID()}@example.org>`;

/** Nothing waits to be read, and nothing waits to be sent. */
async function settled(hub: TestHub) {
  await eventually(
    async () => {
      const { rows } = await hub.hub.parts.db.sql.query<{ busy: number }>(
        `select (select count(*) from inbox where state = 'pending')::int + (select count(*) from outbound where status in ('queued', 'sending'))::int as busy`,
      );
      return rows[0]?.busy;
    },
    (busy) => busy === 0,
    30_000,
  );
}

const counted = async (hub: TestHub) => {
  const { rows } = await hub.hub.parts.db.sql.query<{ received: number; sent: number }>(
    `select (select count(*) from inbox)::int as received, (select count(*) from outbound)::int as sent`,
  );
  return rows[0];
};

onBothBackends('two centres', (backend) => {
  it('that acknowledge each other stop after one acknowledgement', async () => {
    await using ground = await createGround(backend);
    await using first = await startHub(backend, {
      env: { MAIL_DOMAINS: 'first.test', SMTP_URL: `smtp://127.0.0.1:${ground.smtpPort}` },
    });
    await using second = await startHub(backend, {
      env: {
        MAIL_DOMAINS: 'second.test',
        SMTP_INLET_PORT: String(ground.smtpPort),
        SMTP_URL: `smtp://127.0.0.1:${first.ground.smtpPort}`,
      },
    });
    // Somebody writes to the first in the name of the second.
    await mailProgram(first.ground.smtpPort)({
      from: 'support@second.test',
      to: 'support@first.test',
      messageId: newId(),
      subject: 'Hello',
      text: 'Hello',
    });
    await eventually(
      () => counted(second),
      (count) => count?.received === 1,
      30_000,
    );
    await settled(first);
    await settled(second);
    expect(await counted(first)).toEqual({ received: 1, sent: 1 });
    expect(await counted(second)).toEqual({ received: 1, sent: 0 });
  }, 60_000);
});

async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const sink = stack.use(await startMailSink());
  const hub = stack.use(await startHub(backend, { env: { SMTP_URL: sink.url } }));
  const owned = stack.move();
  return { ...hub, sink, write: mailProgram(hub.ground.smtpPort), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

onBothBackends('a message of ours', (backend) => {
  it('that comes back to an address of ours is noted on its ticket, and is nobody’s contact', async () => {
    await using ground = await createGround(backend);
    await using centre = await startHub(backend, {
      env: {
        SMTP_INLET_PORT: String(ground.smtpPort),
        SMTP_URL: `smtp://127.0.0.1:${ground.smtpPort}`,
      },
    });
    const call = async (method: string, path: string, body?: object) => {
      const answer = await centre.api(method, `/api/v1${path}`, body);
      expect([path, answer.status]).toEqual([path, method === 'POST' ? 201 : 200]);
      return answer.body;
    };
    const ticketsNow = async () => (await call('GET', '/tickets')).items;
    const identity = await call('POST', '/mail-identities', { address: 'sales@patchbay.test', name: 'Sales' });
    await mailProgram(ground.smtpPort)({
      from: 'ada@elsewhere.test',
      messageId: newId(),
      subject: 'Lamp',
      text: 'Dark.',
    });
    const [ticket] = await eventually(ticketsNow, ({ length }) => length === 1);
    await call('POST', `/tickets/${ticket.id}/messages`, {
      text: 'Somebody looks at it.',
      to: ['orders@patchbay.test'],
      identityId: identity.id,
    });
    type Json = { direction: string }[];
    const back = (messages: Json) => messages.filter(({ direction }) => direction === 'in')[1];
    const messages = await eventually(
      async (): Promise<Json> => (await call('GET', `/tickets/${ticket.id}/messages`)).items,
      (found) => back(found) !== undefined,
    );
    expect(back(messages)).toMatchObject({ kind: 'delivery-notice', classification: { rule: 'ownMessage' } });
    await settled(centre);
    expect(await ticketsNow()).toHaveLength(1);
    // The answer, and what the hub told Ada at first.
    expect(await counted(centre)).toMatchObject({ sent: 2 });
  });
});

onBothBackends('a machine', (backend) => {
  const centre = shared(() => startCentre(backend));

  it.each<[string, Record<string, string>, string?]>([
    ['with a null reverse-path', {}, ''],
    ['that says Auto-Submitted', { 'Auto-Submitted': 'auto-generated' }],
    ['that says Precedence: bulk', { Precedence: 'bulk' }],
    ['that says Precedence: list', { Precedence: 'list' }],
    ['that is a mailing list', { 'List-Id': '<all.example.org>' }],
    ['that asks for no answer', { 'X-Auto-Response-Suppress': 'All' }],
    ['of ourselves', { From: 'support@patchbay.test' }],
  ])('%s is not acknowledged', async (_name, headers, path) => {
    const { write, sink } = centre();
    const from = `${randomUUID()}@example.org`;
    const { From = from, ...others } = headers;
    await write({
      envelope: { from: path ?? From, to: 'support@patchbay.test' },
      from: From,
      messageId: newId(),
      subject: 'Hello',
      text: 'Hello',
      headers: others,
    });
    await settled({ ...centre() });
    expect(sink.mails.items.filter(({ to }) => to.includes(From))).toEqual([]);
  });

  it('that writes from an address for each ticket, and refers to nothing, is answered once', async () => {
    await using centre = await startCentre(backend);
    const write = (tag: string) =>
      centre.write({
        from: `Desk <desk${tag}@tickets.example>`,
        messageId: newId(),
        subject: `Case ${tag}`,
        text: 'Thank you.',
      });
    await Promise.all(['+a1', '+a2', '+a3', '', '+a4'].map(write));
    await settled(centre);
    await write('+a5');
    await centre.write({
      from: 'desk-a6@tickets.example',
      messageId: newId(),
      subject: 'Hello',
      text: 'Another mailbox',
    });
    await settled(centre);
    expect(await counted(centre)).toEqual({ received: 7, sent: 2 });
  });

  it('that sends back our acknowledgement gets nothing, and a sender gets one for many mails', async () => {
    const { write, sink } = centre();
    const from = `${randomUUID()}@example.org`;
    for (const subject of ['One', 'Two', 'Three']) await write({ from, messageId: newId(), subject, text: subject });
    const acknowledgement = await sink.mails.until(({ to }) => to.includes(from), 'the acknowledgement');
    const before = sink.mails.items.length;
    await write({
      envelope: { from: '', to: 'support@patchbay.test' },
      from: 'MAILER-DAEMON@example.org',
      messageId: newId(),
      subject: 'Undelivered Mail Returned to Sender',
      text: `<${from}>: 550 5.1.1 User unknown\n\n--- Below this line is a copy of the message.\n\nMessage-ID: ${acknowledgement.mail.messageId}\nTo: ${from}\n`,
    });
    await eventually(
      () => centre().api('GET', '/api/v1/inbox?limit=1'),
      ({ body }) => body.items[0]?.state === 'done',
    );
    await settled({ ...centre() });
    expect(sink.mails.items.filter(({ to }) => to.includes(from))).toHaveLength(1);
    expect(sink.mails.items.length).toBe(before);
  });
});
