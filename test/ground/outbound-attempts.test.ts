/** What tries of one message, and messages of one batch, may do to each other when their ends are written down: nothing. */
import { setTimeout as after } from 'node:timers/promises';
import {
  claimOutbounds,
  nextOutbound,
  openDatabase,
  recordDelivery,
  settleOutbound,
  settleOutbounds,
} from '@patchbay/store';
import type { ClaimedOutbound, Database, Queryable } from '@patchbay/store';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';
import { rolledBack } from '../support/rolled-back.ts';
import { shared } from '../support/shared.ts';

const account = '+15005550006';

async function openGround() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const other = stack.use(openDatabase({ url, poolSize: 1 }));
  const db = stack.use(openDatabase({ url, poolSize: 2 }));
  await db.sql.query(`insert into agent (id, name, email) values ('vera', 'Vera', 'vera@patchbay.test')`);
  const owned = stack.move();
  return { sql: db.sql, hubs: [db, other], [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function queued(sql: Queryable): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `with c as (insert into customer (display_name) values ('Ada') returning id),
     t as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
       select 'Parcel', 'sms', $1, id, '+4915112345678' from c returning *),
     m as (insert into message (ticket_id, direction, channel, channel_account, kind, author_id, body_text, delivery_status, recipients)
       select id, 'out', 'sms', $1, 'agent', 'vera', 'Soon', 'queued', array['+4915112345678'] from t returning *)
     insert into outbound (message_id, ticket_id, author_id, idempotency_key, channel, channel_account, recipient, correlation_id)
     select m.id, t.id, 'vera', 'key', 'sms', $1, '+4915112345678', 'test' from m, t returning id`,
    [account],
  );
  return rows[0]?.id ?? '';
}

const attemptOf = async (sql: Queryable, id: string) =>
  ((await claimOutbounds(sql, [id]))[0] as ClaimedOutbound | null)?.attempts ?? 0;
const stateOf = async (sql: Queryable, id: string) =>
  (await sql.query('select status, external_id as "externalId", error from outbound where id = $1', [id])).rows[0];

