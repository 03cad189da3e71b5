/** What automation rules have to do and did. */
import type { ActionOutcome, AutomationDefinition, AutomationRun } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import type { EventRow, RoutedEvent } from './events.ts';
import { eventColumns, presentEvent } from './events.ts';
import { parameters } from './tickets.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

export interface NewRun {
  readonly ruleId: string;
  readonly version: number;
  readonly position: number;
  readonly chain: readonly string[];
  readonly eventSeq: number;
  readonly eventType: string;
  readonly ticketId: string;
}

/** A rule acts on an event once: what is there already stays. */
export async function insertRuns(tx: Queryable, runs: readonly NewRun[]): Promise<void> {
  if (runs.length === 0) return;
  await tx.query(
    `insert into automation_run (rule_id, version, event_seq, event_type, ticket_id, position, chain)
     select n."ruleId", n.version, n."eventSeq", n."eventType", n."ticketId", n.position, array(select jsonb_array_elements_text(n.chain)::uuid)
     from jsonb_to_recordset($1) n ("ruleId" uuid, version int, "eventSeq" bigint, "eventType" text, "ticketId" uuid, position int, chain jsonb)
     on conflict (rule_id, event_seq) do nothing`,
    [JSON.stringify(runs)],
  );
}

/** The chains of the runs that caused something, by their ids. */
export async function chainsOfRuns(
  sql: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql.query<{ id: string; chain: string[] }>(
    'select id, chain::text[] as chain from automation_run where id = any ($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, chain }) => [id, chain]));
}

export interface ClaimedRun {
  id: string;
  ruleId: string;
  version: number;
  eventSeq: number;
  eventType: string;
  ticketId: string;
  definition: AutomationDefinition;
  /** False when the rule was switched off or taken away meanwhile. */
  active: boolean;
  /** Runs of the rule on the ticket within the last hour, without this one. */
  recent: number;
}

/**
 * The next run of a ticket, held for this transaction. Null when there is none, or another process has it: runs of one ticket are done one
 * after the other, in the order of their events and rules.
 */
export async function claimRun(tx: Queryable, ticketId: string): Promise<ClaimedRun | null> {
  const { rows } = await tx.query<ClaimedRun>(
    `select u.id, u.rule_id as "ruleId", u.version, u.event_seq as "eventSeq", u.event_type as "eventType", u.ticket_id as "ticketId",
       v.definition, r.enabled and r.removed_at is null as active,
       (select count(*)::int from automation_run o where o.ticket_id = u.ticket_id and o.rule_id = u.rule_id and o.id <> u.id
          and o.state in ('done', 'failed') and o.created_at > now() - interval '1 hour') as recent
     from automation_run u join automation_rule r on r.id = u.rule_id
       join automation_rule_version v on v.rule_id = u.rule_id and v.version = u.version
     where u.id = (select w.id from automation_run w where w.ticket_id = $1 and w.state = 'waiting' order by w.event_seq, w.position limit 1)
       and u.state = 'waiting'
     for no key update of u skip locked`,
    [ticketId],
  );
  return rows[0] ?? null;
}

/** In the transaction that did what it says. */
export async function settleRun(
  tx: Queryable,
  id: string,
  state: 'done' | 'failed' | 'paused',
  outcomes: readonly ActionOutcome[],
  durationMs: number,
): Promise<void> {
  await tx.query(
    `update automation_run set state = $2, outcomes = $3, duration_ms = $4, finished_at = clock_timestamp() where id = $1 and state = 'waiting'`,
    [id, state, JSON.stringify(outcomes), durationMs],
  );
}

/** Events that are written in this transaction say that they follow from it. */
export async function correlateEvents(tx: Queryable, correlationId: string): Promise<void> {
  await tx.query(`select set_config('patchbay.correlation', $1, true)`, [correlationId]);
}

/** Tells that a rule leaves a ticket alone, once an hour. */
export async function tellPaused(
  tx: Queryable,
  run: Pick<ClaimedRun, 'ruleId' | 'ticketId'>,
  data: { ruleName: string; limit: number; reason: string },
): Promise<void> {
  await tx.query(
    `insert into event (type, ticket_id, customer_id, queue_id, agent_id, data)
     select 'automation.paused', t.id, t.customer_id, t.queue_id, t.assignee_id, $3::jsonb || jsonb_build_object('ruleId', $2::uuid)
     from ticket t where t.id = $1 and not exists (select 1 from automation_run o where o.ticket_id = $1 and o.rule_id = $2 and o.state = 'paused'
       and o.created_at > now() - interval '1 hour')`,
    [run.ticketId, run.ruleId, JSON.stringify(data)],
  );
}

/** False when the rule has answered the ticket before. */
export async function takeReply(tx: Queryable, ruleId: string, ticketId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into automation_reply (rule_id, ticket_id) values ($1, $2) on conflict do nothing',
    [ruleId, ticketId],
  );
  return rowCount === 1;
}

