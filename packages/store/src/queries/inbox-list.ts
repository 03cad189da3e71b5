import type { InboxItem, InboxState } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const columns = `
  id, external_id as "externalId", channel, channel_account as "channelAccount", state, reason, attempts, message_id as "messageId",
  ticket_id as "ticketId", raw_sha256 as "rawSha256", received_at as "receivedAt", contact ->> 'from' as "from",
  contact ->> 'subject' as subject, deliveries`;

/** Received contacts, newest first. */
export async function listInbox(
  sql: Queryable,
  state: InboxState | undefined,
  slice: Slice<string>,
): Promise<Cut<InboxItem, string>> {
  const values: unknown[] = [slice.limit + 1];
  const conditions = ['true'];
  if (state) conditions.push(`state = $${values.push(state)}`);
  if (slice.after !== null) conditions.push(`id < $${values.push(slice.after)}`);
  const { rows } = await sql.query(
    `select ${columns} from inbox where ${conditions.join(' and ')} order by id desc limit $1`,
    values,
  );
  return cut(
    rows.map((row) => present<InboxItem>(row)),
    slice.limit,
    (item) => item.id,
  );
}

export async function readInboxItem(sql: Queryable, id: string): Promise<InboxItem | null> {
  const { rows } = await sql.query(`select ${columns} from inbox where id = $1`, [id]);
  return rows[0] ? present<InboxItem>(rows[0]) : null;
}
