/** What a report is about, as its address says it: a link reproduces the report. */
import {
  reportDimension,
  reportInterval,
  type ReportDefinition,
  type ReportDimension,
  type ReportInterval,
} from '@patchbay/contracts';
import type { ReportAddress } from '@patchbay/ui';

export const filterNames = ['queueId', 'channel', 'teamId', 'agentId', 'type', 'grade'] as const;
export type FilterName = (typeof filterNames)[number];

export interface Question {
  figures: string[];
  /** Local days of the centre, both included. */
  from: string;
  to: string;
  /** Null: the whole period as one. */
  interval: ReportInterval | null;
  by: ReportDimension | null;
  /** Days as `2026-11-01..2026-11-30`, or `previous`. */
  compare: string | null;
  /** Drawn as a line in the charts of service levels. Percent. */
  target: number | null;
  filter: { [name in FilterName]?: string | undefined };
}

export const presets = ['intraday', 'daily', 'weekly', 'monthly'] as const;
export type Preset = (typeof presets)[number];

const dayMs = 86_400_000;
const mostOfQuarters = 31;
const mostOfHours = 62;
const mostOfDays = 800;
const usual = ['offered', 'answered', 'abandoned', 'service-level', 'average-speed-of-answer'];
export const usualTarget = 80;

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
const lengthOf = ({ from, to }: Pick<Question, 'from' | 'to'>): number =>
  (Date.parse(to) - Date.parse(from)) / dayMs + 1;
const mondayOf = (day: string): string => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** The day that it is in a time zone. */
export function dayIn(timeZone: string, at: Date): string {
  // Making a format is slow, and a table asks for the days of hundreds of moments.
  const kept = dayFormats.get(timeZone);
  const format =
    kept ?? new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  if (!kept) dayFormats.set(timeZone, format);
  return format.format(at);
}

function monthsBefore(day: string, months: number): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 10);
}

/** Days, interval and comparison of what is asked for most. But for intraday only of what is over. */
export function presetDays(preset: Preset, today: string): Pick<Question, 'from' | 'to' | 'interval' | 'compare'> {
  const yesterday = addDays(today, -1);
  switch (preset) {
    case 'intraday': {
      const before = addDays(today, -7);
      return { from: today, to: today, interval: '15m', compare: `${before}..${before}` };
    }
    case 'daily':
      return { from: addDays(today, -14), to: yesterday, interval: 'day', compare: 'previous' };
    case 'weekly': {
      const monday = mondayOf(today);
      return { from: addDays(monday, -56), to: addDays(monday, -1), interval: 'week', compare: 'previous' };
    }
    case 'monthly': {
      const first = monthsBefore(today, 0);
      return { from: monthsBefore(today, 12), to: addDays(first, -1), interval: 'month', compare: 'previous' };
    }
  }
}

export const firstQuestion = (today: string, figures: readonly string[] = usual): Question => ({
  ...presetDays('intraday', today),
  figures: [...figures],
  by: null,
  target: usualTarget,
  filter: {},
});

/** Which preset a question is, if any. */
export function presetOf(question: Question, today: string): Preset | null {
  return (
    presets.find((one) =>
      Object.entries(presetDays(one, today)).every(
        ([name, value]) => question[name as keyof ReturnType<typeof presetDays>] === value || name === 'compare',
      ),
    ) ?? null
  );
}

const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** Null when the address asks for nothing. What it says wrongly is left to the hub, which says what is wrong. */
export function questionOf(search: URLSearchParams): Question | null {
  const [from, to] = [search.get('from'), search.get('to')];
  const figures = (search.get('figures') ?? '').split(',').filter((key) => key !== '');
  if (!isDay(from) || !isDay(to) || figures.length === 0) return null;
  const target = Number(search.get('target') || Number.NaN);
  return {
    figures,
    from,
    to,
    interval: reportInterval.safeParse(search.get('interval')).data ?? null,
    by: reportDimension.safeParse(search.get('by')).data ?? null,
    compare: search.get('compare'),
    target: target >= 0 && target <= 100 ? target : null,
    filter: Object.fromEntries(
      filterNames.flatMap((name) => {
        const value = search.get(name);
        return value ? [[name, value]] : [];
      }),
    ),
  };
}

