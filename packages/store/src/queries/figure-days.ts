/** What recomputing a day reads and writes. */
import type { HubEvent } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { eventColumns, presentEvent, type EventRow } from './events.ts';
import { columnOf, type FactNames, type FigureSumRow } from './figures.ts';

/** Keeps the reader where it is until the transaction ends. Answers up to which event it has read. */
export async function holdFigures(tx: Queryable): Promise<number> {
  const { rows } = await tx.query<{ seq: number }>(
    `select seq from event_reader where name = 'figures' for update`,
    [],
  );
  return rows[0]?.seq ?? 0;
}

/**
 * Everything that a day's facts depend on, in order: all events, up to the day's end and up to `seq`, of tickets that something could have
 * happened to on that day, and the changes of presence from each agent's last one before it.
 */
export async function eventsOfDay(
  tx: Queryable,
  day: { from: Date; until: Date; seq: number; types: readonly string[] },
): Promise<HubEvent[]> {
  const { rows } = await tx.query<EventRow>(
    `with touched as materialized (
       -- The clock of a transaction stands still from its begin; its events go on.
       select id from ticket where created_at < $2 and (updated_at >= $1::timestamptz - interval '1 hour' or status in ('open', 'pending')
         -- By its events nothing has settled it, and somebody may have it in hand.
         or id in (select ticket_id from figure_ticket where settled_at is null))),
     presence as materialized (
       select id from event where type = 'agent.presence-changed' and at >= $1 and at < $2
       union all
       select max(id) from event where type = 'agent.presence-changed' and at < $1 group by agent_id)
     select ${eventColumns} from (
       select e.* from touched t join event e on e.ticket_id = t.id where e.type = any ($4)
       union all
       select e.* from presence p join event e on e.id = p.id) e
     where at < $2 and seq <= $3 order by seq`,
    [day.from, day.until, day.seq, day.types],
  );
  return rows.map(presentEvent);
}

/** What opened tickets again, or may have, after a day's end and up to `seq`, in order. */
export async function reopeningsAfter(
  tx: Queryable,
  { ticketIds, until, seq }: { ticketIds: readonly string[]; until: Date; seq: number },
): Promise<HubEvent[]> {
  if (ticketIds.length === 0) return [];
  const { rows } = await tx.query<EventRow>(
    `select ${eventColumns} from event where ticket_id = any ($1::uuid[]) and type in ('ticket.reopened', 'ticket.status-changed') and at >= $2 and seq <= $3
     order by seq`,
    [ticketIds, until, seq],
  );
  return rows.map(presentEvent);
}

/** The rows of a day and of its quarters. */
export async function sumsOfDay(tx: Queryable, day: string, names: FactNames): Promise<FigureSumRow[]> {
  const json = (of: readonly string[]) =>
    `jsonb_strip_nulls(jsonb_build_object(${of.map((name) => `'${name}', ${columnOf(name)}`).join(', ')}))`;
  const { rows } = await tx.query<FigureSumRow>(
    `select grain, slice, day::text, quarter, queue_id as "queueId", channel, agent_id as "agentId", team_id as "teamId", type, grade,
       ${json(names.sums)} as sums, ${json(names.durations)} as sketches
     from figure_sum where grain in (0, 1) and day = $1::date`,
    [day],
  );
  return rows;
}

export async function countEntries(tx: Queryable, from: Date, until: Date): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ fact: string; count: number }>(
    'select fact, count(*)::int as count from figure_entry where at >= $1 and at < $2 group by 1',
    [from, until],
  );
  return new Map(rows.map(({ fact, count }) => [fact, count]));
}

export async function deleteDay(tx: Queryable, day: string, from: Date, until: Date): Promise<void> {
  await tx.query('delete from figure_sum where grain in (0, 1) and day = $1::date', [day]);
  await tx.query('delete from figure_entry where at >= $1 and at < $2', [from, until]);
}

/** Adds a month up from its days. */
export async function rebuildMonth(tx: Queryable, month: string, names: FactNames): Promise<void> {
  const sums = names.sums.map(columnOf);
  const sketches = names.durations.map(columnOf);
  const dimensions = 'queue_id, channel, agent_id, team_id, type, grade';
  await tx.query('delete from figure_sum where grain = 2 and day = $1::date', [month]);
  await tx.query(
    `insert into figure_sum (grain, slice, day, quarter, ${dimensions}, ${[...sums, ...sketches].join(', ')})
     select 2, slice, $1::date, -1, ${dimensions}, ${[...sums.map((name) => `sum(${name})`), ...sketches.map((name) => `merged_sketch(${name})`)].join(', ')}
     from figure_sum where grain = 1 and day >= $1::date and day < $1::date + interval '1 month' group by slice, ${dimensions}`,
    [month],
  );
}
