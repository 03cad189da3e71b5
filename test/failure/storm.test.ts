/** Two hubs on one database in a storm of refusals, and one of them killed in the middle: nothing twice, nothing lost, the limit kept. */
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { sweep } from '@patchbay/engine/pipeline/sweep';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { freePort, onBothBackends } from '../support/backends.ts';
import { carrierEnvironment, centreNumber } from '../support/carrier.ts';
import { startCarrierRest, taken } from '../support/carrier-rest.ts';
import type { RestAnswer } from '../support/carrier-rest.ts';
import { eventually } from '../support/client.ts';
import { createGround } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';

const messages = 150;
const limit = { perSecond: 40, burst: 5 };
/** Of the first requests every fifth is refused, in turn with seconds and with a date (RFC 9110, 10.2.3). */
const refusals = 3;

onBothBackends('a storm on the way out', (backend) => {
  it('two hubs and one database: each message leaves once, no faster than the limit, and a killed hub loses none', async () => {
    await using carrier = await startCarrierRest();
    await using ground = await createGround(backend, carrierEnvironment(carrier.url));
    const elsewhere = { ...ground.env, PORT: String(await freePort()), SMTP_INLET_PORT: '0' };
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 2 });
    const moments: number[] = [];
    let refused = 0;
    const answer: RestAnswer = (call, response, request) => {
      if (refused < refusals && carrier.calls.items.length % 5 === 0) {
        refused += 1;
        const after = refused % 2 === 0 ? '1' : new Date(Date.now() + 1_500).toUTCString();
        return void response
          .writeHead(429, { 'retry-after': after })
          .end('{"code":20429,"message":"Too Many Requests"}');
      }
      moments.push(Date.now());
      carrier.accepted.push(call);
      return taken(call, response, request);
    };
    carrier.answerAll(answer);

    await using hub = await createHub(loadEnvironment(ground.env), { sending: { reconcileMs: [100, 100] } });
    await using other = await startHubProcess(elsewhere);
    await db.sql.query(
      `insert into sending_account (channel, account, rate, burst, tokens) values ('sms', $1, $2, $3::integer, $3::integer)`,
      [centreNumber, limit.perSecond, limit.burst],
    );
    await db.sql.query(
      `with c as (insert into customer (display_name) values ('Ada') returning id),
       t as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
         select 'Parcel', 'sms', $1, c.id, '+49151125' || lpad(n::text, 5, '0') from c, generate_series(1, $2::integer) n returning *),
       m as (insert into message (ticket_id, direction, channel, channel_account, kind, body_text, delivery_status, recipients)
         select id, 'out', 'sms', $1, 'agent', 'To ' || contact_address, 'queued', array[contact_address] from t returning *)
       insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, correlation_id)
       select id, ticket_id, 'key', 'sms', $1, recipients[1], 'test' from m`,
      [centreNumber, messages],
    );
    const { rows: waiting } = await db.sql.query<{ id: string }>('select id from outbound order by random()');
    // Each is on the queue twice, as after a lost answer of the queue.
    for (const round of [0, 1])
      for (const { id } of waiting) hub.parts.jobs.add('send-outbound', { outboundId: id, round });

    await eventually(
      async () => moments.length,
      (count) => count > messages / 3,
      30_000,
    );
    await other.kill('SIGKILL');
    const states = async () => {
      const { rows } = await db.sql.query<{ status: string; count: number }>(
        'select status, count(*)::int as count from outbound group by 1 order by 1',
      );
      return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    };
    await eventually(
      async () => {
        // What the killed one had taken is found as after the time that a sweep gives.
        await db.sql.query(
          `update outbound set claimed_at = claimed_at - interval '10 minutes' where status = 'sending' and claimed_at < now() - interval '2 seconds'`,
        );
        await db.sql.query(
          `update outbound set next_attempt_at = next_attempt_at - interval '6 seconds' where status = 'queued' and next_attempt_at < now() - interval '1 second'`,
        );
        await sweep(hub.parts);
        // Taken and not handed over: the carrier has no such message, and a person has it sent.
        await db.sql.query(
          `select resolve_outbound(id, 'resend', null) from outbound where status = 'unknown' and reconcile_at is null`,
        );
        return states();
      },
      ({ sent }) => sent === messages,
      60_000,
    );
    expect(refused).toBe(refusals);
    const bodies = carrier.accepted.items.map(({ form }) => form['Body']);
    expect([bodies.length, new Set(bodies).size]).toEqual([messages, messages]);
    // In no second more than the limit allows, with what a request takes on its way.
    for (const start of moments)
      expect(moments.filter((at) => at >= start && at < start + 1_000).length).toBeLessThanOrEqual(
        limit.burst + limit.perSecond + 5,
      );
  }, 120_000);
});
