import type { ChannelName, PresenceState } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** Sums and sketches by the names of `domain/metrics/facts`. */
export interface StoredSums {
  sums: Record<string, number | null>;
  /** Counts by bucket. */
  sketches: Record<string, Record<string, number> | null>;
}

export interface FigureDimensions {
  queueId: string;
  channel: string;
  agentId: string;
  teamId: string;
  type: string;
  grade: string;
}

export interface FigureSumRow extends FigureDimensions {
  grain: number;
  slice: number;
  day: string;
  quarter: number;
  sums: Partial<Record<string, number>>;
  sketches: Partial<Record<string, Record<string, number>>>;
}

export interface FigureEntry extends FigureDimensions {
  fact: string;
  at: string;
  ticketId: string;
  seconds: number | null;
}

export const columnOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Names of columns, in the order of `figure_sum`; whoever adds a fact adds its column. */
export interface FactNames {
  sums: readonly string[];
  durations: readonly string[];
}

export interface KeptTicket<S> {
  ticketId: string;
  queueId: string;
  openedAt: Date;
  settledAt: Date | null;
  state: S;
}

export async function readTicketStates<S>(tx: Queryable, ids: readonly string[]): Promise<{ id: string; state: S }[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<{ id: string; state: S }>(
    'select ticket_id as id, state from figure_ticket where ticket_id = any ($1::uuid[])',
    [ids],
  );
  return rows;
}

export async function readAgentStates<S>(
  tx: Queryable,
  ids: readonly string[] | null,
): Promise<{ id: string; state: S }[]> {
  if (ids?.length === 0) return [];
  const { rows } = await tx.query<{ id: string; state: S }>(
    'select agent_id as id, state from figure_agent where $1::text[] is null or agent_id = any ($1)',
    [ids],
  );
  return rows;
}

export interface TicketAttributes {
  id: string;
  type: string;
  grade: string;
}

/** What tickets were when they were opened: the request type of before any change; the customer's grade as it is by now. */
export async function readTicketAttributes(tx: Queryable, ids: readonly string[]): Promise<TicketAttributes[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<TicketAttributes>(
    `select t.id, coalesce(case when first.data is null then t.request_type else first.data ->> 'from' end, '') as type, coalesce(c.grade, '') as grade
     from ticket t join customer c on c.id = t.customer_id
     left join lateral (select data from event e where e.ticket_id = t.id and e.type = 'ticket.request-changed' order by e.id limit 1) first on true
     where t.id = any ($1::uuid[])`,
    [ids],
  );
  return rows;
}

export async function readTeams(tx: Queryable): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ agentId: string; teamId: string }>(
    'select agent_id as "agentId", team_id as "teamId" from figure_teams()',
    [],
  );
  return new Map(rows.map(({ agentId, teamId }) => [agentId, teamId]));
}

export async function keepTicketStates(tx: Queryable, tickets: readonly KeptTicket<unknown>[]): Promise<void> {
  if (tickets.length === 0) return;
  await tx.query(
    `insert into figure_ticket (ticket_id, queue_id, opened_at, settled_at, state)
     select * from jsonb_to_recordset($1) as t ("ticketId" uuid, "queueId" text, "openedAt" timestamptz, "settledAt" timestamptz, state jsonb)
     on conflict (ticket_id) do update set queue_id = excluded.queue_id, settled_at = excluded.settled_at, state = excluded.state`,
    [JSON.stringify(tickets)],
  );
}

export async function keepAgentStates(
  tx: Queryable,
  agents: readonly { agentId: string; state: unknown }[],
): Promise<void> {
  if (agents.length === 0) return;
  await tx.query(
    `insert into figure_agent (agent_id, state) select * from jsonb_to_recordset($1) as a ("agentId" text, state jsonb)
     on conflict (agent_id) do update set state = excluded.state`,
    [JSON.stringify(agents)],
  );
}

export async function insertEntries(tx: Queryable, entries: readonly FigureEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(
    `insert into figure_entry (fact, at, ticket_id, queue_id, channel, agent_id, team_id, type, grade, seconds)
     select * from jsonb_to_recordset($1) as e (fact text, at timestamptz, "ticketId" uuid, "queueId" text, channel text, "agentId" text, "teamId" text,
       type text, grade text, seconds double precision)`,
    [JSON.stringify(entries)],
  );
}

/** After the commit, whoever shows figures is told that they have moved. */
export async function tellFigures(tx: Queryable): Promise<void> {
  await tx.query(`select pg_notify('patchbay_figures', '')`, []);
}

const keyColumns = ['grain', 'slice', 'day', 'quarter', 'queue_id', 'channel', 'agent_id', 'team_id', 'type', 'grade'];

