/** A contact put into the inbox as an adapter would, and left there for its test to ingest. */
import type { InboundContact } from '@patchbay/contracts';
import { insertInboxes } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';

/** @returns its row's id */
export async function insertPending(sql: Queryable, contact: InboundContact): Promise<string> {
  const [row] = await insertInboxes(sql, [
    {
      channel: contact.channel,
      channelAccount: contact.channelAccount,
      externalId: contact.externalId,
      contentHash: contact.contentHash ?? null,
      contact,
      raw: Buffer.from(contact.externalId),
      rawType: 'text/plain',
      rawSha256: '0'.repeat(64),
      state: 'pending',
      reason: null,
      correlationId: contact.externalId,
    },
  ]);
  return row?.inboxId ?? '';
}
