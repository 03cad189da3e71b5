/** Clocks of tickets: what their events have come to, and what is due. */
import type { ChannelName, ClockKind, ServiceTarget, TicketStatus } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { eventColumns, type EventRow } from './events.ts';

export interface KeptState<State, Choice> {
  ticketId: string;
  /** The last event that is in the state. */
  seq: number;
  firstChoice: Choice;
  /** What was decided last; the event that tells of it may not be read yet. */
  decided: Choice;
  state: State;
}

const stateColumns = `ticket_id as "ticketId", seq, first_choice as "firstChoice", decided, state`;

export async function readStates<State, Choice>(
  tx: Queryable,
  ticketIds: readonly string[],
): Promise<KeptState<State, Choice>[]> {
  const { rows } = await tx.query<KeptState<State, Choice>>(
    `select ${stateColumns} from ticket_service where ticket_id = any ($1)`,
    [ticketIds],
  );
  return rows;
}

export interface TraitsRow {
  ticketId: string;
  number: number;
  channel: ChannelName;
  queueId: string | null;
  requestType: string | null;
  grade: string | null;
  priority: number;
  status: TicketStatus;
  assigneeId: string | null;
}

const traits = `select t.id as "ticketId", t.number, t.channel, t.queue_id as "queueId", t.request_type as "requestType", c.grade, t.priority, t.status,
  t.assignee_id as "assigneeId" from ticket t join customer c on c.id = t.customer_id`;

export async function readTraits(tx: Queryable, ticketIds: readonly string[]): Promise<TraitsRow[]> {
  const { rows } = await tx.query<TraitsRow>(`${traits} where t.id = any ($1)`, [ticketIds]);
  return rows;
}

/** Tickets of these customers that are not settled. */
export async function openTicketsOf(tx: Queryable, customerIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from ticket where customer_id = any ($1) and status in ('open', 'pending')`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}

export type HistoryEvent = Pick<EventRow, 'seq' | 'type' | 'at' | 'data'> & { ticketId: string };

/** Numbered events of these types up to one, oldest first. */
export async function historyOf(
  tx: Queryable,
  ticketIds: readonly string[],
  types: readonly string[],
  upTo: number,
): Promise<HistoryEvent[]> {
  const { rows } = await tx.query<HistoryEvent>(
    `select ${eventColumns} from event where ticket_id = any ($1) and type = any ($2) and seq <= $3 order by seq`,
    [ticketIds, types, upTo],
  );
  return rows;
}

/** Of these messages, those that were passed on to somebody else. */
export async function forwardsAmong(tx: Queryable, messageIds: readonly string[]): Promise<Set<string>> {
  if (messageIds.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    'select id from message where id = any ($1) and forward_of is not null',
    [messageIds],
  );
  return new Set(rows.map(({ id }) => id));
}

export interface ClockRow {
  ticketId: string;
  kind: ClockKind;
  round: number;
  choice: { version: number; policyId: string | null; reason: string };
  target: ServiceTarget;
  state: 'running' | 'paused' | 'stopped' | 'met' | 'dropped';
  startedAt: Date;
  dueAt: Date | null;
  warnAt: Date | null;
  metAt: Date | null;
  businessMs: number;
  calendarMs: number;
  runs: { from: number; to: number | null; cause?: 'pending' | 'resolved' | 'closed' }[];
}

/** The clock that a ticket's list shows. */
export interface ClockSummary {
  kind: ClockKind | null;
  clockState: ClockRow['state'] | null;
  dueAt: Date | null;
  warnAt: Date | null;
}

/** `silentUntil`: what lies before it is new here and not told of. */
export async function keepClocks<State, Choice>(
  tx: Queryable,
  states: readonly (KeptState<State, Choice> & ClockSummary)[],
  clocks: readonly ClockRow[],
  silentUntil: Date | null,
): Promise<void> {
  await tx.query('select keep_clocks($1, $2, $3)', [JSON.stringify(states), JSON.stringify(clocks), silentUntil]);
}

/** Told by the reader when it comes to it. */
export async function tellTargetsChanged(
  tx: Queryable,
  changes: readonly { ticketId: string; version: number; policy: string | null; name: string | null; reason: string }[],
  actorId: string | null,
): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
     select 'ticket.targets-changed', t.id, t.customer_id, t.queue_id, t.assignee_id, $2,
       jsonb_build_object('version', c.version, 'policy', c.policy, 'name', c.name, 'reason', c.reason)
     from jsonb_to_recordset($1) c ("ticketId" uuid, version int, policy text, name text, reason text) join ticket t on t.id = c."ticketId"
     order by t.id`,
    [JSON.stringify(changes), actorId],
  );
}

