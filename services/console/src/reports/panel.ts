/** One figure of a report as a table, which its chart draws: the same numbers in both. */
import type { Report, ReportDefinition, ReportPart } from '@patchbay/contracts';
import { addDays, dayIn } from './report-question.ts';

export interface PanelSeries {
  /** `member`: one of the queues, agents … that the report is by. */
  role: 'value' | 'compared' | 'member';
  key: string;
  name: string | null;
}

export interface PanelRow {
  id: string;
  /** Where the interval begins; null in a report without intervals. */
  start: string | null;
  /** Null in a report by nothing, and where the members are the series. */
  member: { key: string; name: string | null } | null;
  /** One of each series. Null: not known. */
  values: (number | null)[];
}

export interface Panel {
  series: PanelSeries[];
  rows: PanelRow[];
  /** Of the whole period; null where the members are the series. */
  totals: (number | null)[] | null;
}

type Definition = Pick<ReportDefinition, 'key' | 'unit'>;
type Row = ReportPart['rows'][number];

const isMoment = (start: string): boolean => start.includes('T');

/** Whether nothing can be known of an interval: it has not come yet, or lies before the first day that was counted. */
function isUnknown(report: Report, start: string): boolean {
  if (report.since === null) return true;
  if (isMoment(start)) return start > report.at || dayIn(report.timeZone, new Date(start)) < report.since;
  const lastDay = lastDayOf(report, start);
  return start > dayIn(report.timeZone, new Date(report.at)) || lastDay < report.since;
}

/** The last local day of the interval that begins on a day. */
export function lastDayOf({ interval }: Pick<Report, 'interval'>, start: string): string {
  if (interval === 'week') return addDays(start, 6);
  if (interval !== 'month') return start;
  const [year = 0, month = 1] = start.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

/** Where nothing happened, a count is zero, and what is measured of contacts is not known. */
function valueOf(report: Report, { key, unit }: Definition, row: Row | undefined, start: string | null) {
  if (row) return row.values[key] ?? null;
  if (start !== null && isUnknown(report, start)) return null;
  return unit === 'count' ? 0 : null;
}

export function panelOf(report: Report, definition: Definition): Panel {
  const { interval, by } = report;
  if (interval !== null && by !== null) return byMembersOverTime(report, definition);
  return by === null ? overTime(report, definition) : byMembers(report, definition);
}

const valueSeries = ({ compared }: Report): PanelSeries[] => [
  { role: 'value', key: 'value', name: null },
  ...(compared ? [{ role: 'compared' as const, key: 'compared', name: null }] : []),
];

const totalsOf = ({ totals, compared }: Report, { key }: Definition): (number | null)[] => [
  totals[key] ?? null,
  ...(compared ? [compared.totals[key] ?? null] : []),
];

function overTime(report: Report, definition: Definition): Panel {
  const rows = byStart(report);
  const { compared } = report;
  const before = compared && byStart(compared);
  const partner = compared && report.interval !== null ? partnersOf(report, compared) : null;
  const comparedAt = (start: string, index: number): number | null => {
    if (!before || !compared) return null;
    const other = report.interval === null ? compared.starts[index] : partner?.get(start);
    return other === undefined ? null : valueOf(report, definition, before.get(other), other);
  };
  return {
    series: valueSeries(report),
    rows:
      report.interval === null
        ? []
        : report.starts.map((start, index) => ({
            id: start,
            start,
            member: null,
            values: [
              valueOf(report, definition, rows.get(start), start),
              ...(before ? [comparedAt(start, index)] : []),
            ],
          })),
    totals: totalsOf(report, definition),
  };
}

const byStart = ({ rows }: ReportPart): Map<string, Row> => new Map(rows.map((row) => [row.start, row]));

/**
 * Which interval of the compared days stands for which: by their order, and within a day by the time on the wall, since a day on which the
 * clocks change has an hour less, or one of them twice.
 */
function partnersOf(report: Report, compared: ReportPart): Map<string, string> {
  if (!report.starts.some(isMoment))
    return new Map(report.starts.flatMap((start, index) => pair(start, compared.starts[index])));
  const places = new Map(placesOf(compared, report.timeZone).map(([start, place]) => [place, start]));
  return new Map(placesOf(report, report.timeZone).flatMap(([start, place]) => pair(start, places.get(place))));
}

const pair = (start: string, other: string | undefined): [string, string][] =>
  other === undefined ? [] : [[start, other]];

function placesOf({ starts, from }: ReportPart, timeZone: string): [start: string, place: string][] {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const seen = new Map<string, number>();
  return starts.map((start) => {
    const at = new Date(start);
    const days = (Date.parse(dayIn(timeZone, at)) - Date.parse(from)) / 86_400_000;
    const time = `${days} ${clock.format(at)}`;
    const times = seen.get(time) ?? 0;
    seen.set(time, times + 1);
    return [start, `${time} ${times}`];
  });
}

function byMembers(report: Report, definition: Definition): Panel {
  const before = report.compared && new Map(report.compared.rows.map((row) => [row.key ?? '', row]));
  const now = new Map(report.rows.map((row) => [row.key ?? '', row]));
  const keys = [...new Set([...now.keys(), ...(before?.keys() ?? [])])];
  const rows = keys.map((key): PanelRow => {
    const name = (now.get(key) ?? before?.get(key))?.name ?? null;
    const values = [
      valueOf(report, definition, now.get(key), report.from),
      ...(before && report.compared ? [valueOf(report, definition, before.get(key), report.compared.from)] : []),
    ];
    return { id: key, start: null, member: { key, name }, values };
  });
  return {
    series: valueSeries(report),
    rows: rows.toSorted((a, b) => (b.values[0] ?? -1) - (a.values[0] ?? -1)),
    totals: totalsOf(report, definition),
  };
}

function byMembersOverTime(report: Report, definition: Definition): Panel {
  const members = new Map<string, { name: string | null; size: number }>();
  for (const { key, name, values } of report.rows) {
    const known = members.get(key ?? '') ?? { name, size: 0 };
    members.set(key ?? '', { name, size: known.size + Math.abs(values[definition.key] ?? 0) });
  }
  const series = [...members]
    .toSorted(([, a], [, b]) => b.size - a.size)
    .map(([key, { name }]): PanelSeries => ({ role: 'member', key, name }));
  const rows = new Map(report.rows.map((row) => [`${row.start} ${row.key ?? ''}`, row]));
  return {
    series,
    rows: report.starts.map((start) => ({
      id: start,
      start,
      member: null,
      values: series.map(({ key }) => valueOf(report, definition, rows.get(`${start} ${key}`), start)),
    })),
    totals: null,
  };
}

/** Whether every value that a panel has is unknown or nothing. */
export const isBare = ({ rows, totals }: Panel): boolean =>
  [...rows.flatMap(({ values }) => values), ...(totals ?? [])].every((value) => value === null || value === 0);

/** Whether the period goes on: what it counts so far is no match for a whole one. */
export const goesOn = (report: Report): boolean => report.to >= dayIn(report.timeZone, new Date(report.at));
