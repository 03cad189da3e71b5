import { randomUUID } from 'node:crypto';
import { openDatabase } from '@patchbay/store';
import { describe, expect, it } from 'vitest';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { eventually } from '../support/client.ts';
import { freePort } from '../support/backends.ts';
import { createGround } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';
import { shared } from '../support/shared.ts';

const count = 40;
/** So many of them come only when nobody is there any more, however long this process is in noticing that some were told of. */
const held = 10;
/** How far apart the breaches lie, when the first is, and how much later those that are held back. Milliseconds. */
const apart = 60;
const firstIn = 1_000;
const heldMs = 3_600_000;

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const carrier = stack.use(await startCarrierRest());
  const ground = stack.use(await createGround('postgres', carrierEnvironment(carrier.url)));
  const first = stack.use(await startHubProcess(ground.env));
  const db = stack.use(openDatabase({ url: ground.databaseUrl, poolSize: 2 }));
  const owned = stack.move();
  /** A further hub on the same database, with all roles. */
  const begin = async () => {
    const env = { ...ground.env, PORT: String(await freePort()), SMTP_INLET_PORT: '0' };
    return owned.use(await startHubProcess(env));
  };
  return { ground, db, first, begin, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe('hubs that are killed around the moment of a breach', () => {
  const centre = shared(startCentre);

  it('tell of each warning and each breach once', async () => {
    const { ground, db, first: early, begin } = centre();
    const later = await begin();
    for (let index = 0; index < count; index += 1) {
      const sid = `SM${randomUUID().replaceAll('-', '')}`;
      const fields = smsFields({ sid, from: `+49151123${String(index).padStart(5, '0')}`, body: 'Parcel?' });
      expect((await postSigned(ground.url, '/webhooks/twilio/sms', fields)).status).toBe(200);
    }
    const number = async (text: string) => (await db.sql.query<{ n: number }>(text)).rows[0]?.n ?? 0;
    await eventually(
      () => number(`select count(*)::int as n from ticket_clock where state = 'running'`),
      (running) => running === count,
    );
    // What a new hub rebuilds would put the clocks right again.
    await eventually(
      () => number(`select count(*)::int as n from clock_run where state = 'running'`),
      (running) => running === 0,
    );
    await db.sql.query(
      `update ticket_clock c set warn_at = o.due - interval '400 ms', due_at = o.due, next_at = o.due - interval '400 ms'
       from (select ticket_id, now() + make_interval(secs => ($1 + $2 * n + case when n > $3 then $4 else 0 end) / 1000.0) as due
         from (select ticket_id, row_number() over (order by ticket_id) as n from ticket_clock) numbered) o
       where o.ticket_id = c.ticket_id`,
      [firstIn, apart, count - held, heldMs],
    );
    // Before the first; in the midst of them; and when all are past, of which some have been told of by nobody.
    await early.kill('SIGKILL');
    const breached = () => number(`select count(*)::int as n from event where type = 'clock.breached'`);
    await eventually(breached, (told) => told >= count / 4);
    await later.kill('SIGKILL');
    const toldThen = await breached();
    await db.sql.query(
      `update ticket_clock set (warn_at, due_at, next_at) = (select warn_at - m, due_at - m, next_at - m from make_interval(secs => $1 / 1000.0) m)
       where due_at > now() + interval '1 minute'`,
      [heldMs],
    );
    await eventually(
      () => number('select count(*)::int as n from ticket_clock where due_at > now()'),
      (coming) => coming === 0,
    );
    const last = await begin();
    await eventually(breached, (told) => told === count);
    await last.kill('SIGKILL');
    await begin();
    await eventually(
      () => number('select count(*)::int as n from ticket_clock where next_at is not null'),
      (left) => left === 0,
    );
    const { rows } = await db.sql.query(
      `select type, count(*)::int as events, count(distinct ticket_id)::int as tickets, bool_or((data ->> 'late')::float > 0.2) as late
       from event where type in ('clock.breached', 'clock.warned') group by type order by type`,
    );
    expect(toldThen).toBeLessThan(count);
    expect(rows[0]).toMatchObject({ type: 'clock.breached', events: count, tickets: count, late: true });
    // What was past already when somebody came to it is told of as a breach alone.
    const warned = rows[1] as { events: number; tickets: number } | undefined;
    expect(warned?.events).toBe(warned?.tickets);
  });
});