/** Tells of up to so many clocks whose moment has come. Answers how many there were. */
export async function fireClocks(sql: Queryable, now: Date, types: readonly string[], limit: number): Promise<number> {
  const { rows } = await sql.query<{ n: number }>('select fire_clocks($1, $2, $3) as n', [now, types, limit]);
  return rows[0]?.n ?? 0;
}

/** Moments within a stretch of time at which a clock has to be told of, each once. */
export async function comingMoments(sql: Queryable, after: Date, until: Date, limit: number): Promise<Date[]> {
  const { rows } = await sql.query<{ at: Date }>(
    'select distinct next_at as at from ticket_clock where next_at > $1 and next_at <= $2 order by at limit $3',
    [after, until, limit],
  );
  return rows.map(({ at }) => at);
}

export type ClockDetailRow = ClockRow & { warnedAt: Date | null; breachedAt: Date | null };

/** A ticket's clocks, the newest of each kind first; those of earlier rounds up to a limit. */
export async function readClocks(sql: Queryable, ticketId: string, limit: number): Promise<ClockDetailRow[]> {
  const { rows } = await sql.query<ClockDetailRow>(
    `select ticket_id as "ticketId", kind, round, choice, target, state, started_at as "startedAt", due_at as "dueAt", warn_at as "warnAt",
       met_at as "metAt", business_ms as "businessMs", calendar_ms as "calendarMs", runs, warned_at as "warnedAt", breached_at as "breachedAt"
     from ticket_clock where ticket_id = $1 and state <> 'dropped' order by (met_at is null) desc, started_at desc, kind limit $2`,
    [ticketId, limit],
  );
  return rows;
}

// --- Runs over open tickets ----------------------------------------------------------------------------------------

/** Nobody else reads events for the clocks until the transaction ends. Answers the place of their reader, which is registered. */
export async function holdClockReader(tx: Queryable): Promise<number> {
  const { rows } = await tx.query<{ seq: number }>(`select seq from event_reader where name = 'clocks' for update`, []);
  return rows[0]?.seq ?? 0;
}

/** Tickets that are open or have clocks, in the order of their ids. */
export async function clockTicketsAfter(
  tx: Queryable,
  cursor: string | null,
  onlyOpen: boolean,
  limit: number,
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select t.id from ticket t where ($1::uuid is null or t.id > $1) and (t.status in ('open', 'pending')
       or (not $2::boolean and exists (select 1 from ticket_service s where s.ticket_id = t.id))) order by t.id limit $3`,
    [cursor, onlyOpen, limit],
  );
  return rows.map(({ id }) => id);
}

/** Takes away what a rebuild has not found again. */
export async function dropClocksBut(
  tx: Queryable,
  ticketIds: readonly string[],
  clocks: readonly Pick<ClockRow, 'ticketId' | 'kind' | 'round'>[],
): Promise<void> {
  await tx.query(
    `delete from ticket_clock c where c.ticket_id = any ($1) and not exists (
       select 1 from jsonb_to_recordset($2) g ("ticketId" uuid, kind text, round int)
       where g."ticketId" = c.ticket_id and g.kind = c.kind and g.round = c.round)`,
    [ticketIds, JSON.stringify(clocks.map(({ ticketId, kind, round }) => ({ ticketId, kind, round })))],
  );
}
