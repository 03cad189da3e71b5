/** The staffing of a week: forecast from the running figures, and how many agents it needs. */
import { HubError, targetOf, type Staffing, type StaffingQuery, type StaffingRow } from '@patchbay/contracts';
import {
  addDays,
  agentsNeeded,
  backTest,
  byTheClock,
  clocksChange,
  enoughWeeks,
  errorOf,
  forecastWeek,
  forecastWeeks,
  localDate,
  mondayBefore,
  rostered,
  slices,
  startOfDay,
  type History,
  type IntervalForecast,
  type IntervalPast,
} from '@patchbay/domain';
import { readQueueSettings } from '@patchbay/store/queries/queues';
import { countedDays, readSums } from '@patchbay/store/queries/reports';
import { openBook } from '../clocks/plans.ts';
import { workingTimes } from '../clocks/working-times.ts';
import type { Parts } from '../parts.ts';

type PlanParts = Pick<Parts, 'config' | 'db' | 'now'>;

const quartersOf = { '15m': 1, '30m': 2, '1h': 4 } as const;
/** What the forecast, its level and its back-test read. */
const weeksRead = forecastWeeks + 6;
const mostRows = 20_000;

/** @throws HubError `not_found` for a queue that is not there */
export async function planWeek(parts: PlanParts, asked: StaffingQuery): Promise<Staffing> {
  const { timeZone } = parts.config;
  const now = parts.now();
  const today = localDate(now, timeZone);
  const from = mondayBefore(asked.week);
  const to = addDays(from, 6);
  if (from > addDays(today, 371)) throw new HubError('invalid_input', 'week: at most a year from now');
  const until = from < today ? from : today;
  const width = quartersOf[asked.interval];
  const target = await targetFor(parts, asked);
  const first = addDays(until, -7 * weeksRead);
  const rows = await readPast(parts, asked, first, to);
  const special = await specialDays(parts);
  const counted = await countedDays(parts.db.sql, first, until);
  const history: History = {
    rows: rows.filter(({ day }) => day < until),
    since: rows.find(({ day }) => day < until)?.day ?? null,
    holidays: daysWhere(first, to, (day) => special(day) !== null),
    gaps: daysWhere(first, addDays(until, -1), (day) => !counted.has(day) || clocksChange(day, timeZone)),
  };
  const { rows: forecast, weeks, level } = forecastWeek(history, from, until, width);
  const found = new Map(rows.map((row) => [`${row.day} ${row.quarter}`, row.contacts]));
  const planned = byTheClock(forecast, width, timeZone).map((one) => {
    const start = startOfDay(one.day, timeZone) + one.quarter * 900_000;
    const over = start + width * 900_000 <= now.getTime();
    return rowOf({ ...asked, ...target }, one, start, over ? (found.get(`${one.day} ${one.quarter}`) ?? 0) : null);
  });
  return {
    timeZone,
    from,
    to,
    interval: asked.interval,
    ...target,
    weeks,
    mostWeeks: forecastWeeks,
    history: history.since === null ? 'none' : weeks < enoughWeeks ? 'little' : 'enough',
    level,
    backTest: backTest(history, until, width),
    error: errorOfWeek(planned, history.holidays),
    holidays: [...history.holidays].filter((day) => day >= from).map((day) => ({ day, name: special(day) ?? '' })),
    rows: planned,
  };
}

type Target = Pick<Staffing, 'serviceLevel' | 'targetSeconds'>;
/** As much as a target of seconds can be asked for. */
const longestTarget = 3_600;
/** Agents enough for everybody at once are never enough. */
const mostServiceLevel = 0.999;

/** As asked, else what the queue has set for the channel. @throws HubError `not_found` for a queue that is not there */
async function targetFor({ db }: PlanParts, asked: StaffingQuery): Promise<Target> {
  const queue = asked.queueId ? await readQueueSettings(db.sql, asked.queueId) : null;
  if (asked.queueId && !queue) throw new HubError('not_found', 'There is no such queue');
  const { percent, seconds } = targetOf(queue?.targets ?? [], asked.channel ?? 'phone');
  return {
    serviceLevel: asked.serviceLevel ?? Math.min(percent / 100, mostServiceLevel),
    targetSeconds: asked.targetSeconds ?? Math.min(seconds, longestTarget),
  };
}

function rowOf(
  asked: Omit<StaffingQuery, keyof Target> & Target,
  one: IntervalForecast,
  start: number,
  actual: number | null,
): StaffingRow {
  const { day, contacts } = one;
  const handleSeconds = asked.handleSeconds ?? one.handleSeconds;
  const row = { start: new Date(start).toISOString(), day, forecast: contacts, actual, handleSeconds };
  const nobody = { serviceLevel: null, occupancy: null, averageWaitSeconds: null, abandonment: null };
  if (contacts === 0) return { ...row, agents: 0, rostered: 0, ...nobody };
  if (handleSeconds === null) return { ...row, agents: null, rostered: null, ...nobody };
  const needed = agentsNeeded(
    {
      rate: contacts / (quartersOf[asked.interval] * 900),
      handleSeconds,
      patienceSeconds: asked.patienceSeconds ?? null,
    },
    asked,
  );
  const { agents, serviceLevel, occupancy, averageWaitSeconds, abandonment } = needed;
  return {
    ...row,
    agents,
    rostered: rostered(agents, asked.shrinkage),
    serviceLevel,
    occupancy,
    averageWaitSeconds: Number.isFinite(averageWaitSeconds) ? averageWaitSeconds : null,
    abandonment,
  };
}

function errorOfWeek(rows: readonly StaffingRow[], holidays: ReadonlySet<string>): Staffing['error'] {
  const pairs = rows.flatMap(({ day, forecast, actual }) =>
    actual === null || holidays.has(day) ? [] : [{ expected: forecast, found: actual }],
  );
  return pairs.length === 0 ? null : errorOf(pairs);
}

async function readPast(parts: PlanParts, asked: StaffingQuery, from: string, to: string): Promise<IntervalPast[]> {
  const { queueId, channel, interval } = asked;
  const names = { sums: ['offered', 'handled', 'talkMs', 'holdMs', 'wrapMs'], durations: [] };
  const groups = await readSums(
    parts.db.sql,
    { slice: slices.contact.number, from, to, interval, by: null, filter: { queueId, channel }, names },
    mostRows,
  );
  return groups.map(({ day, quarter, sums }) => ({
    day,
    quarter,
    contacts: sums['offered'] ?? 0,
    handled: sums['handled'] ?? 0,
    handleSeconds: ((sums['talkMs'] ?? 0) + (sums['holdMs'] ?? 0) + (sums['wrapMs'] ?? 0)) / 1000,
  }));
}

/** Names of the days that do not go by the week in the centre's usual calendar. */
async function specialDays({ db }: PlanParts): Promise<(day: string) => string | null> {
  const { plan } = (await openBook(db, db.sql, [])).newest;
  const calendar = plan.calendars.find(({ key }) => key === plan.defaultCalendar);
  const [time] = calendar ? await workingTimes([calendar]) : [];
  return (day) => time?.special(day)?.name ?? null;
}

function daysWhere(from: string, to: string, holds: (day: string) => boolean): Set<string> {
  const days = new Set<string>();
  for (let day = from; day <= to; day = addDays(day, 1)) if (holds(day)) days.add(day);
  return days;
}
