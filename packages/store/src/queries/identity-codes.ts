/** One-time codes that prove an address or a number, and their way out. */
import type { IdentityCode } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';

export interface NewCode {
  id: string;
  customerId: string;
  ticketId: string;
  kind: 'email' | 'phone';
  value: string;
  codeHash: string;
  sealedCode: string;
  expiresAt: Date;
  agentId: string;
  channel: 'email' | 'sms';
  channelAccount: string;
  sender: string;
  subject: string | null;
  /** With a place for the code, which stands nowhere in plain. */
  text: string;
  correlationId: string;
}

const columns = `id, kind, value, expires_at as "expiresAt", greatest(0, 5 - attempts) as "attemptsLeft", used_at as "usedAt"`;
export type CodeRow = IdentityCode & { customerId: string };

/** Many codes to one address or of one agent are somebody's nuisance or attack. */
export const codeRates = { address: { most: 3, minutes: 15 }, agent: { most: 20, minutes: 60 } } as const;

/**
 * Writes a code down with the internal message that carries it, and its row on the way out. Earlier codes for the address hold no
 * longer. Answers the outbound row's id; null when too many were asked for.
 */
export async function insertCode(tx: Queryable, code: NewCode): Promise<string | null> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 21))', [`${code.kind}:${code.value}`]);
  const { rows: counted } = await tx.query<{ address: number; agent: number }>(
    `select (select count(*) from identity_code where kind = $1 and value = $2 and created_at > now() - make_interval(mins => $4)) as address,
       (select count(*) from identity_code where by_agent_id = $3 and created_at > now() - make_interval(mins => $5)) as agent`,
    [code.kind, code.value, code.agentId, codeRates.address.minutes, codeRates.agent.minutes],
  );
  const asked = counted[0];
  if (!asked || asked.address >= codeRates.address.most || asked.agent >= codeRates.agent.most) return null;
  const { rows } = await tx.query<{ outboundId: string }>(
    `with said as (
       insert into message (ticket_id, customer_id, direction, channel, channel_account, kind, visibility, author_id, sender, recipients, subject, own_subject,
         body_text, delivery_status)
       values ($3, $2, 'out', $10, $11, 'system', 'internal', $9, $12, array[$5], $13, true, $14, 'queued') returning id),
     leaving as (
       insert into outbound (message_id, ticket_id, author_id, idempotency_key, channel, channel_account, recipient, correlation_id)
       select id, $3, $9, 'identity-code:' || $1, $10, $11, $5, $15 from said returning id, message_id),
     counted as (update ticket set message_count = message_count + 1, updated_at = now() where id = $3 returning id, queue_id, assignee_id),
     over as (update identity_code set expires_at = now(), sealed_code = null where kind = $4 and value = $5 and used_at is null and expires_at > now()),
     kept as (
       insert into identity_code (id, customer_id, ticket_id, kind, value, code_hash, sealed_code, outbound_id, expires_at, by_agent_id)
       select $1::uuid, $2, $3, $4, $5, $6, $7, l.id, $8, $9 from leaving l),
     told as (
       insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
       select 'identity.code-sent', $3, $2, c.queue_id, c.assignee_id, $9, $15, jsonb_build_object('codeId', $1, 'kind', $4::text, 'value', $5::text) from counted c
       union all
       select 'message.created', $3, $2, c.queue_id, c.assignee_id, $9, $15, jsonb_build_object('messageId', l.message_id, 'channel', $10::text,
         'kind', 'system', 'visibility', 'internal', 'direction', 'out') from counted c, leaving l)
     select id as "outboundId" from leaving`,
    [
      code.id,
      code.customerId,
      code.ticketId,
      code.kind,
      code.value,
      code.codeHash,
      code.sealedCode,
      code.expiresAt,
      code.agentId,
      code.channel,
      code.channelAccount,
      code.sender,
      code.subject,
      code.text,
      code.correlationId,
    ],
  );
  return (rows[0] as { outboundId: string }).outboundId;
}

export async function readCode(sql: Queryable, id: string): Promise<CodeRow | null> {
  const { rows } = await sql.query(`select ${columns}, customer_id as "customerId" from identity_code where id = $1`, [
    id,
  ]);
  return rows[0] ? present<CodeRow>(rows[0]) : null;
}

/** The code that a visitor may be typing: the newest that holds on one of the visitor's conversations, for whoever that is of. */
export async function openCodeOfVisitor(sql: Queryable, visitorId: string, now: Date): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `select c.id from ticket t join identity_code c on c.ticket_id = t.id and c.customer_id = t.customer_id
     where t.visitor_id = $1 and c.used_at is null and c.expires_at > $2 order by c.created_at desc limit 1`,
    [visitorId, now],
  );
  return rows[0]?.id ?? null;
}

/** Codes that hold for a customer's addresses, newest first. */
export async function listOpenCodes(sql: Queryable, customerId: string, now: Date): Promise<IdentityCode[]> {
  const { rows } = await sql.query(
    `select ${columns} from identity_code where customer_id = $1 and used_at is null and expires_at > $2 order by created_at desc limit 50`,
    [customerId, now],
  );
  return rows.map((row) => present<IdentityCode>(row));
}

export type CodeResult = 'confirmed' | 'wrong' | 'expired' | 'exhausted' | 'used' | 'unknown';

/** One try. Every one but the right one counts. */
export async function tryCode(tx: Queryable, id: string, hash: string, now: Date): Promise<CodeResult> {
  const { rows } = await tx.query<{ result: CodeResult }>('select try_identity_code($1, $2, $3) as result', [
    id,
    hash,
    now,
  ]);
  return (rows[0] as { result: CodeResult }).result;
}

export async function tellCodeTried(
  tx: Queryable,
  id: string,
  result: CodeResult,
  agentId: string | null,
): Promise<void> {
  await tx.query(
    `insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
     select 'identity.code-tried', t.id, c.customer_id, t.queue_id, t.assignee_id, $3, jsonb_build_object('codeId', c.id, 'result', $2::text)
     from identity_code c join ticket t on t.id = c.ticket_id where c.id = $1`,
    [id, result, agentId],
  );
}

/** The sealed code of a message that is about to leave; null when it holds no longer. */
export async function readSealedCode(
  sql: Queryable,
  outboundId: string,
): Promise<{ id: string; sealed: string } | null> {
  const { rows } = await sql.query<{ id: string; sealed: string }>(
    `select id, sealed_code as sealed from identity_code where outbound_id = $1 and sealed_code is not null and expires_at > now()`,
    [outboundId],
  );
  return rows[0] ?? null;
}

/** Nothing of a code is kept once it has left or holds no longer. */
export async function forgetSealedCodes(sql: Queryable): Promise<void> {
  await sql.query(
    `update identity_code c set sealed_code = null where c.sealed_code is not null
       and (c.expires_at < now() or exists (select 1 from outbound o where o.id = c.outbound_id and o.status in ('sent', 'failed')))`,
  );
}
