/** One mail to two addresses of the centre is one message, and whoever answers for either address sees it. */
import { randomUUID } from 'node:crypto';
import { ingestContact } from '@patchbay/engine/pipeline/ingest';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { logIn } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub('postgres'));
  const { items: queues } = (await hub.api('GET', '/api/v1/queues')).body;
  const seat = async (address: string, queue: string) => {
    const queueId = queues.find((one: { name: string }) => one.name === queue).id;
    await hub.api('POST', '/api/v1/mail-identities', { address, name: queue, queueId });
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    await hub.api('POST', '/api/v1/agents', { name: queue, queueIds: [queueId], ...credentials });
    const { api, cookie } = await logIn(hub.url, credentials);
    return { api, desk: stack.use(await openDesk(hub.url, { cookie })) };
  };
  const support = await seat('support@patchbay.test', 'Email');
  const sales = await seat('sales@patchbay.test', 'Web');
  const stranger = await seat('jobs@patchbay.test', 'Chat');
  const owned = stack.move();
  return {
    ...hub,
    support,
    sales,
    stranger,
    send: mailProgram(hub.ground.smtpPort),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe('a mail to two addresses', () => {
  const centre = shared(startCentre);
  const copy = (messageId: string, to: string) => ({
    from: 'ada@example.org',
    messageId,
    date: new Date('2026-03-04T05:06:07Z'),
    subject: 'For both of you',
    text: 'Hello',
    headers: { To: 'support@patchbay.test, sales@patchbay.test' },
    envelope: { from: 'ada@example.org', to },
  });
  const found = (messageId: string) =>
    eventually(
      () => centre().api('GET', `/api/v1/messages?externalId=${encodeURIComponent(messageId)}`),
      ({ body }) => body.items.length > 0,
    );

  it.each([
    ['at once', ['support@patchbay.test, sales@patchbay.test']],
    ['one after the other', ['support@patchbay.test', 'sales@patchbay.test']],
  ])('%s is one message that both see, live too, and nobody else', async (_when, deliveries) => {
    const { send, support, sales, stranger } = centre();
    const messageId = `<${randomUUID()}@example.org>`;
    for (const to of deliveries) {
      await send({ ...copy(messageId, to), envelope: { from: 'ada@example.org', to: to.split(', ') } });
      await found(messageId);
    }
    const { body } = await eventually(
      () => centre().api('GET', `/api/v1/messages?externalId=${encodeURIComponent(messageId)}`),
      (answer) => answer.body.items[0].deliveredTo.length === 2,
    );
    expect(body.items).toHaveLength(1);
    const { ticketId, deliveredTo } = body.items[0];
    expect(deliveredTo.toSorted()).toEqual(['sales@patchbay.test', 'support@patchbay.test']);
    for (const { api, desk } of [support, sales]) {
      const ticket = await api('GET', `/api/v1/tickets/${ticketId}`);
      expect([ticket.status, ticket.body.addresses]).toEqual([200, ['sales@patchbay.test', 'support@patchbay.test']]);
      expect((await api('GET', '/api/v1/tickets')).body.items.map(({ id }: { id: string }) => id)).toContain(ticketId);
      const type = deliveries.length === 1 || desk === support.desk ? 'message.received' : 'message.address-added';
      expect(await desk.event(type, (event) => event.ticketId === ticketId)).not.toHaveProperty('alsoQueueIds');
    }
    expect((await stranger.api('GET', `/api/v1/tickets/${ticketId}`)).status).toBe(404);
    expect(stranger.desk.events.items.filter((event) => event.ticketId === ticketId)).toEqual([]);
  });
});

it('is visible at the address of a copy, too, that comes while the first becomes a message', async () => {
  await using hub = await startHub('postgres', { env: { ROLES: 'web' } });
  const { parts } = hub.hub;
  const { sql } = parts.db;
  await mailProgram(hub.ground.smtpPort)({
    from: 'ada@example.org',
    messageId: '<copied@example.org>',
    to: 'support@patchbay.test',
    text: 'Hello',
  });
  const { rows: inbox } = await sql.query<{ id: string; hash: string; contact: object }>(
    `select id, content_hash as hash, contact from inbox where external_id = '<copied@example.org>' and state = 'pending'`,
  );
  const [{ id: inboxId, hash, contact } = expect.fail('no contact')] = inbox;
  const copy = { ...contact, deliveredTo: ['sales@patchbay.test'] };
  const ingesting = await parts.db.transaction(async (tx) => {
    const { rows } = await tx.query<{ outcome: string }>(
      `select outcome from receive_contact('email', 'email', '<copied@example.org>', $1, $2, 'other bytes', 'message/rfc822', 'other hash', 'pending', null, 'copy')`,
      [hash, JSON.stringify(copy)],
    );
    expect(rows).toEqual([{ outcome: 'duplicate' }]);
    const under = { way: ingestContact(parts, { inboxId }) };
    await eventually(
      async () =>
        (
          await sql.query(
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).rowCount,
      (waiting) => waiting === 1,
    );
    return under;
  });
  await ingesting.way;
  const { rows: messages } = await sql.query(
    `select delivered_to as at, array(select address from ticket_address a where a.ticket_id = m.ticket_id order by 1) as shown
     from message m where inbox_id = $1`,
    [inboxId],
  );
  const both = ['sales@patchbay.test', 'support@patchbay.test'];
  expect(messages).toEqual([{ at: expect.arrayContaining(both), shown: both }]);
});
