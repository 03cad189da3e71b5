/** Answers by a claimed address become their ticket's customer's: also while that customer becomes another one. */
import { randomUUID } from 'node:crypto';
import { inboundContact } from '@patchbay/contracts';
import { ingestSnapshot, openDatabase } from '@patchbay/store';
import { mergeCustomers } from '@patchbay/store/queries/merges';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';
import { shared } from '../support/shared.ts';

async function openTestDatabase() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url, poolSize: 3 }));
  const owned = stack.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const address = 'ann@pec.example';

describe('an answer by a claimed address', () => {
  const database = shared(openTestDatabase);

  const customer = async () => {
    const { rows } = await database().db.sql.query<{ id: string }>(
      `insert into customer (display_name) values ('Ann') returning id`,
    );
    return rows[0]?.id ?? '';
  };

  /** A ticket that somebody opened by a claim, and an answer that came to its signed address. */
  async function claimedTicket() {
    const { sql } = database().db;
    const customerId = await customer();
    await sql.query(`insert into identifier (customer_id, kind, value, grade) values ($1, 'email', $2, 'claimed')`, [
      customerId,
      address,
    ]);
    const { rows } = await sql.query<{ id: string }>(
      `insert into ticket (number, subject, channel, channel_account, customer_id, contact_address)
       values (nextval('ticket_number'), 'Lamp', 'email', 'email', $1, $2) returning id`,
      [customerId, address],
    );
    const answer = inboundContact.parse({
      channel: 'email',
      channelAccount: 'email',
      externalId: `<${randomUUID()}@pec.example>`,
      from: address,
      receivedAt: new Date().toISOString(),
      identifiers: [{ kind: 'email', value: address, grade: 'claimed' }],
      threading: { ticketId: rows[0]?.id },
    });
    return { customerId, answer };
  }

  const somebodyWaitsIn = (query: string) =>
    expect
      .poll(async () => {
        const { rowCount } = await database().db.sql.query(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like $1`,
          [`%${query}%`],
        );
        return rowCount;
      })
      .toBe(1);

  it("that comes while its ticket's customer is merged is the survivor's", async () => {
    const { db } = database();
    const { customerId, answer } = await claimedTicket();
    const survivor = await customer();
    const { seen } = await db.transaction(async (tx) => {
      await mergeCustomers(tx, survivor, customerId, null);
      const asked = db.transaction((other) => ingestSnapshot(other, answer, 0));
      await somebodyWaitsIn('ingest_snapshot');
      return { seen: asked };
    });
    expect((await seen).addressee).toBe(survivor);
  });

  it('has its customer merged after it, and not meanwhile', async () => {
    const { db } = database();
    const { customerId, answer } = await claimedTicket();
    const survivor = await customer();
    const order: string[] = [];
    const { merging } = await db.transaction(async (tx) => {
      expect((await ingestSnapshot(tx, answer, 0)).addressee).toBe(customerId);
      const asked = mergeCustomers(db.sql, survivor, customerId, null).then(() => order.push('merged'));
      await somebodyWaitsIn('merge_customers');
      order.push('ingested');
      return { merging: asked };
    });
    await merging;
    expect(order).toEqual(['ingested', 'merged']);
  });

  it('is nobody’s whom a network has vouched for under that address', async () => {
    const { db } = database();
    const { customerId, answer } = await claimedTicket();
    expect((await db.transaction((tx) => ingestSnapshot(tx, answer, 0))).addressee).toBe(customerId);
    await db.sql.query(`insert into identifier (customer_id, kind, value, grade) values ($1, 'email', $2, 'known')`, [
      await customer(),
      address,
    ]);
    expect((await db.transaction((tx) => ingestSnapshot(tx, answer, 0))).addressee).toBeNull();
  });
});
