/** Calls that agents place. */
import type { ChannelName } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export interface CallEnds {
  status: string;
  channel: ChannelName;
  /** Whom to call: who asked to be called back, else whom the ticket is about, else the newest number of its customer. */
  phone: string | null;
}

export async function readCallEnds(sql: Queryable, ticketId: string): Promise<CallEnds | null> {
  const { rows } = await sql.query<CallEnds>(
    `select t.status, t.channel, coalesce(
       (select b.phone from call_back b where b.ticket_id = t.id and b.done_at is null),
       case when t.contact_address ~ '^\\+[1-9][0-9]{5,14}$' then t.contact_address end,
       (select i.value from identifier i where i.customer_id = t.customer_id and i.kind = 'phone' and i.grade <> 'claimed'
          order by i.last_seen_at desc nulls last, i.value limit 1)) as phone
     from ticket t where t.id = $1`,
    [ticketId],
  );
  return rows[0] ?? null;
}

/** Whether the holder of a number does not want to be called from ours. @param hashed how it is kept of somebody who was erased */
export async function mayNotCall(sql: Queryable, from: string, to: string, hashed: string): Promise<boolean> {
  const { rows } = await sql.query<{ state: string }>(
    `select state from consent where channel = 'phone' and account = $1 and address in ($2, $3) order by at desc limit 1`,
    [from, to, hashed],
  );
  return rows[0]?.state === 'withdrawn';
}

export type PlaceOutcome =
  | 'placed'
  | 'repeated'
  | 'other'
  | 'no-ticket'
  | 'closed'
  | 'no-phone'
  | 'not-online'
  | 'on-the-line'
  | 'busy'
  | 'full';

export async function placeCall(
  sql: Queryable,
  call: { callSid: string; ticketId: string; agentId: string; to: string; from: string; correlationId: string },
): Promise<PlaceOutcome> {
  const { rows } = await sql.query<{ outcome: PlaceOutcome }>('select place_call($1, $2, $3, $4, $5, $6) as outcome', [
    call.callSid,
    call.ticketId,
    call.agentId,
    call.to,
    call.from,
    call.correlationId,
  ]);
  return rows[0]?.outcome ?? 'no-ticket';
}

/** Whoever wins this rings the agent; false when somebody has, or the call is over. */
export async function claimAgentRing(sql: Queryable, callId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update call set dialled_at = now() where id = $1 and state = 'connecting' and direction = 'out' and dialled_at is null`,
    [callId],
  );
  return rowCount === 1;
}

/** Whoever wins this dials the customer; false when somebody has, or the agent is not on the line. */
export async function claimCustomerDial(sql: Queryable, callId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update call set customer_dialled_at = now()
     where id = $1 and state = 'connecting' and direction = 'out' and agent_answered_at is not null and customer_dialled_at is null`,
    [callId],
  );
  return rowCount === 1;
}

/** Placed calls whose next dialling nobody has claimed although it is due: its job was lost. Older ones are not begun any more. */
export async function stalledOutgoing(sql: Queryable, graceMs: number, oldestMs: number): Promise<string[]> {
  const { rows } = await sql.query<{ callSid: string }>(
    `select call_sid as "callSid" from call
     where state = 'connecting' and direction = 'out' and started_at > now() - make_interval(secs => $2 / 1000.0)
       and (dialled_at is null or (agent_answered_at is not null and customer_dialled_at is null))
       and coalesce(agent_answered_at, started_at) < now() - make_interval(secs => $1 / 1000.0)`,
    [graceMs, oldestMs],
  );
  return rows.map(({ callSid }) => callSid);
}

/** See `settle_placed_call`. */
export async function settlePlacedCall(tx: Queryable, callId: string): Promise<void> {
  await tx.query('select settle_placed_call($1)', [callId]);
}
