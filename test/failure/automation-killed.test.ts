import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { openDatabase } from '@patchbay/store';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { createClient, eventually } from '../support/client.ts';
import { startReceiver } from '../support/http-source.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';

const tickets = 30;
const actions = [
  { do: 'tag', tags: ['ruled'] },
  { do: 'note', text: 'Noted' },
  { do: 'set-priority', priority: 60 },
  { do: 'reply', text: 'We are on it' },
];

/** Two hubs with all roles on one database; one of them is killed in the middle. */
describe('rules and webhooks of two hubs, one of which is killed', () => {
  it('does every action once, and tells of every event in the order of its ticket', async () => {
    await using receiver = await startReceiver();
    await using carrier = await startCarrierRest();
    await using ground = await createGround('postgres', {
      ...carrierEnvironment(carrier.url),
      OUTGOING_ALLOWED_HOSTS: new URL(receiver.url).host,
    });
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    // The queue only wakes them: both take what is due from the same rows.
    await using _survivor = await createHub(loadEnvironment(ground.env));
    const elsewhere = { ...ground.env, PORT: String(await freePort()), SMTP_INLET_PORT: '0' };
    await using killed = await startHubProcess(elsewhere);
    const made = async (path: string, body: object) => {
      const answer = await api('POST', path, body);
      expect([path, answer.status, answer.body]).toEqual([path, 201, answer.body]);
      return answer.body.id as string;
    };
    await made('/api/v1/automation/rules', { name: 'All', events: ['ticket.opened'], condition: null, actions });
    await made('/api/v1/webhook-endpoints', {
      name: 'CRM',
      url: receiver.url,
      events: ['ticket.opened', 'ticket.tagged', 'ticket.priority-changed'],
    });
    await Promise.all(
      Array.from({ length: tickets }, (_, at) => {
        const message = smsFields({
          sid: `SM${String(at).padStart(32, '0')}`,
          from: `+4915200${10_000 + at}`,
          body: `Number ${at}`,
        });
        return postSigned(ground.url, '/webhooks/twilio/sms', message);
      }),
    );
    await receiver.delivered.until(() => receiver.delivered.items.length > 10, 'some deliveries', 60_000);
    await killed.kill('SIGKILL');

    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 2 });
    // As long ago as the sweep waits before it takes a delivery for abandoned.
    await db.sql.query(
      `update webhook_delivery set claimed_at = claimed_at - interval '2 minutes' where state = 'sending'`,
      [],
    );
    const open = async () => {
      const { rows } = await db.sql.query<{ runs: number; done: number; deliveries: number }>(
        `select (select count(*)::int from automation_run) as runs, (select count(*)::int from automation_run where state = 'done') as done,
           (select count(*)::int from webhook_delivery where state = 'delivered') as deliveries`,
        [],
      );
      return rows[0];
    };
    await eventually(open, (state) => state?.done === tickets && state.deliveries === 3 * tickets, 90_000);

    const { rows } = await db.sql.query<{
      notes: number;
      replies: number;
      tagged: number;
      raised: number;
      results: number;
    }>(
      `select (select count(*)::int from message m where m.ticket_id = t.id and m.body_text = 'Noted') as notes,
         (select count(*)::int from message m where m.ticket_id = t.id and m.body_text = 'We are on it') as replies,
         (select count(*)::int from event e where e.ticket_id = t.id and e.type = 'ticket.tagged') as tagged,
         (select count(*)::int from event e where e.ticket_id = t.id and e.type = 'ticket.priority-changed') as raised,
         (select count(*)::int from automation_run u, jsonb_array_elements(u.outcomes) o where u.ticket_id = t.id and o ->> 'result' = 'done') as results
       from ticket t`,
      [],
    );
    expect(rows).toEqual(
      Array.from({ length: tickets }, () => ({ notes: 1, replies: 1, tagged: 1, raised: 1, results: 4 })),
    );

    // Who counts by the id counts each event once, and the first of each come in order.
    const seen = new Map<string, { ticketId: string; seq: number }>();
    for (const { headers, body } of receiver.delivered.items)
      if (!seen.has(headers['webhook-id'] ?? ''))
        seen.set(headers['webhook-id'] ?? '', { ticketId: body.ticketId, seq: body.seq });
    expect(seen.size).toBe(3 * tickets);
    for (const events of Map.groupBy(seen.values(), ({ ticketId }) => ticketId).values()) {
      const order = events.map(({ seq }) => seq);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  }, 180_000);
});
