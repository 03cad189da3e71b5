import { randomUUID } from 'node:crypto';
import { channelName, identifierGrade, inboundContact, messageKind, ticketStatus } from '@patchbay/contracts';
import type { ContactIdentifier, InboundContact } from '@patchbay/contracts';
import { decideTicket, foundBy, resolveCustomer } from '@patchbay/domain';
import { ingestFast, ingestSnapshot } from '@patchbay/store';
import type { IngestSnapshot, Queryable } from '@patchbay/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTestDatabase } from '../support/backends.ts';
import { insertPending } from '../support/inbox-row.ts';
import { rolledBack } from '../support/rolled-back.ts';
import { shared } from '../support/shared.ts';

const hour = 3600_000;
const continuationMs = {
  email: 0,
  sms: 72 * hour,
  whatsapp: 72 * hour,
  chat: 24 * hour,
  phone: hour,
  http: 0,
} as const;

// A few values of everything, so that they meet.
const value = fc.constantFrom('a@example.org', 'b@example.org');
const channel = fc.oneof(
  { weight: 3, arbitrary: fc.constant('sms' as const) },
  fc.constantFrom('email', ...channelName.options),
);
const reference = fc.constantFrom('<1@example.org>', '<2@example.org>', '<3@example.org>');
const usually = <T>(common: T, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(common) }, { weight: 1, arbitrary: rare });
const grade = usually('known', fc.constantFrom(...identifierGrade.options));
const ageMs = fc.oneof(fc.integer({ min: 1000, max: hour }), fc.integer({ min: 1000, max: 100 * hour }));

