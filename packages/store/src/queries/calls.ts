import type { CallState, ChannelName } from '@patchbay/contracts';
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
  /** Callers who wait on the line in the same queue and come before this one. */
  ahead: number;
}

const select = `
  select c.id, c.call_sid as "callSid", c.ticket_id as "ticketId", t.number as "ticketNumber", c.customer_id as "customerId", c.state, c.caller, c.called,
    c.agent_id as "agentId", c.agent_call_sid as "agentCallSid", c.conference_sid as "conferenceSid", c.answered_at as "answeredAt",
    c.held_at as "heldAt", c.started_at as "startedAt", c.ended_at as "endedAt", t.assignee_id as "assigneeId", t.queue_id as "queueId",
    t.channel, t.waiting_since as "waitingSince",
    (select count(*) from call o join ticket w on w.id = o.ticket_id where o.state = 'waiting' and w.queue_id = t.queue_id and w.waiting_since is not null
       and (w.priority, t.waiting_since, t.id) > (t.priority, w.waiting_since, w.id))::int as ahead
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
  agentId?: string | null;
  actorId?: string | null;
  correlationId?: string | null;
}

/** Moves a call and tells of it. Times are set once, by the first change that says so. */
export async function changeCall(tx: Queryable, call: CallRow, change: CallChange): Promise<void> {
  await tx.query(
    `with moved as (
       update call set state = $2,
         conference_sid = coalesce($4, conference_sid), agent_call_sid = coalesce($5, agent_call_sid),
         agent_id = coalesce($6, agent_id),
         answered_at = case when $2 in ('talking', 'voicemail') then coalesce(answered_at, now()) else answered_at end,
         held_seconds = held_seconds + case when held_at is not null and $2 <> 'held' then extract(epoch from now() - held_at) else 0 end,
         held_at = case when $2 = 'held' then coalesce(held_at, now()) end,
         ended_at = case when $2 in ('ended', 'missed') then coalesce(ended_at, now()) else ended_at end,
         duration_seconds = coalesce($3, duration_seconds)
       where id = $1 returning *)
     insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
     select 'call.changed', t.id, t.customer_id, t.queue_id, t.assignee_id, $8, $9, jsonb_build_object('callSid', m.call_sid, 'state', m.state, 'step', $7::text,
       'durationSeconds', $3::float8)
     from moved m join ticket t on t.id = m.ticket_id`,
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
    ],
  );
}

/** A call that is over takes up nobody's capacity; one that nobody answered waits to be called back. */
export async function settleCallTicket(tx: Queryable, call: CallRow, missed: boolean): Promise<void> {
  await tx.query(
    `update ticket set occupies = false, updated_at = now(),
       subject = case when $2 and subject like 'Phone call from %' then replace(subject, 'Phone call from ', 'Missed call from ') else subject end
     where id = $1`,
    [call.ticketId, missed],
  );
}
