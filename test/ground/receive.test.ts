/** Which row of the inbox a delivery is: the one that is there already, or a new one. */
import { randomUUID } from 'node:crypto';
import { inboundContact } from '@patchbay/contracts';
import { insertInbox, openDatabase } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';
import { rolledBack } from '../support/rolled-back.ts';
import { shared } from '../support/shared.ts';

async function openTestDatabase() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url, poolSize: 2 }));
  const owned = stack.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Given {
  externalId: string;
  bytes: string;
  contentHash?: string;
  formerContentHash?: string;
}

const receive = (tx: Queryable, { externalId, bytes, contentHash, formerContentHash }: Given) =>
  insertInbox(tx, {
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
