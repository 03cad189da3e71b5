/** Answers by a claimed address become their ticket's customer's: also while that customer becomes another one. */
import { randomUUID } from 'node:crypto';
import { inboundContact } from '@patchbay/contracts';
import { createIngestion } from '@patchbay/engine/pipeline/ingest-batch';
import { ingestContact } from '@patchbay/engine/pipeline/ingest';
import { erase } from '@patchbay/engine/privacy/erasure';
import { databaseErrorCode, ingestSnapshot, type Queryable } from '@patchbay/store';
import { proveIdentifier } from '@patchbay/store/queries/identifiers';
import { mergeCustomers, undoMerge } from '@patchbay/store/queries/merges';
import { insertPrivacyRequest } from '@patchbay/store/queries/privacy-requests';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTestDatabase } from '../support/backends.ts';
import { startHub } from '../support/hub.ts';
import { insertPending } from '../support/inbox-row.ts';
import { shared } from '../support/shared.ts';

const address = 'ann@pec.example';

const somebodyWaits = (sql: Queryable, query: string) =>
  expect
    .poll(
      async () => {
        const { rowCount } = await sql.query(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like $1`,
          [`%${query}%`],
        );
        return rowCount;
      },
      { timeout: 15_000 },
    )
    .toBe(1);

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

  it("that comes while its ticket's customer is merged is the survivor's", async () => {
    const { db } = database();
    const { customerId, answer } = await claimedTicket();
    const survivor = await customer();
    const { seen } = await db.transaction(async (tx) => {
      await mergeCustomers(tx, survivor, customerId, null);
      const asked = db.transaction((other) => ingestSnapshot(other, answer, 0));
      await somebodyWaits(db.sql, 'ingest_snapshot');
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
      await somebodyWaits(db.sql, 'merge_customers');
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

describe('whoever is believed because of where they answer', () => {
  const hub = shared(() => startHub('postgres', { env: { ROLES: 'web' } }));
  const parts = () => hub().hub.parts;
  const sql = () => parts().db.sql;

  interface Written {
    readonly grade?: 'known' | 'claimed';
    readonly ticketId?: string;
    readonly cc?: string[];
    readonly ticketNumber?: number;
  }

  const mail = (from: string, { grade = 'claimed', cc = [], ticketId, ticketNumber }: Written) =>
    inboundContact.parse({
      channel: 'email',
      channelAccount: 'email',
      externalId: `<${randomUUID()}@pec.example>`,
      kind: 'customer',
      identifiers: [{ kind: 'email', value: from, grade }],
      from,
      cc,
      subject: 'Lamp',
      text: 'It does not light up.',
      receivedAt: new Date().toISOString(),
      threading: { ticketId, ticketNumber },
    });

  /** Takes a mail in and ingests it. */
  async function write(from: string, given: Written = {}) {
    const inboxId = await insertPending(sql(), mail(from, given));
    await ingestContact(parts(), { inboxId });
    const { rows } = await sql().query<{ id: string; customerId: string; ticketId: string; number: number }>(
      `select m.id, m.customer_id as "customerId", m.ticket_id as "ticketId", t.number from message m join ticket t on t.id = m.ticket_id
       where m.inbox_id = $1`,
      [inboxId],
    );
    if (!rows[0]) throw new Error('It was not ingested');
    return rows[0];
  }

  const person = () => `${randomUUID()}@pec.example`;
  const ownerOf = async (messageId: string) =>
    (await sql().query<{ id: string }>('select customer_id as id from message where id = $1', [messageId])).rows[0]?.id;
  const verify = (customerId: string, value: string) =>
    proveIdentifier(sql(), {
      customerId,
      kind: 'email',
      value,
      source: 'agent',
      channel: 'email',
      agentId: 'somebody',
      reason: 'Showed a passport',
      reference: randomUUID(),
      mayMerge: false,
    });
  /** As when an agent answered on the ticket. */
  const writeTo = (ticketId: string, value: string) =>
    sql().query(`insert into ticket_party (ticket_id, kind, value) values ($1, 'email', $2) on conflict do nothing`, [
      ticketId,
      value,
    ]);

  it('goes with the ticket when a merge of two who claimed one address is undone', async () => {
    const ann = person();
    const [kept, gone] = [await write(ann), await write(ann)];
    const entry = await mergeCustomers(sql(), kept.customerId, gone.customerId, null);
    const answers = [await write(ann, kept), await write(ann, gone)];
    expect(answers).toMatchObject([
      { ticketId: kept.ticketId, customerId: kept.customerId },
      { ticketId: gone.ticketId, customerId: kept.customerId },
    ]);
    await undoMerge(sql(), entry, 'somebody');
    expect(await Promise.all(answers.map(({ id }) => ownerOf(id)))).toEqual([kept.customerId, gone.customerId]);
  });

  it('is of whom its ticket is of in the end, whatever was merged in between and undone in any order', async () => {
    const step = fc.record({ merges: fc.boolean(), one: fc.nat(3), other: fc.nat(3) });
    const rounds = fc.array(step, { minLength: 4, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(rounds, fc.infiniteStream(fc.nat(100)), async (steps, order) => {
        const ann = person();
        const tickets: Awaited<ReturnType<typeof write>>[] = [];
        for (let opened = 0; opened < 4; opened += 1) tickets.push(await write(ann));
        const ends = new Map<string, string>();
        const entries: string[] = [];
        for (const { merges, one, other } of steps) {
          const [first, second] = [tickets[one], tickets[other]];
          if (!first || !second) continue;
          if (!merges) {
            const answer = await write(ann, { ticketId: first.ticketId });
            expect(answer.ticketId).toBe(first.ticketId);
            ends.set(answer.id, first.customerId);
            continue;
          }
          const entry = await mergeCustomers(sql(), first.customerId, second.customerId, null).catch(refused);
          if (entry) entries.push(entry);
        }
        while (entries.length > 0) {
          const [entry = ''] = entries.splice((order.next().value ?? 0) % entries.length, 1);
          const done = await undoMerge(sql(), entry, 'somebody').catch(refused);
          if (done === null) entries.push(entry);
        }
        for (const [id, customerId] of ends) expect(await ownerOf(id)).toBe(customerId);
        for (const { id, customerId } of tickets) expect(await ownerOf(id)).toBe(customerId);
      }),
      { numRuns: 15 },
    );
  });

  it('is believed still when an agent has answered', async () => {
    const ann = person();
    const first = await write(ann);
    await writeTo(first.ticketId, ann);
    expect(await write(ann, first)).toMatchObject({ ticketId: first.ticketId, customerId: first.customerId });
  });

  it.each<[string, (ann: string, claim: Awaited<ReturnType<typeof write>>) => Promise<unknown>]>([
    ['an agent verified the address', (ann, claim) => verify(claim.customerId, ann)],
    ['the network vouched for it', (ann) => write(ann, { grade: 'known' })],
    [
      'the network vouched for it in answer to the same ticket, and an agent verified it',
      async (ann, { ticketId }) => {
        const proved = await write(ann, { grade: 'known', ticketId });
        expect(proved.ticketId).toBe(ticketId);
        await verify(proved.customerId, ann);
      },
    ],
    [
      'the network vouched for it, the two were merged, and an agent verified it',
      async (ann, claim) => {
        const known = await write(ann, { grade: 'known' });
        await mergeCustomers(sql(), known.customerId, claim.customerId, null);
        await verify(known.customerId, ann);
      },
    ],
  ])('is a stranger once %s', async (_when, prove) => {
    const ann = person();
    const claim = await write(ann);
    expect((await write(ann, claim)).ticketId).toBe(claim.ticketId);
    await prove(ann, claim);
    expect((await write(ann, claim)).ticketId).not.toBe(claim.ticketId);
  });

  it('is believed as if it had come alone when the proof that ends that comes together with it', async () => {
    const ann = person();
    const { ticketId } = await write(ann);
    const ids = [
      await insertPending(sql(), mail(ann, { ticketId })),
      await insertPending(sql(), mail(ann, { ticketId, grade: 'known' })),
    ];
    await createIngestion(parts())(ids);
    const { rows } = await sql().query<{ ticketId: string }>(
      'select ticket_id as "ticketId" from message where inbox_id = any ($1)',
      [ids],
    );
    expect(rows).toEqual([{ ticketId }, { ticketId }]);
  });

  it('brings nobody else into the ticket', async () => {
    const [ann, thief] = [person(), person()];
    const first = await write(ann);
    expect((await write(ann, { ...first, cc: [thief] })).ticketId).toBe(first.ticketId);
    expect((await write(thief, { grade: 'known', ticketId: first.ticketId })).ticketId).not.toBe(first.ticketId);
  });

  it('is believed about that ticket alone', async () => {
    const ann = person();
    const [first, other] = [await write(ann), await write(ann)];
    await mergeCustomers(sql(), first.customerId, other.customerId, null);
    await sql().query(
      `update ticket set status = 'closed', last_activity_at = now() - interval '30 days' where id = $1`,
      [first.ticketId],
    );
    const guess = await write(ann, { ticketId: first.ticketId, ticketNumber: other.number });
    expect([first.ticketId, other.ticketId]).not.toContain(guess.ticketId);
  });

  const refused = (error: unknown) => {
    expect(databaseErrorCode(error)).toBe('PB003');
    return null;
  };

  const askErasure = async (customerId: string) =>
    (
      await insertPrivacyRequest(sql(), {
        kind: 'erasure',
        customerId,
        state: 'waiting',
        reason: 'Asked',
        askedBy: 'somebody',
        waitDays: 0,
      })
    ).id;

  it('is waited for by who erases them, and waits for nobody who waits for it', async () => {
    const ann = person();
    const first = await write(ann);
    const id = await askErasure(first.customerId);
    const { erased } = await parts().db.transaction(async (tx) => {
      expect((await ingestSnapshot(tx, mail(ann, first), 0)).addressee).toBe(first.customerId);
      const asked = erase(parts(), id);
      await somebodyWaits(sql(), 'lock_person');
      // As whoever writes down what it decided.
      await tx.query('select 1 from ticket where id = $1 for no key update nowait', [first.ticketId]);
      return { erased: asked };
    });
    await erased;
  });

  it('and is erased meanwhile leaves nothing of the person', async () => {
    const ann = person();
    const first = await write(ann);
    const id = await askErasure(first.customerId);
    const answers = Array.from({ length: 6 }, () => write(ann, first));
    const [outcome] = await Promise.allSettled([erase(parts(), id), ...answers]);
    expect(outcome.status).toBe('fulfilled');
    const { rows } = await sql().query<{ n: number }>(
      `select count(*)::int as n from message where customer_id = $1 and body_text <> '' and body_text not like '[erased%'`,
      [first.customerId],
    );
    expect(rows[0]?.n).toBe(0);
  });
});
