import type { ChannelName, Customer, CustomerIdentifier, IdentifierKind, ProofOutcome } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { customerColumns, customerJoined } from './customers.ts';
import { present } from './paging.ts';

/** More evidence for one identifier than a person reads. */
const evidenceLimit = 20;

/** A customer's identifiers with what proved or said each of them, newest evidence first. A customer has few, and 200 at most are shown. */
export async function listIdentifiers(sql: Queryable, customerId: string): Promise<CustomerIdentifier[]> {
  const { rows } = await sql.query(
    `select i.id, i.kind, i.value, i.grade, i.channel, i.shared, i.extension, i.first_seen_at as "firstSeenAt", i.last_seen_at as "lastSeenAt",
       s.organisation, (
         select count(*) from (select 1 from identifier k join customer c on c.id = k.customer_id and c.merged_into is null
           where k.kind = i.kind and k.value = i.value and k.customer_id <> i.customer_id limit 100) others)::integer as "otherHolders",
       coalesce((
         select jsonb_agg(jsonb_build_object('source', e.source, 'grade', e.grade, 'channel', e.channel, 'by', a.name, 'reason', e.reason,
           'messageId', e.message_id, 'ticketId', m.ticket_id, 'at', e.at) order by e.at desc)
         from (select * from identifier_evidence e where e.customer_id = i.customer_id and e.kind = i.kind and e.value = i.value
           order by e.at desc limit ${evidenceLimit}) e
         left join agent a on a.id = e.by_agent_id left join message m on m.id = e.message_id), '[]') as evidence
     from identifier i left join shared_identifier s on s.kind = i.kind and s.value = i.value
     where i.customer_id = $1 order by i.first_seen_at, i.id limit 200`,
    [customerId],
  );
  return rows.map((row) => present<CustomerIdentifier>(row));
}

export interface IdentifierRow {
  id: string;
  kind: IdentifierKind;
  value: string;
  channel: ChannelName | null;
}

export async function readIdentifier(sql: Queryable, customerId: string, id: string): Promise<IdentifierRow | null> {
  const { rows } = await sql.query<IdentifierRow>(
    'select id, kind, value, channel from identifier where customer_id = $1 and id = $2',
    [customerId, id],
  );
  return rows[0] ?? null;
}

/** Customers who name an identifier, those who proved it first. */
export async function listHolders(sql: Queryable, kind: IdentifierKind, value: string): Promise<Customer[]> {
  const { rows } = await sql.query(
    `select ${customerColumns} from (
       select h.customer_id, h.grade from identifier h where h.kind = $1 and h.value = $2 order by h.grade desc, h.first_seen_at limit 50) h
     join customer c on c.id = h.customer_id and c.merged_into is null ${customerJoined} order by h.grade desc, c.id`,
    [kind, value],
  );
  return rows.map((row) => present<Customer>(row));
}

/**
 * Writes down that somebody named an identifier; it proves nothing. A number with an extension is a switchboard's, and is marked so in
 * the same transaction. Adding it again has no effect.
 */
export async function addIdentifier(
  tx: Queryable,
  added: { customerId: string; kind: IdentifierKind; value: string; extension: string | null; agentId: string },
): Promise<void> {
  const { customerId, kind, value, extension, agentId } = added;
  await tx.query('select lock_identifiers(array[$1])', [`${kind}:${value}`]);
  if (extension !== null)
    await tx.query(`select set_identifier_shared($1)`, [
      JSON.stringify({ kind, value, shared: true, source: 'extension', agentId, reason: 'It has extensions' }),
    ]);
  await tx.query(
    `with added as (
       insert into identifier as k (customer_id, kind, value, grade, shared, extension)
       values ($1, $2, $3, 'claimed', exists (select 1 from shared_identifier s where s.kind = $2 and s.value = $3), $4)
       on conflict (customer_id, kind, value) do update set extension = excluded.extension where k.extension is distinct from excluded.extension and excluded.extension is not null
       returning customer_id, kind, value),
     said as (insert into identifier_evidence (customer_id, kind, value, grade, source, by_agent_id) select customer_id, kind, value, 'claimed', 'agent', $5 from added)
     insert into event (type, customer_id, actor_id, data)
     select 'customer.identifier-added', customer_id, $5, jsonb_build_object('kind', kind, 'value', value) from added`,
    [customerId, kind, value, extension, agentId],
  );
}

export interface Proof {
  customerId: string;
  kind: IdentifierKind;
  value: string;
  source: 'token' | 'code' | 'agent';
  channel: ChannelName | null;
  agentId: string | null;
  reason: string | null;
  reference: string | null;
  /** Whether it may join the customer with another who verified it, too. */
  mayMerge: boolean;
}

/** See `prove_identifier` in the migrations. Raises PB001 (to be tried again), PB003, PB004. */
export async function proveIdentifier(sql: Queryable, proof: Proof): Promise<ProofOutcome> {
  const { rows } = await sql.query<{ answer: ProofOutcome }>('select prove_identifier($1) as answer', [
    JSON.stringify(proof),
  ]);
  return (rows[0] as { answer: ProofOutcome }).answer;
}

export interface Sharing {
  kind: IdentifierKind;
  value: string;
  shared: boolean;
  organisation: string | null;
  agentId: string;
  reason: string;
  keepCustomerId: string | null;
}

/** Raises PB003 when several proved it and nobody is said to keep it. */
export async function setIdentifierShared(sql: Queryable, sharing: Sharing): Promise<void> {
  await sql.query('select set_identifier_shared($1)', [JSON.stringify({ ...sharing, source: 'agent' })]);
}
