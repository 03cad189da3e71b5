/** Reports read sums, of as few rows as will do, and so cost the same however many contacts there were. */
import type { ReportDimension, ReportFilter, ReportInterval, ReportTicket } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { columnOf, type FactNames, type StoredSums } from './figures.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

/** Which rows are read, and by what they are put together. Days are local; both ends included. */
export interface SumsAsked {
  readonly slice: number;
  readonly from: string;
  readonly to: string;
  readonly interval: ReportInterval | null;
  readonly by: ReportDimension | null;
  readonly filter: ReportFilter;
  /** Only these are read. */
  readonly names: FactNames;
}

export interface SumsGroup extends StoredSums {
  /** Local day, and the first quarter of an hour in it or −1. */
  day: string;
  quarter: number;
  key: string;
}

const columnsBy: Readonly<Record<ReportDimension, string>> = {
  queue: 'queue_id',
  channel: 'channel',
  team: 'team',
  agent: 'agent_id',
  type: 'type',
  grade: 'grade',
};
const quartersIn: Partial<Record<ReportInterval, number>> = { '15m': 1, '30m': 2, '1h': 4 };

/** Where a row belongs: its day, or the first day of its week, month or period. */
function periodOf(interval: ReportInterval | null): string {
  if (interval === 'week' || interval === 'month') return `date_trunc('${interval}', day)::date`;
  return interval === null ? '$1::date' : 'day';
}

/** Whole months from their own rows, where nothing finer is asked for, and the days before and after them. */
function periods(interval: ReportInterval | null): string {
  if (interval !== null && interval in quartersIn) return 'grain = 0 and day between $1::date and $2::date';
  if (interval === 'day' || interval === 'week') return 'grain = 1 and day between $1::date and $2::date';
  const first = `date_trunc('month', $1::date + interval '1 month - 1 day')::date`;
  const end = `greatest(${first}, date_trunc('month', $2::date + 1)::date)`;
  return `(grain = 2 and day >= ${first} and day < ${end}
    or grain = 1 and day between $1::date and least($2::date, ${first} - 1)
    or grain = 1 and day between greatest($1::date, ${end}) and $2::date)`;
}

const noneAsEmpty = (value: string | undefined): string | null =>
  value === undefined ? null : value === 'none' ? '' : value;

const filterSql = (first: number): string =>
  Object.values(['queue_id', 'channel', 'agent_id', 'team_id', 'type', 'grade'])
    .map((column, index) => `($${first + index}::text is null or ${isAsked(column, `$${first + index}`)})`)
    .join(' and ');

/** Of an agent in several teams each may be asked for. */
const isAsked = (column: string, value: string): string =>
  column === 'team_id' ? `${value} = any (${teams})` : `${column} = ${value}`;

/** The teams of a row; the empty one where there are none. */
const teams = `case team_id when '' then array[''] else string_to_array(team_id, ',') end`;

const filterValues = (filter: ReportFilter): (string | null)[] =>
  [filter.queueId, filter.channel, filter.agentId, filter.teamId, filter.type, filter.grade].map(noneAsEmpty);

/** Sums by interval and dimension, in order; at most `limit` of them. */
export async function readSums(sql: Queryable, asked: SumsAsked, limit: number): Promise<SumsGroup[]> {
  const { interval, by, names } = asked;
  const part = (interval !== null && quartersIn[interval]) || null;
  const group = `${periodOf(interval)} as period, ${part ? `quarter / ${part} * ${part}` : '-1'} as part, ${by ? columnsBy[by] : `''`} as key`;
  // What was done by somebody in several teams is in the row of each, and of those that are not asked for in none.
  const each =
    by === 'team' ? `cross join lateral unnest(${teams}) team where ($7::text is null or team = $7) and` : 'where';
  const found = `from figure_sum ${each} ${periods(interval)} and slice = $3 and ${filterSql(4)}`;
  const values = [asked.from, asked.to, asked.slice, ...filterValues(asked.filter)];
  const { rows } = await sql.query<Omit<SumsGroup, 'sketches'>>(
    `select period::text as day, part as quarter, key, jsonb_strip_nulls(jsonb_build_object(${names.sums.map((name) => `'${name}', sum(${columnOf(name)})`).join(', ')})) as sums
     from (select ${[group, ...names.sums.map(columnOf)].join(', ')} ${found}) f
     group by 1, 2, 3 order by 1, 2, 3 limit ${limit}`,
    values,
  );
  const sketches = names.durations.length === 0 ? [] : await readSketches(sql, group, found, names, values);
  const keyOf = ({ day, quarter, key }: Pick<SumsGroup, 'day' | 'quarter' | 'key'>) => `${day} ${quarter} ${key}`;
  const byKey = Map.groupBy(sketches, keyOf);
  return rows.map((row) => ({
    ...row,
    sketches: Object.fromEntries((byKey.get(keyOf(row)) ?? []).map(({ name, sketch }) => [name, sketch])),
  }));
}