const world = fc.record({
  customers: fc.array(
    fc.array(fc.record({ value, grade, shared: usually(false, fc.boolean()) }), { minLength: 1, maxLength: 2 }),
    { minLength: 1, maxLength: 2 },
  ),
  tickets: fc.array(
    fc.record({
      customer: fc.nat(2),
      channel,
      status: usually('open', fc.constantFrom(...ticketStatus.options)),
      ageMs,
      account: usually('centre', fc.constant('another number')),
      contactAddress: usually('a@example.org', value),
      references: fc.array(reference, { maxLength: 2 }),
      parties: fc.array(value, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

const contact = fc
  .record({
    channel,
    kind: usually('customer', fc.constantFrom(...messageKind.options)),
    automatic: usually(false, fc.boolean()),
    identifiers: fc.uniqueArray(fc.record({ value, grade }), {
      minLength: 1,
      maxLength: 2,
      selector: (one) => one.value,
    }),
    references: fc.oneof(fc.constant([]), fc.uniqueArray(reference, { maxLength: 2 })),
    ticketNumber: usually(undefined, fc.integer({ min: 1001, max: 1004 })),
  })
  .map(({ identifiers, references, ticketNumber, ...given }): InboundContact =>
    inboundContact.parse({
      ...given,
      channelAccount: 'centre',
      externalId: randomUUID(),
      from: identifiers[0]?.value ?? '',
      text: 'Hello',
      receivedAt: new Date().toISOString(),
      identifiers: identifiers.map((one): ContactIdentifier => ({ kind: 'email', ...one })),
      threading: { references, ...(ticketNumber !== undefined && { ticketNumber }) },
    }),
  );

/** Numbers of tickets begin at 1001 in every world. Answers the tickets' ids. */
async function build(tx: Queryable, { customers, tickets }: World): Promise<string[]> {
  const ids: string[] = [];
  const ticketIds: string[] = [];
  await tx.query(`insert into queue (name) values ('Everything')`);
  for (const identifiers of customers) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into customer (display_name) values ('Somebody') returning id`,
    );
    ids.push(rows[0]?.id ?? '');
    for (const one of identifiers) {
      await tx.query(
        `insert into identifier (customer_id, kind, value, grade, shared) values ($1, 'email', $2, $3, $4) on conflict do nothing`,
        [ids.at(-1), one.value, one.grade, one.shared],
      );
    }
  }
  for (const [index, ticket] of tickets.entries()) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ticket (number, subject, status, channel, channel_account, customer_id, contact_address, last_activity_at, queue_id)
       select $1, 'Something', $2, $3, $4, $5::uuid, $6, now() - make_interval(secs => $7), id from queue returning id`,
      [
        1001 + index,
        ticket.status,
        ticket.channel,
        ticket.account,
        ids[ticket.customer % ids.length],
        ticket.contactAddress,
        ticket.ageMs / 1000,
      ],
    );
    for (const one of ticket.references)
      await tx.query('insert into thread_reference (reference, ticket_id) values ($1, $2) on conflict do nothing', [
        one,
        rows[0]?.id,
      ]);
    for (const one of ticket.parties)
      await tx.query(
        `insert into ticket_party (ticket_id, kind, value) values ($1, 'email', $2) on conflict do nothing`,
        [rows[0]?.id, one],
      );
    ticketIds.push(rows[0]?.id ?? '');
  }
  return ticketIds;
}

/** What the rules decide about a contact, from what the database shows them. */
function byRules(given: InboundContact, snapshot: IngestSnapshot, now: Date) {
  const customer = resolveCustomer(given.identifiers, snapshot.customers, snapshot.addressee);
  const customerId = customer.outcome === 'same' ? customer.customerId : null;
  const ticket = decideTicket({
    channel: given.channel,
    kind: given.kind,
    automatic: given.automatic,
    customerId,
    continuationMs: continuationMs[given.channel],
    keepsEnds: given.channel !== 'phone',
    reopenMs: 168 * hour,
    now,
    candidates: snapshot.tickets.map((candidate) => ({
      ...candidate,
      // No world has sent anything.
      namesSent: false,
      lastActivityAt: new Date(candidate.lastActivityAt),
      settledAt: candidate.settledAt === null ? null : new Date(candidate.settledAt),
    })),
  });
  return { customerId, ticket };
}

describe('the fast path of ingest', () => {
  const database = shared(openTestDatabase);

  it('decides what the rules decide, whenever it decides', async () => {
    let decided = 0;
    const agrees = async (tx: Queryable, given: World, written: InboundContact, signed: number | null) => {
      const tickets = await build(tx, given);
      const ticketId = tickets[signed ?? tickets.length];
      const incoming = { ...written, threading: { ...written.threading, ...(ticketId && { ticketId }) } };
      const inboxId = await insertPending(tx, incoming);
      const snapshot = await ingestSnapshot(tx, incoming, continuationMs[incoming.channel]);
      const now = (await tx.query<{ now: Date }>('select now()')).rows[0]?.now ?? new Date();
      const fast = await ingestFast(tx, inboxId, JSON.stringify(continuationMs), JSON.stringify(foundBy));
      if (fast.outcome !== 'done') return;
      decided += 1;
      const { customerId, ticket } = byRules(incoming, snapshot, now);
      const { rows } = await tx.query<{ reason: string }>(
        `select data ->> 'reason' as reason from event where type = 'message.received'`,
      );
      expect({
        action: 'continue',
        ticketId: fast.ticketId,
        customerId: fast.customerId,
        reopen: false,
        reason: rows[0]?.reason,
      }).toEqual({ ...ticket, customerId });
    };
    const { db } = database();
    await fc.assert(
      fc.asyncProperty(world, contact, usually(null, fc.nat(3)), (given, incoming, signed) =>
        rolledBack(db, (tx) => agrees(tx, given, incoming, signed)),
      ),
      { numRuns: 400 },
    );
    // Worlds are made so that the plain case is common; were it rare, this would show little.
    expect(decided).toBeGreaterThan(15);
  }, 60_000);

  it('finds the customer who proved an address, however many have claimed it', async () => {
    await rolledBack(database().db, async (tx) => {
      const known = { value: 'a@example.org' as const, grade: 'known' as const, shared: false };
      const claimed = { ...known, grade: 'claimed' as const };
      await build(tx, { customers: [...Array.from({ length: 30 }, () => [claimed]), [known]], tickets: [] });
      const incoming = inboundContact.parse({
        channel: 'email',
        channelAccount: 'centre',
        externalId: randomUUID(),
        from: known.value,
        receivedAt: new Date().toISOString(),
        identifiers: [{ kind: 'email', value: known.value, grade: 'known' }],
      });
      const { customerId } = byRules(incoming, await ingestSnapshot(tx, incoming, 0), new Date());
      const { rows } = await tx.query<{ id: string }>(`select customer_id as id from identifier where grade = 'known'`);
      expect(customerId).toBe(rows[0]?.id);
    });
  });
});
