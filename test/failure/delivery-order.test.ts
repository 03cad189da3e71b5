import { forwardStatus, takeToken } from '@patchbay/domain';
import { openDatabase, recordDelivery, settleOutbound } from '@patchbay/store';
import type { DeliveryStatus } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';
import { shared } from '../support/shared.ts';

const account = '+15005550006';

async function startDatabase() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url }));
  const owned = stack.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

type Step = 'settle' | 'sent' | 'delivered' | 'read' | 'failed';

describe("a message's delivery in the database", () => {
  const ground = shared(startDatabase);

  /** An agent's text on a resolved ticket, just being sent. */
  async function sending() {
    const { rows } = await ground().db.sql.query<{ id: string; messageId: string; ticketId: string }>(
      `with c as (insert into customer (display_name) values ('Ada') returning id),
       t as (insert into ticket (subject, status, channel, channel_account, customer_id, contact_address)
         select 'x', 'resolved', 'sms', $1, id, '+4915112340000' from c returning id),
       m as (insert into message (ticket_id, direction, channel, channel_account, kind, delivery_status)
         select id, 'out', 'sms', $1, 'agent', 'queued' from t returning id, ticket_id)
       insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, status, correlation_id)
       select id, ticket_id, 'k', 'sms', $1, '+4915112340000', 'sending', 'c' from m
       returning id, message_id as "messageId", ticket_id as "ticketId"`,
      [account],
    );
    return rows[0] as { id: string; messageId: string; ticketId: string };
  }

  async function play(steps: readonly Step[], atOnce: boolean) {
    const { db } = ground();
    const { id, messageId, ticketId } = await sending();
    const externalId = `SM${id}`;
    const act = async (step: Step) =>
      step === 'settle'
        ? void (await settleOutbound(db.sql, id, { result: 'sent', externalId }))
        : recordDelivery(db.sql, { channelAccount: account, externalId, status: step, at: new Date().toISOString() });
    // All from connections of their own, as many processes would.
    if (atOnce) await Promise.all(steps.map(act));
    else for (const step of steps) await act(step);
    const { rows } = await db.sql.query<{ status: DeliveryStatus; reopened: number; failures: number }>(
      `select delivery_status as status,
         (select count(*)::int from event where ticket_id = $2 and type = 'ticket.reopened') as reopened,
         (select count(*)::int from event where ticket_id = $2 and data ->> 'status' = 'failed') as failures
       from message where id = $1`,
      [messageId, ticketId],
    );
    return rows[0] as { status: DeliveryStatus; reopened: number; failures: number };
  }

  it('is the same whatever the order, the repetitions, and however many come at once', async () => {
    const steps = fc
      .array(fc.constantFrom<Step>('sent', 'delivered', 'read', 'failed'), { maxLength: 8 })
      .chain((reports) => fc.shuffledSubarray<Step>([...reports, 'settle'], { minLength: reports.length + 1 }));
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (list, atOnce) => {
        const law = list
          .map((step) => (step === 'settle' ? 'sent' : step))
          .reduce<DeliveryStatus>(forwardStatus, 'queued');
        const { status, reopened, failures } = await play(list, atOnce);
        expect(status).toBe(law);
        // Told once and brought back once, however often it was reported; a failure that others overtook may never have shown.
        expect(failures).toBeLessThanOrEqual(1);
        expect(reopened).toBe(failures);
        if (law === 'failed') expect(reopened).toBe(1);
      }),
      { numRuns: 150 },
    );
  });

  it('takes tokens by the same law as the domain', async () => {
    const { db } = ground();
    const moments = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 6 });
    const limit = fc.record({
      perSecond: fc.double({ min: 0.1, max: 20, noNaN: true }),
      burst: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(limit, moments, async (rate, steps) => {
        let bucket = { tokens: 0, at: 0 };
        for (const step of steps) {
          const { rows } = await db.sql.query<{ tokens: number }>('select bucket_tokens($1, $2, $3, $4) as tokens', [
            bucket.tokens,
            step / 1000,
            rate.perSecond,
            rate.burst,
          ]);
          const next = takeToken(bucket, rate, bucket.at + step);
          expect((rows[0]?.tokens ?? 0) - (next.waitMs === 0 ? 1 : 0)).toBeCloseTo(next.bucket.tokens, 6);
          bucket = next.bucket;
        }
      }),
      { numRuns: 50 },
    );
  });

  it('gives no more tokens than its burst to many who ask at once', async () => {
    const { db } = ground();
    await db.sql.query(
      `insert into sending_account (channel, account, rate, burst, tokens) values ('sms', 'many', 0.01, 5, 5)`,
    );
    const waits = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const { rows } = await db.sql.query<{ wait: number }>(`select take_sending_token('sms', 'many', true) as wait`);
        return rows[0]?.wait ?? 0;
      }),
    );
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
    // Each of the others comes back at a moment of its own.
    expect(new Set(waits.filter((wait) => wait > 0).map((wait) => Math.round(wait / 50_000))).size).toBe(35);
  });

  it.each([
    ['empty', { tokens: 0, waits: '' }],
    ['with others that wait', { tokens: 0, waits: "last_slot = now() + interval '1 hour 1 second'," }],
    ['at rest', { tokens: 5, waits: "paused_until = now() + interval '1 hour 1 second'," }],
  ])('a clock that was set back by an hour stops no account: %s', async (name, { tokens, waits }) => {
    const { db } = ground();
    await db.sql.query(`insert into sending_account (channel, account, rate, burst) values ('sms', $1, 5, 5)`, [name]);
    await db.sql.query(
      `update sending_account set ${waits} tokens = $2, refilled_at = now() + interval '1 hour' where account = $1`,
      [name, tokens],
    );
    const take = async () =>
      (await db.sql.query<{ wait: number }>(`select take_sending_token('sms', $1, false) as wait`, [name])).rows[0]
        ?.wait;
    expect(await take()).toBeLessThanOrEqual(2_100);
    const { rows } = await db.sql.query(
      `select refilled_at <= clock_timestamp() as now, coalesce(last_slot, paused_until) < now() + interval '3 seconds' as soon
       from sending_account where account = $1`,
      [name],
    );
    expect(rows).toEqual([{ now: true, soon: true }]);
  });
});