async function readSketches(sql: Queryable, group: string, found: string, names: FactNames, values: unknown[]) {
  const columns = names.durations.map(columnOf);
  const { rows } = await sql.query<{
    day: string;
    quarter: number;
    key: string;
    name: string;
    sketch: Record<string, number>;
  }>(
    `select period::text as day, part as quarter, key, name, jsonb_object_agg(bucket, n) as sketch from (
       select period, part, f.key, d.name, b.key as bucket, sum(b.value::bigint) as n
       from (select ${[group, ...columns].join(', ')} ${found} and coalesce(${columns.join(', ')}) is not null) f
         cross join lateral (values ${names.durations.map((name) => `('${name}', f.${columnOf(name)})`).join(', ')}) d (name, sketch)
         cross join lateral jsonb_each_text(d.sketch) b
       where d.sketch is not null group by 1, 2, 3, 4, 5) merged
     group by 1, 2, 3, 4`,
    values,
  );
  return rows;
}

/** Up to which event the figures are kept. */
export async function figuresSeq(sql: Queryable): Promise<number> {
  const { rows } = await sql.query<{ seq: number }>(`select seq from event_reader where name = 'figures'`, []);
  return rows[0]?.seq ?? 0;
}

/** The first local day of which there are figures. */
export async function firstDay(sql: Queryable): Promise<string | null> {
  const { rows } = await sql.query<{ day: string | null }>(
    'select min(day)::text as day from figure_sum where grain = 1 and slice = 0',
    [],
  );
  return rows[0]?.day ?? null;
}

/** Local days from `from` and before `until` on which anything was counted, of contacts or of agents. */
export async function countedDays(sql: Queryable, from: string, until: string): Promise<Set<string>> {
  const { rows } = await sql.query<{ day: string }>(
    'select distinct day::text as day from figure_sum where grain = 0 and slice = 0 and day >= $1::date and day < $2::date',
    [from, until],
  );
  return new Set(rows.map(({ day }) => day));
}

/** What rows are called. Request types and channels are called by their keys where nobody has named them. */
export async function readNames(
  sql: Queryable,
  by: ReportDimension,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const tables: Partial<Record<ReportDimension, string>> = {
    queue: 'select id::text as key, name from queue where id::text = any ($1)',
    agent: 'select id as key, name from agent where id = any ($1)',
    type: 'select key, name_en as name from request_type where key = any ($1)',
    team: 'select team_id as key, name from figure_team_names() where team_id = any ($1)',
  };
  const text = tables[by];
  if (!text) return new Map();
  const { rows } = await sql.query<{ key: string; name: string }>(text, [keys]);
  return new Map(rows.map(({ key, name }) => [key, name]));
}

export interface TicketsAsked {
  readonly facts: readonly string[];
  readonly from: Date;
  readonly until: Date;
  readonly filter: ReportFilter;
}

/** By moment in microseconds since 1970, and what tells apart entries of one moment. */
export type EntryKey = [number, string];

/** The times that tickets count for one of the facts, newest first. */
export async function listEntries(
  sql: Queryable,
  asked: TicketsAsked,
  { limit, after }: Slice<EntryKey>,
): Promise<Cut<ReportTicket, EntryKey>> {
  // One descent into the index per fact, each of at most a page.
  const { rows } = await sql.query<ReportTicket & { id: string; micros: number }>(
    `select e.id::text, (extract(epoch from e.at) * 1000000)::bigint as micros, e.fact, e.at, e.seconds, t.id as "ticketId", t.number, t.subject, t.status, e.channel,
       nullif(e.queue_id, '')::uuid as "queueId", nullif(e.agent_id, '') as "agentId"
     from unnest($1::text[]) f (fact) cross join lateral (
       select * from figure_entry where fact = f.fact and at >= $2 and at < $3 and at <= coalesce(to_timestamp(0) + $4::bigint * interval '1 microsecond', 'infinity')
         and ($4::bigint is null or (at, id) < (to_timestamp(0) + $4::bigint * interval '1 microsecond', $5::bigint)) and ${filterSql(7)}
       order by at desc, id desc limit $6) e
     join ticket t on t.id = e.ticket_id
     order by e.at desc, e.id desc limit $6`,
    [
      asked.facts,
      asked.from,
      asked.until,
      after?.[0] ?? null,
      after?.[1] ?? null,
      limit + 1,
      ...filterValues(asked.filter),
    ],
  );
  const page = cut(rows, limit, (row): EntryKey => [row.micros, row.id]);
  return { ...page, items: page.items.map(({ id: _id, micros: _micros, ...row }) => present<ReportTicket>(row)) };
}