export async function hasReplied(sql: Queryable, ruleId: string, ticketId: string): Promise<boolean> {
  const { rowCount } = await sql.query('select 1 from automation_reply where rule_id = $1 and ticket_id = $2', [
    ruleId,
    ticketId,
  ]);
  return rowCount === 1;
}

export interface AutomaticMessage {
  readonly ticketId: string;
  readonly key: string;
  readonly visibility: 'public' | 'internal';
  readonly text: string;
  readonly sender: string | null;
  readonly senderName: string;
  readonly correlationId: string;
  readonly mostToCustomer: number;
}

export interface WrittenAutomatic {
  outcome: 'created' | 'repeated' | 'no-ticket' | 'closed' | 'not-a-person' | 'too-many';
  messageId?: string;
  outboundId?: string | null;
}

export async function writeAutomatic(tx: Queryable, message: AutomaticMessage): Promise<WrittenAutomatic> {
  const { rows } = await tx.query<{ written: WrittenAutomatic }>('select write_automatic($1) as written', [
    JSON.stringify(message),
  ]);
  return rows[0]?.written ?? { outcome: 'no-ticket' };
}

/** Tickets with runs that nobody has done for so long. */
export async function ticketsWithRuns(sql: Queryable, graceMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select distinct ticket_id as id from automation_run where state = 'waiting' and created_at < now() - make_interval(secs => $1 / 1000.0) limit $2`,
    [graceMs, limit],
  );
  return rows.map(({ id }) => id);
}

/** Newest first. */
export async function listAutomationRuns(
  sql: Queryable,
  filter: { ruleId?: string | undefined; ticketId?: string | undefined; state?: string | undefined },
  slice: Slice<string>,
): Promise<Cut<AutomationRun, string>> {
  const { values, bind } = parameters(slice.limit + 1);
  const conditions = ['true'];
  if (filter.ruleId) conditions.push(`u.rule_id = ${bind(filter.ruleId)}`);
  if (filter.ticketId) conditions.push(`u.ticket_id = ${bind(filter.ticketId)}`);
  if (filter.state) conditions.push(`u.state = ${bind(filter.state)}`);
  if (slice.after !== null) conditions.push(`u.id < ${bind(slice.after)}`);
  const { rows } = await sql.query(
    `select u.id, u.rule_id as "ruleId", v.definition ->> 'name' as "ruleName", u.version, u.event_seq as "eventSeq", u.event_type as "eventType",
       u.ticket_id as "ticketId", t.number as "ticketNumber", cardinality(u.chain) as depth, u.state, u.outcomes, u.duration_ms as "durationMs",
       u.created_at as "createdAt", u.finished_at as "finishedAt"
     from automation_run u join automation_rule_version v on v.rule_id = u.rule_id and v.version = u.version left join ticket t on t.id = u.ticket_id
     where ${conditions.join(' and ')} order by u.id desc limit $1`,
    values,
  );
  return cut(
    rows.map((row) => present<AutomationRun>(row)),
    slice.limit,
    ({ id }) => id,
  );
}

/** Runs that ended longer ago than so many days. */
export async function deleteOldRuns(sql: Queryable, days: number, limit: number): Promise<void> {
  await sql.query(
    `delete from automation_run where id in (select id from automation_run where id < uuid_v7_floor(now() - make_interval(days => $1))
       and state <> 'waiting' order by id limit $2)`,
    [days, limit],
  );
}

/** Events of these types of the last days, newest first, among the last `within` of all types: what it costs is bounded. */
export async function recentEvents(
  sql: Queryable,
  types: readonly string[],
  since: Date,
  within: number,
  limit: number,
): Promise<{ events: RoutedEvent[]; since: Date; cut: boolean }> {
  const { rows } = await sql.query<EventRow & Pick<RoutedEvent, 'alsoQueueIds'>>(
    `select ${eventColumns}, also_queue_ids as "alsoQueueIds" from event
     where seq > (select last_seq from relay_state) - $3 and type = any ($1) and at > $2 and ticket_id is not null order by seq desc limit $4`,
    [types, since, within, limit],
  );
  const oldest = await sql.query<{ seq: number; at: Date }>(
    'select seq, at from event where seq > (select last_seq from relay_state) - $1 order by seq limit 1',
    [within],
  );
  const [seen] = oldest.rows;
  const cut = seen !== undefined && seen.seq > 1 && seen.at > since;
  return { events: rows.map(presentEvent), since: cut ? seen.at : since, cut };
}
