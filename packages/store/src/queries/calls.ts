import type { CallOutcome, CallState, ChannelName, Direction } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export interface CallRow {
  id: string;
  callSid: string;
  ticketId: string;
  ticketNumber: number;
  customerId: string | null;
  state: CallState;
  caller: string;
  called: string;
  agentId: string | null;
  agentCallSid: string | null;
  conferenceSid: string | null;
  answeredAt: Date | null;
  heldAt: Date | null;
  startedAt: Date;
  endedAt: Date | null;
  assigneeId: string | null;
  queueId: string | null;
  channel: ChannelName;
  waitingSince: Date | null;
  direction: Direction;
  outcome: CallOutcome | null;
  customerCallSid: string | null;
  dialledAt: Date | null;
  agentAnsweredAt: Date | null;
  customerDialledAt: Date | null;
  /** It waits, and the carrier was not heard of for a minute or longer. */
  unheard: boolean;
}

const select = `
  select c.id, c.call_sid as "callSid", c.ticket_id as "ticketId", t.number as "ticketNumber", c.customer_id as "customerId", c.state, c.caller, c.called,
    c.agent_id as "agentId", c.agent_call_sid as "agentCallSid", c.conference_sid as "conferenceSid", c.answered_at as "answeredAt",
    c.held_at as "heldAt", c.started_at as "startedAt", c.ended_at as "endedAt", t.assignee_id as "assigneeId", t.queue_id as "queueId",
    t.channel, t.waiting_since as "waitingSince", c.direction, c.outcome, c.customer_call_sid as "customerCallSid", c.dialled_at as "dialledAt",
    c.agent_answered_at as "agentAnsweredAt", c.customer_dialled_at as "customerDialledAt",
    c.state = 'waiting' and c.changed_at < now() - interval '1 minute' as unheard
  from call c join ticket t on t.id = c.ticket_id`;

export async function readCall(sql: Queryable, callSid: string, lock = false): Promise<CallRow | null> {
  const { rows } = await sql.query<CallRow>(`${select} where c.call_sid = $1 ${lock ? 'for update of c' : ''}`, [
    callSid,
  ]);
  return rows[0] ?? null;
}

/** The newest call of a ticket. */
export async function readTicketCall(sql: Queryable, ticketId: string, lock = false): Promise<CallRow | null> {
  const { rows } = await sql.query<CallRow>(
    `${select} where c.ticket_id = $1 order by c.started_at desc limit 1 ${lock ? 'for update of c' : ''}`,
    [ticketId],
  );
  return rows[0] ?? null;
}

/** Writes an incoming call down and tells that it rings. A call that is known already stays as it is. */
export async function insertCall(
  tx: Queryable,
  call: {
    callSid: string;
    ticketId: string;
    customerId: string;
    caller: string;
    called: string;
    correlationId: string;
  },
): Promise<void> {
  await tx.query(
    `with made as (
       insert into call (call_sid, ticket_id, customer_id, state, caller, called) values ($1, $2, $3, 'waiting', $4, $5)
       on conflict (call_sid) do nothing returning *)
     insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
     select 'call.changed', t.id, t.customer_id, t.queue_id, t.assignee_id, $6, jsonb_build_object('callSid', m.call_sid, 'state', m.state, 'step', 'ringing')
     from made m join ticket t on t.id = m.ticket_id`,
    [call.callSid, call.ticketId, call.customerId, call.caller, call.called, call.correlationId],
  );
}

export interface CallChange {
  state: CallState;
  /** What happened, as the carrier says it. */
  step: string;
  durationSeconds?: number | null;
  conferenceSid?: string | null;
  agentCallSid?: string | null;
  customerCallSid?: string | null;
  outcome?: CallOutcome | null;
  agentId?: string | null;
  actorId?: string | null;
  correlationId?: string | null;
}

/**
 * Moves a call and tells of it. Times are set once, by the first change that says so. A call that waits (again) belongs to no agent and
 * has no leg to one; one that is `taken` has no leg yet. The event says how long the caller waited (`answered`) or was held (`resumed`).
 */
