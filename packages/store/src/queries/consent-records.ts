import type { ConsentRecord, ConsentRecordCreate } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';

/** Every change, newest first: the first of a purpose is what holds. */
export async function listConsentRecords(sql: Queryable, customerId: string): Promise<ConsentRecord[]> {
  const { rows } = await sql.query(
    `select id, purpose, state, source, channel, text_version as "textVersion", note, by_agent_id as "byAgentId", at
     from consent_record where customer_id = $1 order by at desc, id desc limit 200`,
    [customerId],
  );
  return rows.map((row) => present<ConsentRecord>(row));
}

/** Writes what the person said, with its event. The row of the customer orders what is said about it. */
export async function insertConsentRecord(
  tx: Queryable,
  customerId: string,
  record: ConsentRecordCreate,
  by: { readonly agentId: string; readonly correlationId: string },
): Promise<void> {
  const { rows } = await tx.query<{ state: string }>(
    `select state from customer c left join lateral (
       select r.state from consent_record r where r.customer_id = c.id and r.purpose = $2 order by r.at desc, r.id desc limit 1) last on true
     where c.id = $1 for no key update of c`,
    [customerId, record.purpose],
  );
  await tx.query(
    `insert into consent_record (customer_id, purpose, state, source, channel, text_version, note, by_agent_id) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      customerId,
      record.purpose,
      record.state,
      record.source,
      record.channel,
      record.textVersion,
      record.note,
      by.agentId,
    ],
  );
  await tx.query(
    `insert into event (type, customer_id, actor_id, correlation_id, data) values ('consent.recorded', $1, $2, $3, $4)`,
    [
      customerId,
      by.agentId,
      by.correlationId,
      JSON.stringify({
        purpose: record.purpose,
        state: record.state,
        before: rows[0]?.state ?? null,
        source: record.source,
        textVersion: record.textVersion,
      }),
    ],
  );
}
