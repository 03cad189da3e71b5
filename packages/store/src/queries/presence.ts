/** Who is there, and what becomes of the work of those who are not. */
import type { ChannelName, PresenceState } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { releaseTicket } from './holding.ts';
import { truth } from './truth.ts';

export async function setPresence(
  sql: Queryable,
  agentId: string,
  state: PresenceState,
  reason: string | null,
  actorId: string | null,
): Promise<boolean> {
  return truth(sql, 'select set_presence($1, $2, $3, $4, null) as yes', [agentId, state, reason, actorId]);
}

/** Time for the work after a call, if the ticket's queue gives any and the agent is online. */
export async function beginWrapUp(sql: Queryable, ticketId: string, agentId: string): Promise<boolean> {
  return truth(sql, 'select begin_wrap_up($1, $2) as yes', [ticketId, agentId]);
}

/** Ends wrap-ups whose time is over; answers whose. Several processes share them. */
export async function endWrapUps(sql: Queryable, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>('select end_wrap_ups($1) as id', [limit]);
  return rows.map((row) => row.id);
}

/** Sets an agent offline who was still not seen for so long. False when they are back, or another process did it. */
export async function endAbsent(tx: Queryable, agentId: string, graceMs: number, reason: string): Promise<boolean> {
  return truth(tx, 'select end_absent($1, $2, $3) as yes', [agentId, graceMs, reason]);
}

/** Of `ticket t` on the channels `$2`: its customer wrote and has no answer yet. */
const unanswered = `t.status = 'open' and t.channel = any ($2) and t.queue_id is not null and (t.first_response_at is null or 'in' = (
  select m.direction from message m where m.ticket_id = t.id and m.visibility = 'public' and m.kind <> 'system' order by m.position desc limit 1))`;

/** Gives back what a vanished agent has not answered yet on these channels, with its old place; answers the queues. */
export async function releaseUnanswered(
  tx: Queryable,
  agentId: string,
  channels: readonly string[],
  reason: string,
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string; queueId: string; since: Date | null }>(
    `select t.id, t.queue_id as "queueId", coalesce(t.waited_since, t.created_at) as since from ticket t where t.assignee_id = $1 and ${unanswered}`,
    [agentId, channels],
  );
  for (const { id, since } of rows) await releaseTicket(tx, { ticketId: id, agentId, actorId: null, since, reason });
  return [...new Set(rows.map(({ queueId }) => queueId))];
}

/** `$1`: offline for so long, in milliseconds, and without a console. */
const gone = `a.presence = 'offline' and a.presence_since < now() - make_interval(secs => $1 / 1000.0)
  and (a.last_seen_at is null or a.last_seen_at < now() - make_interval(secs => $1 / 1000.0))`;

/** Agents who are gone, and whose customers on these channels wait for an answer. */
export async function goneWithUnanswered(
  sql: Queryable,
  graceMs: number,
  channels: readonly string[],
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select a.id from agent a where ${gone} and exists (select 1 from ticket t where t.assignee_id = a.id and t.occupies and ${unanswered})`,
    [graceMs, channels],
  );
  return rows.map((row) => row.id);
}

/** Whether the agent is still gone; until the end of the transaction it stays so. */
export async function holdGone(tx: Queryable, agentId: string, graceMs: number): Promise<boolean> {
  const { rowCount } = await tx.query(`select 1 from agent a where ${gone} and a.id = $2 for no key update`, [
    graceMs,
    agentId,
  ]);
  return rowCount === 1;
}

/** Whether an agent is online in a queue that takes the channel's contacts. */
export async function isChannelStaffed(sql: Queryable, channel: ChannelName): Promise<boolean> {
  return truth(
    sql,
    `select exists (select 1 from agent a join queue_member m on m.agent_id = a.id join queue q on q.id = m.queue_id
       where a.presence = 'online' and $1 = any (q.channels)) as yes`,
    [channel],
  );
}

/** Writes down that these agents have a console connected; also of who is offline, and followed from the moment at which they come. */
export async function markSeen(sql: Queryable, agentIds: readonly string[]): Promise<void> {
  // Locked in order, so that two processes that see the same agents do not wait for each other.
  await sql.query(
    `update agent set last_seen_at = now()
     where id in (select id from agent where id = any ($1) order by id for no key update)`,
    [agentIds],
  );
}

/** Agents who are not offline and whose console was last connected longer ago than this, in milliseconds. */
export async function absentAgents(sql: Queryable, graceMs: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from agent where presence <> 'offline' and last_seen_at < now() - make_interval(secs => $1 / 1000.0)`,
    [graceMs],
  );
  return rows.map((row) => row.id);
}