/** What the hub is asked. */
export function queryOf({ figures, from, to, interval, by, compare, filter }: Question): ReportAddress {
  return {
    figures: figures.join(','),
    from,
    to,
    interval: interval ?? undefined,
    by: by ?? undefined,
    compare: compare ?? undefined,
    ...filter,
  };
}

export function addressOf(question: Question): URLSearchParams {
  const given = Object.entries({ ...queryOf(question), target: question.target?.toString() });
  return new URLSearchParams(given.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

const isOfStaff = ({ by, filter }: Question): boolean =>
  by === 'agent' || by === 'team' || filter.agentId !== undefined || filter.teamId !== undefined;
const isOfKind = ({ by, filter }: Question): boolean =>
  by === 'type' || by === 'grade' || filter.type !== undefined || filter.grade !== undefined;
const isOfContacts = ({ by, filter }: Question): boolean =>
  by === 'queue' || by === 'channel' || filter.queueId !== undefined || filter.channel !== undefined;

/** Whether the time of agents can be asked for: it belongs to no queue, channel, type or grade. */
export const hasAgentTime = (question: Question): boolean => !isOfKind(question) && !isOfContacts(question);

const without = (filter: Question['filter'], ...names: FilterName[]): Question['filter'] =>
  Object.fromEntries(Object.entries(filter).filter(([name]) => !names.includes(name as FilterName)));

/**
 * A question with something changed. What cannot be asked together gives way to what was chosen last: agents and teams are not kept by type or
 * grade, types and grades not by less than a day, and long periods not by the quarter of an hour.
 */
export function changed(
  before: Question,
  change: Partial<Question>,
  definitions: readonly Pick<ReportDefinition, 'key' | 'about'>[],
): Question {
  let next: Question = { ...before, ...change };
  if (next.to < next.from) next = change.to === undefined ? { ...next, to: next.from } : { ...next, from: next.to };
  if (isOfStaff(next) && isOfKind(next)) {
    next = isOfKind(before)
      ? {
          ...next,
          by: next.by === 'type' || next.by === 'grade' ? null : next.by,
          filter: without(next.filter, 'type', 'grade'),
        }
      : {
          ...next,
          by: next.by === 'agent' || next.by === 'team' ? null : next.by,
          filter: without(next.filter, 'agentId', 'teamId'),
        };
  }
  next = { ...next, interval: fittingInterval(next) };
  // Which member was how much before is shown for the whole period only.
  if (next.by !== null && next.interval !== null && next.compare !== null)
    next = change.compare ? { ...next, interval: null } : { ...next, compare: null };
  if (!hasAgentTime(next)) {
    const ofTime = new Set(definitions.flatMap(({ key, about }) => (about === 'agents' ? [key] : [])));
    const figures = next.figures.filter((key) => !ofTime.has(key));
    next = { ...next, figures: figures.length > 0 ? figures : usual.slice(0, 2) };
  }
  return next;
}

function fittingInterval(question: Question): ReportInterval | null {
  const { interval } = question;
  const days = lengthOf(question);
  const isFine = interval === '15m' || interval === '30m' || interval === '1h';
  if (isFine && isOfKind(question)) return days > mostOfDays ? 'month' : 'day';
  if ((interval === '15m' || interval === '30m') && days > mostOfQuarters) return days > mostOfHours ? 'day' : '1h';
  if (interval === '1h' && days > mostOfHours) return 'day';
  return interval === 'day' && days > mostOfDays ? 'month' : interval;
}

/** The same days a week, or a year, before. */
export function daysBefore({ from, to }: Pick<Question, 'from' | 'to'>, unit: 'week' | 'year'): string {
  if (unit === 'week') return `${addDays(from, -7)}..${addDays(to, -7)}`;
  // 52 weeks: the same weekdays, so that a Saturday is not compared with a Friday.
  return `${addDays(from, -364)}..${addDays(to, -364)}`;
}
