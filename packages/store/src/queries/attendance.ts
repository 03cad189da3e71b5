/** Who has a customer on screen or writes to them, as every web process says of its own consoles. */
import type { GuardPresence } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';
import { parameters, ticketScope, type Viewer } from './tickets.ts';

export interface AttendanceRow {
  readonly socketId: string;
  readonly customerId: string;
  readonly agentId: string;
  readonly ticketId: string | null;
  readonly state: 'open' | 'writing';
  readonly since: string;
}

/** A process says again so often what its consoles show. Milliseconds. */
export const attendanceBeatMs = 10_000;
/** What was not said again for so long was left behind by a process that is gone. */
const fresh = `seen_at > clock_timestamp() - interval '35 seconds'`;

/** Writes down what consoles show. */
export async function writeAttendance(sql: Queryable, rows: readonly AttendanceRow[]): Promise<void> {
  await sql.query(
    `insert into attendance (socket_id, customer_id, agent_id, ticket_id, state, since)
     select "socketId", "customerId", "agentId", "ticketId", state, since
     from jsonb_to_recordset($1::jsonb) r ("socketId" text, "customerId" uuid, "agentId" text, "ticketId" uuid, state text, since timestamptz)
     on conflict (customer_id, socket_id) do update
       set ticket_id = excluded.ticket_id, state = excluded.state, since = excluded.since, seen_at = excluded.seen_at`,
    [JSON.stringify(rows)],
  );
}

/** Says again what is written down. Answers what is not, as `customer socket`. */
export async function touchAttendance(sql: Queryable, rows: readonly AttendanceRow[]): Promise<Set<string>> {
  const { rows: missing } = await sql.query<{ key: string }>(
    `with said as (select * from jsonb_to_recordset($1::jsonb) r ("socketId" text, "customerId" uuid)),
     seen as (
       update attendance n set seen_at = clock_timestamp() from said s where n.socket_id = s."socketId" and n.customer_id = s."customerId"
       returning n.customer_id, n.socket_id)
     select "customerId" || ' ' || "socketId" as key from said where ("customerId", "socketId") not in (select customer_id, socket_id from seen)`,
    [JSON.stringify(rows)],
  );
  return new Set(missing.map(({ key }) => key));
}

export async function endAttendances(sql: Queryable, socketId: string, customerIds: readonly string[]): Promise<void> {
  await sql.query('delete from attendance where socket_id = $1 and customer_id = any ($2::uuid[])', [
    socketId,
    customerIds,
  ]);
}

export async function clearAttendance(sql: Queryable): Promise<void> {
  await sql.query(`delete from attendance where not (${fresh})`, []);
}

/** Without the tickets that the viewer may not read. */
export async function attendanceOf(sql: Queryable, viewer: Viewer, customerId: string): Promise<GuardPresence[]> {
  const { values, bind } = parameters(customerId);
  const { rows } = await sql.query(
    `select n.agent_id as "agentId", a.name, n.state, t.id as "ticketId", t.number as "ticketNumber", n.since
     from attendance n join agent a on a.id = n.agent_id left join ticket t on t.id = n.ticket_id and ${ticketScope(viewer, bind)}
     where n.customer_id = $1 and n.${fresh}`,
    values,
  );
  return rows.map((row) => present<GuardPresence>(row));
}

/** What {@link attendanceMarks} says of a customer with whom nobody else is. */
export const markOf = (rows: readonly AttendanceRow[]): string =>
  rows
    .toSorted((a, b) => (a.socketId < b.socketId ? -1 : 1))
    .map(({ socketId, state, ticketId }) => `${socketId} ${state} ${ticketId ?? ''}`)
    .join(',');

/** For each of the customers with whom somebody is, who that is and what they do: another text means that it has changed. */
export async function attendanceMarks(sql: Queryable, customerIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ id: string; mark: string }>(
    `select customer_id as id, string_agg(socket_id || ' ' || state || ' ' || coalesce(ticket_id::text, ''), ',' order by socket_id collate "C") as mark
     from attendance where customer_id = any ($1::uuid[]) and ${fresh} group by 1`,
    [customerIds],
  );
  return new Map(rows.map(({ id, mark }) => [id, mark]));
}