export async function changeCall(tx: Queryable, call: CallRow, change: CallChange): Promise<void> {
  await tx.query(
    `with before as (select held_at as was_held_at from call where id = $1),
     moved as (
       update call set state = $2,
         changed_at = case when state = $2 then changed_at else now() end,
         conference_sid = coalesce($4, conference_sid),
         agent_call_sid = case when $2 = 'waiting' or $7 = 'taken' then null else coalesce($5, agent_call_sid) end,
         dialled_at = case when $2 = 'waiting' or $7 = 'taken' then null else dialled_at end,
         agent_id = case when $2 = 'waiting' then null else coalesce($6, agent_id) end,
         answered_at = case when $2 in ('talking', 'voicemail') then coalesce(answered_at, now()) else answered_at end,
         held_seconds = held_seconds + case when held_at is not null and $2 <> 'held' then extract(epoch from now() - held_at) else 0 end,
         held_at = case when $2 = 'held' then coalesce(held_at, now()) end,
         outcome = coalesce($10, outcome),
         customer_call_sid = coalesce($11, customer_call_sid),
         agent_answered_at = case when $7 = 'agent-answered' then coalesce(agent_answered_at, now()) else agent_answered_at end,
         ended_at = case when $2 in ('ended', 'missed') then coalesce(ended_at, now()) else ended_at end,
         duration_seconds = coalesce($3, duration_seconds)
       where id = $1 returning *)
     insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
     select 'call.changed', t.id, t.customer_id, t.queue_id, case m.direction when 'out' then m.agent_id else t.assignee_id end, $8, $9, jsonb_build_object('callSid', m.call_sid, 'state', m.state, 'step', $7::text,
       'durationSeconds', coalesce($3::float8, case $7::text when 'answered' then extract(epoch from m.answered_at - m.started_at)
         when 'resumed' then extract(epoch from now() - b.was_held_at) end))
       || case m.direction when 'out' then jsonb_build_object('direction', 'out', 'outcome', m.outcome) else '{}' end
     from moved m cross join before b join ticket t on t.id = m.ticket_id`,
    [
      call.id,
      change.state,
      change.durationSeconds ?? null,
      change.conferenceSid ?? null,
      change.agentCallSid ?? null,
      change.agentId ?? null,
      change.step,
      change.actorId ?? null,
      change.correlationId ?? null,
      change.outcome ?? null,
      change.customerCallSid ?? null,
    ],
  );
}

/**
 * The carrier asks what a caller is to hear next, so they are on the line. While a call waits, `changed_at` is when it came to wait or was last
 * heard of: it is written down once a minute at the most, not at every round of the wait.
 */
export async function hearWaiting(sql: Queryable, call: CallRow): Promise<void> {
  if (!call.unheard) return;
  await sql.query(`update call set changed_at = now() where id = $1 and state = 'waiting'`, [call.id]);
}

/** A call that is over takes up nobody's capacity; one that nobody answered says so in its ticket's subject. */
export async function settleCallTicket(tx: Queryable, call: CallRow, missed: boolean): Promise<void> {
  await tx.query(
    `update ticket set occupies = false, updated_at = now(),
       subject = case
         when $2 and subject like 'Phone call from %' then replace(subject, 'Phone call from ', 'Missed call from ')
         when not $2 and subject like 'Missed call from %' then replace(subject, 'Missed call from ', 'Phone call from ')
         else subject end
     where id = $1`,
    [call.ticketId, missed],
  );
}

/** Whoever wins this rings the agent's phone; false when somebody has, or the call is not that agent's any more. */
export async function claimDialling(sql: Queryable, callId: string, agentId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update call set dialled_at = now() where id = $1 and agent_id = $2 and state = 'connecting' and dialled_at is null`,
    [callId, agentId],
  );
  return (rowCount ?? 0) > 0;
}

/** Calls that an agent took and whose job to ring them must have been lost. */
export async function undialledCalls(
  sql: Queryable,
  graceMs: number,
): Promise<{ ticketId: string; agentId: string }[]> {
  const { rows } = await sql.query<{ ticketId: string; agentId: string }>(
    `select ticket_id as "ticketId", agent_id as "agentId" from call
     where state = 'connecting' and direction = 'in' and agent_id is not null and dialled_at is null and changed_at < now() - make_interval(secs => $1 / 1000.0)`,
    [graceMs],
  );
  return rows;
}

/**
 * Calls that have been in a state for longer than it can last, or that wait and were not heard of for so long, so that the carrier's word about
 * their end must have been lost.
 */
export async function staleCalls(sql: Queryable, longestMs: Readonly<Record<string, number>>): Promise<string[]> {
  const { rows } = await sql.query<{ callSid: string }>(
    `select c.call_sid as "callSid" from call c join jsonb_each_text($1) l (state, ms) on l.state = c.state
     where c.changed_at < now() - make_interval(secs => l.ms::float8 / 1000)`,
    [JSON.stringify(longestMs)],
  );
  return rows.map((row) => row.callSid);
}