/** Adds rows to what is there. */
export async function addSums(tx: Queryable, rows: readonly FigureSumRow[], names: FactNames): Promise<void> {
  if (rows.length === 0) return;
  const sums = names.sums.map(columnOf);
  const sketches = names.durations.map(columnOf);
  const flat = rows.map((row) => ({
    ...row,
    ...Object.fromEntries(Object.entries(row.sums).map(([name, value]) => [columnOf(name), value])),
    ...Object.fromEntries(Object.entries(row.sketches).map(([name, value]) => [columnOf(name), value])),
    sums: undefined,
    sketches: undefined,
  }));
  await tx.query(
    `insert into figure_sum as f (${[...keyColumns, ...sums, ...sketches].join(', ')})
     select * from jsonb_to_recordset($1) as r (grain integer, slice integer, day date, quarter integer, "queueId" text, channel text, "agentId" text,
       "teamId" text, type text, grade text, ${[...sums.map((name) => `${name} bigint`), ...sketches.map((name) => `${name} jsonb`)].join(', ')})
     on conflict (${keyColumns.join(', ')}) do update set
       ${[
         ...sums.map((name) => `${name} = add_up(f.${name}, excluded.${name})`),
         // Most rows bring few of them, and merging costs more than looking.
         ...sketches.map(
           (name) =>
             `${name} = case when excluded.${name} is null then f.${name} else merge_sketches(f.${name}, excluded.${name}) end`,
         ),
       ].join(', ')}`,
    [JSON.stringify(flat)],
  );
}

export interface WallboardRows {
  seq: number;
  queues: { id: string; name: string; waiting: number; oldestWaitingSince: Date | null }[];
  agents: { state: PresenceState; count: number }[];
  contactsToday: { channel: ChannelName; count: number }[];
  backlog: { queueId: string; ages: number[] }[];
  today: ({ queueId: string } & StoredSums)[];
}

/** Sums and sketches of the rows that `where` finds, as one JSON object each: `sums` by fact, `sketches` merged bucket by bucket. */
function sumsJson(names: FactNames): string {
  const sums = names.sums.map((name) => `'${name}', sum(f.${columnOf(name)})`);
  return `jsonb_strip_nulls(jsonb_build_object(${sums.join(', ')}))`;
}

/**
 * Everything that the wallboard shows, in one statement: the queues as they stand, and the running figures of the day. Its cost does not grow
 * with history. `ages`: the upper ends of the age bands in seconds but for the last.
 */
export async function readWallboardSnapshot(
  sql: Queryable,
  day: string,
  names: FactNames,
  ages: readonly number[],
): Promise<WallboardRows> {
  const { rows } = await sql.query<{
    snapshot: Omit<WallboardRows, 'queues' | 'today'> & {
      queues: { id: string; name: string; waiting: number; oldestWaitingSince: string | null }[];
      today: { queueId: string; sums: Record<string, number> }[];
      sketches: { queueId: string; name: string; sketch: Record<string, number> }[];
    };
  }>(
    `with f as materialized (select * from figure_sum where grain = 1 and slice = 0 and day = $1::date)
     select jsonb_build_object(
       'seq', (select last_seq from relay_state),
       'queues', (select coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'name', q.name, 'waiting', w.waiting, 'oldestWaitingSince', w.oldest) order by q.position, q.name), '[]')
         from queue q cross join lateral (select count(*)::int as waiting, min(waiting_since) as oldest from ticket t where t.queue_id = q.id and t.waiting_since is not null) w),
       'agents', (select coalesce(jsonb_agg(jsonb_build_object('state', presence, 'count', n) order by presence), '[]') from (select presence, count(*)::int as n from agent group by 1) a),
       'contactsToday', (select coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'count', n) order by channel), '[]') from (select channel, sum(received) as n from f
         where received is not null group by 1) c),
       'backlog', (select coalesce(jsonb_agg(jsonb_build_object('queueId', queue_id, 'ages', n) order by position, name), '[]') from (
         select queue_id, position, name, (select jsonb_agg((select count(*) from figure_ticket t where t.queue_id = q.queue_id and t.settled_at is null
            and t.opened_at <= now() - make_interval(secs => band.from_age) and (band.to_age is null or t.opened_at > now() - make_interval(secs => band.to_age))) order by band.n)
           from (select n, lag(age, 1, 0) over (order by n) as from_age, age as to_age from unnest($2::float8[] || null::float8) with ordinality as a (age, n)) band) as n
         from (select id::text as queue_id, position, name from queue) q) b),
       'today', (select coalesce(jsonb_agg(jsonb_build_object('queueId', queue_id, 'sums', sums)), '[]') from (select queue_id, ${sumsJson(names)} as sums from f group by 1) s),
       'sketches', (select coalesce(jsonb_agg(jsonb_build_object('queueId', queue_id, 'name', name, 'sketch', sketch)), '[]') from (
         select queue_id, name, jsonb_object_agg(bucket, n) as sketch from (
           select f.queue_id, d.name, b.key as bucket, sum(b.value::bigint) as n
           from f cross join lateral (values ${names.durations.map((name) => `('${name}', f.${columnOf(name)})`).join(', ')}) d (name, sketch)
             cross join lateral jsonb_each_text(d.sketch) b where d.sketch is not null group by 1, 2, 3) m group by 1, 2) s)
     ) as snapshot`,
    [day, ages],
  );
  const snapshot = rows[0]?.snapshot;
  if (!snapshot) return { seq: 0, queues: [], agents: [], contactsToday: [], backlog: [], today: [] };
  const sketchesOf = (queueId: string) =>
    Object.fromEntries(
      snapshot.sketches.filter((one) => one.queueId === queueId).map(({ name, sketch }) => [name, sketch]),
    );
  return {
    ...snapshot,
    queues: snapshot.queues.map((queue) => ({
      ...queue,
      oldestWaitingSince: queue.oldestWaitingSince === null ? null : new Date(queue.oldestWaitingSince),
    })),
    today: snapshot.today.map(({ queueId, sums }) => ({ queueId, sums, sketches: sketchesOf(queueId) })),
  };
}