describe('claims of many at once', () => {
  const ground = shared(openGround);

  it('give a message that is asked for twice to the first, and another account its own', async () => {
    const { sql } = ground();
    const [one, two] = [await queued(sql), await queued(sql)];
    const claimed = await claimOutbounds(sql, [one, two, one]);
    expect(claimed.map((item) => item && 'outboundId' in item && item.outboundId)).toEqual([one, two, null]);
    expect(await claimOutbounds(sql, [two, one])).toEqual([null, null]);
  });

  it('give out of an account with a limit what it allows, and of one without all', async () => {
    const { sql } = ground();
    await sql.query(
      `insert into sending_account (channel, account, rate, burst, tokens) values ('sms', $1, 0.001, 1, 1)`,
      [account],
    );
    const limited = [await queued(sql), await queued(sql)];
    const free = await queued(sql);
    await sql.query(`update outbound set channel_account = '+15005550999' where id = $1`, [free]);
    const [first, second, third] = await claimOutbounds(sql, [...limited, free]);
    expect(first).toMatchObject({ outboundId: limited[0] });
    expect(second).toMatchObject({ round: 1 });
    expect(third).toMatchObject({ outboundId: free });
    await sql.query('delete from sending_account');
  });

  it('of two hubs together send a source no more at once than one may', async () => {
    const { sql, hubs } = ground();
    const [shop, app] = ['http:shop', 'http:app'];
    const queuedFor = async (source: string) => {
      const ids = await Promise.all([1, 2, 3].map(() => queued(sql)));
      await sql.query(`update outbound set channel = 'http', channel_account = $2 where id = any ($1)`, [ids, source]);
      return ids;
    };
    // In an order in which each would wait for the other.
    const batches = [
      [...(await queuedFor(shop)), ...(await queuedFor(app))],
      [...(await queuedFor(app)), ...(await queuedFor(shop))],
    ];
    await Promise.all(
      hubs.map((hub, n) =>
        hub.transaction(async (tx) => {
          await claimOutbounds(tx, batches[n] ?? []);
          await after(200);
        }),
      ),
    );
    const { rows } = await sql.query(
      `select channel_account as source, count(*)::int as count from outbound where channel = 'http' and status = 'sending' group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { source: app, count: 3 },
      { source: shop, count: 3 },
    ]);
  });
});

describe('a try that was given up', () => {
  const ground = shared(openGround);
  const givenUp = async (sql: Queryable) => {
    const id = await queued(sql);
    const attempt = await attemptOf(sql, id);
    await settleOutbound(sql, id, { result: 'unknown', error: 'The hub stopped', afterMs: 1000 });
    return { id, attempt };
  };

  it('does not requeue what a person had sent again, nor end it', async () => {
    const { sql } = ground();
    const { id, attempt } = await givenUp(sql);
    await sql.query(`select resolve_outbound($1, 'resend', 'vera')`, [id]);
    const second = await attemptOf(sql, id);
    expect(second).toBe(attempt + 1);
    for (const late of [
      { result: 'retry', error: '503', afterMs: 0 },
      { result: 'failed', error: 'refused' },
    ] as const)
      expect(await settleOutbounds(sql, [{ id, attempt, outcome: late }])).toMatchObject([{ settled: false }]);
    await settleOutbounds(sql, [{ id, attempt: second, outcome: { result: 'sent', externalId: 'SM2' } }]);
    expect(await stateOf(sql, id)).toMatchObject({ status: 'sent', externalId: 'SM2' });
    expect(await attemptOf(sql, id)).toBe(0);
  });

  it('still has the last word while nobody has decided', async () => {
    const { sql } = ground();
    const { id, attempt } = await givenUp(sql);
    await settleOutbounds(sql, [{ id, attempt, outcome: { result: 'sent', externalId: 'SM3' } }]);
    expect(await stateOf(sql, id)).toMatchObject({ status: 'sent', externalId: 'SM3' });
  });

  it('keeps a message from being sent again when it was taken after all', async () => {
    const { sql } = ground();
    const { id, attempt } = await givenUp(sql);
    await sql.query(`select resolve_outbound($1, 'resend', 'vera')`, [id]);
    await settleOutbounds(sql, [{ id, attempt, outcome: { result: 'sent', externalId: 'SM4' } }]);
    expect(await attemptOf(sql, id)).toBe(0);
    expect(await stateOf(sql, id)).toMatchObject({ status: 'sent', externalId: 'SM4' });
  });
});

describe('a batch of ends', () => {
  const ground = shared(openGround);

  it('says by which channel a ticket goes on, which need not be the one of what ended', async () => {
    const { sql } = ground();
    const [id, mail] = [await queued(sql), await queued(sql)];
    const { rows } = await sql.query<{ ticketId: string }>(
      `update outbound mail set idempotency_key = 'other', channel = 'email', recipient = 'ann@example.com', ticket_id = text.ticket_id
       from outbound text where text.id = $1 and mail.id = $2 returning mail.ticket_id as "ticketId"`,
      [id, mail],
    );
    const next = { id: mail, round: 0, channel: 'email' };
    const outcome = { result: 'sent', externalId: 'SM5' } as const;
    expect(await settleOutbounds(sql, [{ id, attempt: await attemptOf(sql, id), outcome }])).toEqual([
      { settled: true, next },
    ]);
    expect(await nextOutbound(sql, rows[0]?.ticketId ?? '')).toEqual(next);
  });

  it('is written though a source speaks of our message by an id that it gave its own', async () => {
    const { sql } = ground();
    const id = await queued(sql);
    const channelAccount = 'http:shop';
    await sql.query(`update outbound set channel = 'http', channel_account = $2 where id = $1`, [id, channelAccount]);
    await sql.query(
      `insert into message (ticket_id, direction, channel, channel_account, kind, external_id)
       select ticket_id, 'in', 'http', $2, 'customer', id::text from outbound where id = $1`,
      [id, channelAccount],
    );
    await sql.query(
      `update message m set channel_account = $2 from outbound o where o.id = $1 and m.id = o.message_id`,
      [id, channelAccount],
    );
    const report = { channelAccount, externalId: id, status: 'delivered', at: new Date().toISOString() } as const;
    const attempt = await attemptOf(sql, id);
    await recordDelivery(sql, report);
    const outcome = { result: 'retry', error: '503', afterMs: 0 } as const;
    expect(await settleOutbounds(sql, [{ id, attempt, outcome }])).toMatchObject([{ settled: true }]);
    await recordDelivery(sql, report);
    expect(await stateOf(sql, id)).toEqual({ status: 'queued', externalId: null, error: '503' });
  });

  /** A message to a source that is asked just now. */
  async function asked(sql: Queryable, channelAccount: string) {
    const id = await queued(sql);
    await sql.query(
      `with o as (update outbound set channel = 'http', channel_account = $2 where id = $1 returning message_id)
       update message m set channel = 'http', channel_account = $2 from o where m.id = o.message_id`,
      [id, channelAccount],
    );
    return { id, attempt: await attemptOf(sql, id) };
  }
  const toldOf = async (sql: Queryable, id: string) =>
    (
      await sql.query(
        `select m.delivery_status as status, m.delivery_error as error, m.external_id as "externalId"
         from message m join outbound o on o.message_id = m.id where o.id = $1`,
        [id],
      )
    ).rows[0];

  it('has our id where the source took a message and answers with an id that another one has', async () => {
    const { sql } = ground();
    const items = [await asked(sql, 'http:ok'), await asked(sql, 'http:ok')];
    const outcome = { result: 'sent', externalId: 'ok' } as const;
    for (const item of items)
      expect(await settleOutbounds(sql, [{ ...item, outcome }])).toMatchObject([{ settled: true }]);
    expect(await Promise.all(items.map(({ id }) => toldOf(sql, id)))).toEqual([
      { status: 'sent', error: null, externalId: 'ok' },
      { status: 'sent', error: null, externalId: items[1]?.id },
    ]);
  });

  it.each(['before its answer', 'after its answer', 'at the same moment'])(
    'is moved by what a source that has ids of its own reports by ours %s',
    async (when) => {
      const { sql, hubs } = ground();
      const channelAccount = `http:${when}`;
      const { id, attempt } = await asked(sql, channelAccount);
      const outcome = { result: 'sent', externalId: `theirs-${when}` } as const;
      const settle = () => settleOutbounds(sql, [{ id, attempt, outcome }]);
      const report = { channelAccount, externalId: id, status: 'failed', error: 'No such user' } as const;
      const tell = () => recordDelivery(hubs[1]?.sql ?? sql, { ...report, at: new Date().toISOString() });
      if (when === 'at the same moment') await Promise.all([settle(), tell()]);
      else for (const step of when === 'before its answer' ? [tell, settle] : [settle, tell]) await step();
      expect(await toldOf(sql, id)).toEqual({
        status: 'failed',
        error: 'No such user',
        externalId: outcome.externalId,
      });
    },
  );

  it('reads what it is about, however many wait to leave', async () => {
    const { hubs } = ground();
    const hub = hubs[0] as Database;
    // When next to nothing waits, the index of all that do seems the shortest way.
    await hub.sql.query(
      `with o as (update outbound set status = 'sent' where status in ('queued', 'sending') returning message_id)
       update message m set delivery_status = 'sent' from o where m.id = o.message_id`,
    );
    await hub.sql.query('vacuum analyze');
    await rolledBack(hub, async (tx) => {
      await tx.query(
        `with c as (insert into customer (display_name) select 'Ada' from generate_series(1, 500) returning id),
         t as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
           select 'Parcel', 'email', 'email', id, 'ada@example.org' from c returning id),
         m as (insert into message (ticket_id, direction, channel, channel_account, kind, delivery_status)
           select id, 'out', 'email', 'email', 'agent', 'queued' from t returning id, ticket_id)
         insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, status, correlation_id)
         select id, ticket_id, 'many', 'email', 'email', 'ada@example.org', 'sending', 'test' from m`,
      );
      const { rows } = await tx.query<{ id: string }>(
        `select id from outbound where idempotency_key = 'many' order by id limit 5`,
      );
      const read = async () =>
        (
          await tx.query<{ read: number }>(
            `select sum(pg_stat_get_xact_tuples_returned(c.oid))::int as read from pg_class c left join pg_index i on i.indexrelid = c.oid
             where coalesce(i.indrelid, c.oid) = 'outbound'::regclass`,
          )
        ).rows[0]?.read ?? 0;
      const before = await read();
      const items = rows.map(({ id }) => ({
        id,
        attempt: 0,
        outcome: { result: 'sent', externalId: `<${id}@x>` } as const,
      }));
      expect((await settleOutbounds(tx, items)).map(({ settled }) => settled)).toEqual(items.map(() => true));
      expect((await read()) - before).toBeLessThan(100);
    });
  });

  it('is written though a provider names one id twice', async () => {
    const { sql } = ground();
    const ids = [await queued(sql), await queued(sql), await queued(sql)];
    const sent = async (index: number, externalId: string) => {
      const id = ids[index] ?? '';
      return { id, attempt: await attemptOf(sql, id), outcome: { result: 'sent' as const, externalId } };
    };
    await settleOutbounds(sql, [await sent(0, 'SMsame')]);
    await settleOutbounds(sql, [await sent(1, 'SMsame'), await sent(2, 'SMother')]);
    expect(await Promise.all(ids.map((id) => stateOf(sql, id)))).toMatchObject([
      { status: 'sent', externalId: 'SMsame' },
      { status: 'unknown', externalId: null },
      { status: 'sent', externalId: 'SMother' },
    ]);
  });
});
