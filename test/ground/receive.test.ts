/** Which row of the inbox a delivery is: the one that is there already, or a new one. */
import { randomUUID } from 'node:crypto';
import { inboundContact } from '@patchbay/contracts';
import { writeReceived } from '@patchbay/engine/pipeline/received-together';
import fc from 'fast-check';
import { insertInboxes, openDatabase } from '@patchbay/store';
import type { InboxInsert, Queryable, ReceivedRow } from '@patchbay/store';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';
import { rolledBack } from '../support/rolled-back.ts';
import { shared } from '../support/shared.ts';

async function openTestDatabase() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url, poolSize: 8 }));
  const owned = stack.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Given {
  externalId: string;
  bytes: string;
  contentHash?: string | undefined;
  formerContentHash?: string | undefined;
}

const rowOf = ({ externalId, bytes, contentHash, formerContentHash }: Given): InboxInsert => ({
  channel: 'email',
  channelAccount: 'email',
  externalId,
  contentHash: contentHash ?? null,
  contact:
    contentHash === undefined
      ? null
      : inboundContact.parse({
          channel: 'email',
          channelAccount: 'email',
          externalId,
          contentHash,
          formerContentHash,
          identifiers: [],
          from: 'ann@example.org',
          receivedAt: new Date().toISOString(),
        }),
  raw: Buffer.from(bytes),
  rawType: 'message/rfc822',
  rawSha256: bytes,
  state: contentHash === undefined ? 'quarantined' : 'pending',
  reason: contentHash === undefined ? 'Not understood' : null,
  correlationId: randomUUID(),
});

async function receive(tx: Queryable, given: Given) {
  const [received] = await insertInboxes(tx, [rowOf(given)]);
  if (!received) throw new Error('Nothing was received');
  return received;
}

describe('a mail that is received again', () => {
  const database = shared(openTestDatabase);
  const known = '<1@example.org>';

  it.each<[string, Given, Given, string]>([
    [
      'in other bytes',
      { externalId: known, bytes: 'a', contentHash: 'one' },
      { externalId: known, bytes: 'b', contentHash: 'one' },
      'duplicate',
    ],
    [
      'of which an earlier release made another hash',
      { externalId: known, bytes: 'a', contentHash: 'old' },
      { externalId: known, bytes: 'b', contentHash: 'new', formerContentHash: 'old' },
      'duplicate',
    ],
    [
      'that an earlier release named by its hash',
      { externalId: '<old@missing-message-id>', bytes: 'a', contentHash: 'old' },
      { externalId: '<new@missing-message-id>', bytes: 'b', contentHash: 'new', formerContentHash: 'old' },
      'duplicate',
    ],
    [
      'that says something else',
      { externalId: known, bytes: 'a', contentHash: 'one' },
      { externalId: known, bytes: 'b', contentHash: 'two', formerContentHash: 'old' },
      'accepted',
    ],
    [
      'whose id something has that nobody could read',
      { externalId: known, bytes: 'a' },
      { externalId: known, bytes: 'b', contentHash: 'one' },
      'accepted',
    ],
    [
      'that nobody could read either time',
      { externalId: known, bytes: 'a' },
      { externalId: known, bytes: 'a' },
      'duplicate',
    ],
  ])('%s', async (_name, first, second, outcome) => {
    await rolledBack(database().db, async (tx) => {
      await receive(tx, first);
      expect((await receive(tx, second)).outcome).toBe(outcome);
      // However often, it stays at that.
      expect((await receive(tx, second)).outcome).toBe('duplicate');
      expect((await receive(tx, first)).outcome).toBe('duplicate');
    });
  });
});

describe('mails that are received together', () => {
  const database = shared(openTestDatabase);

  it('become the rows that they become one after the other', async () => {
    const mail = fc.record({
      externalId: fc.constantFrom(
        '<1@example.org>',
        '<2@example.org>',
        '<old@missing-message-id>',
        '<new@missing-message-id>',
      ),
      bytes: fc.constantFrom('a', 'b', 'longer than others, with signs: Größe 质量'),
      contentHash: fc.constantFrom('one', 'two', undefined),
      formerContentHash: fc.constantFrom('old', undefined),
    });
    const outcomes = async (received: (tx: Queryable) => Promise<ReceivedRow[]>) =>
      rolledBack(database().db, async (tx) => {
        const answers = await received(tx);
        const { rows } = await tx.query(
          `select id, external_id, content_hash, contact - 'receivedAt' as contact, convert_from(raw, 'UTF8') as raw, raw_type, raw_sha256, state,
             reason ~ 'received before' as again, deliveries from inbox order by channel_account, external_id`,
        );
        const named = new Map(rows.map(({ id, external_id: name }) => [id, name]));
        return {
          answers: answers.map(({ inboxId, outcome }) => ({ name: named.get(inboxId), outcome })),
          rows: rows.map((row) => ({ ...row, id: null })),
        };
      });
    await fc.assert(
      fc.asyncProperty(
        fc.array(mail, { maxLength: 3 }),
        fc.array(mail, { minLength: 1, maxLength: 5 }),
        async (before, mails) => {
          const oneByOne = async (tx: Queryable, given: readonly Given[]) => {
            const received: ReceivedRow[] = [];
            for (const one of given) received.push(await receive(tx, one));
            return received;
          };
          const apart = await outcomes(async (tx) => {
            await oneByOne(tx, before);
            return oneByOne(tx, mails);
          });
          const together = await outcomes(async (tx) => {
            await oneByOne(tx, before);
            return insertInboxes(tx, mails.map(rowOf));
          });
          expect(together).toEqual(apart);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('do not wait for one whose row another transaction has', async () => {
    const { db } = database();
    const parts = { db, log: { info: () => undefined } };
    const given = (externalId: string) => rowOf({ externalId, bytes: externalId, contentHash: externalId });
    const held = ['<held-1@example.org>', '<held-2@example.org>'];
    for (const externalId of held) await writeReceived(parts, given(externalId));
    const again = await db.transaction(async (tx) => {
      await tx.query('select 1 from inbox where external_id = any ($1) for update', [held]);
      const waiting = [...held, ...held].map((externalId) => writeReceived(parts, given(externalId)));
      const others = ['<free-1@example.org>', '<free-2@example.org>'].map((name) => writeReceived(parts, given(name)));
      expect((await Promise.all(others)).map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
      return waiting;
    });
    expect((await Promise.all(again)).map(({ outcome }) => outcome)).toEqual(
      held.flatMap(() => ['duplicate', 'duplicate']),
    );
  });

  it('have their order in the time at which they came', async () => {
    const names = ['c', 'a', 'b'].map((name) => `<${name}@order.example>`);
    const rows = await rolledBack(database().db, async (tx) => {
      await insertInboxes(
        tx,
        names.map((externalId) => rowOf({ externalId, bytes: 'x', contentHash: externalId })),
      );
      return (
        await tx.query<{ name: string }>(
          'select external_id as name from inbox where external_id = any ($1) order by received_at',
          [names],
        )
      ).rows;
    });
    expect(rows.map(({ name }) => name)).toEqual(names);
  });
});
