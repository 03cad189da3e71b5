/** Reports: figures of a period, by interval and by one dimension, from the sums that are kept. */
import { HubError } from '@patchbay/contracts';
import type { Report, ReportFilter, ReportInterval, ReportPart, ReportQuery } from '@patchbay/contracts';
import {
  addDays,
  figureDefinition,
  localDate,
  previousDays,
  quartersOf,
  slices,
  startOfDay,
  sumNames,
  totalsOf,
  type Fact,
  type FactTotals,
  type FigureDefinition,
  type Slice,
} from '@patchbay/domain';
import { figuresSeq, firstDay, readNames, readSums } from '@patchbay/store/queries/reports';
import type { Parts } from '../parts.ts';
import { openAgentTime } from './open-time.ts';
import { addTotals, totalsOfStored } from './stored.ts';

type ReportParts = Pick<Parts, 'config' | 'db' | 'now'>;
export type ReportAsked = Omit<ReportQuery, 'format' | 'language'>;

const dayMs = 86_400_000;
const quarterMs = 900_000;
const mostRows = 10_000;
/** Days that may be asked for, by interval. */
const longest: Partial<Record<ReportInterval, number>> = { '15m': 31, '30m': 31, '1h': 62, day: 800 };
const longestOfAll = 3_700;
const quarters: Partial<Record<ReportInterval, number>> = { '15m': 1, '30m': 2, '1h': 4 };

interface Group {
  day: string;
  quarter: number;
  key: string;
  totals: FactTotals;
}

const refused = (path: string, message: string): HubError =>
  new HubError('invalid_input', `${path}: ${message}`, { issues: [{ path, message }] });

/** @throws HubError `invalid_input` for an unknown figure, too long a period, too many rows, or dimensions that are not kept together */
export async function readReport(parts: ReportParts, asked: ReportAsked): Promise<Report> {
  const { definitions, slice } = checkReport(asked);
  const since = await firstDay(parts.db.sql);
  const part = await readPart(parts, asked, definitions, slice, since);
  const compared = comparedPeriod(asked);
  return {
    ...part,
    timeZone: parts.config.timeZone,
    interval: asked.interval ?? null,
    by: asked.by ?? null,
    figures: asked.figures,
    seq: await figuresSeq(parts.db.sql),
    since,
    at: parts.now().toISOString(),
    compared: compared && (await readPart(parts, { ...asked, ...compared }, definitions, slice, since)),
  };
}

/** @throws HubError `invalid_input` for what cannot be asked for */
export function checkReport(asked: ReportAsked): { definitions: FigureDefinition[]; slice: Slice } {
  const definitions = asked.figures.map(definitionOf);
  checkedDays(asked);
  return { definitions, slice: sliceFor(asked, definitions) };
}

export function definitionOf(key: string): FigureDefinition {
  const found = figureDefinition(key);
  if (!found) throw refused('figures', `There is no figure ${key}`);
  return found;
}

function sliceFor({ by, interval, ...filter }: ReportAsked, definitions: readonly FigureDefinition[]): Slice {
  const asks = (...names: (keyof ReportFilter)[]) => names.some((name) => filter[name] !== undefined);
  const ofStaff = by === 'agent' || by === 'team' || asks('agentId', 'teamId');
  const ofKind = by === 'type' || by === 'grade' || asks('type', 'grade');
  if (ofStaff && ofKind) throw refused('by', 'Agents and teams are not kept by request type or grade');
  const ofContacts = by === 'queue' || by === 'channel' || asks('queueId', 'channel');
  if (ofKind && interval && interval in quarters)
    throw refused('interval', 'Request types and grades are kept by the day');
  const agentTime = definitions.find(({ about }) => about === 'agents');
  if (agentTime && (ofKind || ofContacts))
    throw refused('figures', `${agentTime.key} is about the time of agents, and is asked for by agent or team only`);
  // The fewer dimensions, the fewer rows.
  if (ofStaff) return ofContacts || (interval && interval in quarters) ? 'staff' : 'agent';
  if (ofKind) return ofContacts ? 'kind' : 'type';
  return 'contact';
}

function checkedDays({ from, to, interval }: Pick<ReportAsked, 'from' | 'to' | 'interval'>): void {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  if (days < 1) throw refused('to', 'The period ends before it begins');
  const most = (interval && longest[interval]) ?? longestOfAll;
  if (days > most) throw refused('to', `At most ${most} days at this interval`);
}

function comparedPeriod({ compare, from, to }: ReportAsked): { from: string; to: string } | null {
  if (compare === undefined) return null;
  const [first, last] = compare.split('..');
  if (first && last) return { from: first, to: last };
  return previousDays({ from, to });
}

async function readPart(
  parts: ReportParts,
  asked: ReportAsked,
  definitions: readonly FigureDefinition[],
  slice: Slice,
  since: string | null,
): Promise<ReportPart> {
  checkedDays(asked);
  const { sql } = parts.db;
  const { from, to, interval = null, by = null } = asked;
  const names = { sums: sumNames, durations: [...new Set(definitions.flatMap(({ durations }) => durations))] };
  const found = await readSums(
    sql,
    { slice: slices[slice].number, from, to, interval, by, filter: asked, names },
    mostRows + 1,
  );
  if (found.length > mostRows) throw refused('interval', `More than ${mostRows} rows: ask for less`);
  const groups = found.map((one): Group => ({ ...one, totals: totalsOfStored(one) }));
  const goingOn = definitions.some(({ about }) => about === 'agents') ? await timeGoingOn(parts, asked) : [];
  addGroups(groups, goingOn.flatMap(byTeams(asked)));
  const called = by && (await readNames(sql, by, [...new Set(groups.map(({ key }) => key))]));
  // Who is in several teams is in the rows of each of them, and counts once.
  const whole =
    by === 'team'
      ? await readSums(
          sql,
          { slice: slices[slice].number, from, to, interval: null, by: null, filter: asked, names },
          1,
        )
      : null;
  const all = whole
    ? [...whole.map(totalsOfStored), ...goingOn.map(({ totals }) => totals)]
    : groups.map((one) => one.totals);
  return {
    from,
    to,
    starts: startsOf(asked, parts.config.timeZone),
    rows: groups.map(({ day, quarter, key, totals }) => ({
      start: quarter < 0 ? day : new Date(startOfDay(day, parts.config.timeZone) + quarter * quarterMs).toISOString(),
      key: by && key,
      name: called && (key === '' ? null : (called.get(key) ?? key)),
      values: valuesOf(definitions, totals),
    })),
    totals: isKnown(asked, since, localDate(parts.now(), parts.config.timeZone))
      ? valuesOf(definitions, addTotals(all))
      : Object.fromEntries(definitions.map(({ key }) => [key, null])),
  };
}

/** Before the first day that was counted, and in days to come, nothing is known: not even that there was nothing. */
const isKnown = ({ from, to }: ReportAsked, since: string | null, today: string): boolean =>
  since !== null && to >= since && from <= today;

/** Where the intervals of a period begin. */
function startsOf({ from, to, interval }: ReportAsked, timeZone: string): string[] {
  if (interval === undefined) return [from];
  const days = Array.from({ length: (Date.parse(to) - Date.parse(from)) / dayMs + 1 }, (_, n) => addDays(from, n));
  const width = quarters[interval];
  if (!width) return [...new Set(days.map((day) => periodOf({ from, interval }, day)))];
  return days.flatMap((day) => {
    const [first, end] = [startOfDay(day, timeZone), startOfDay(addDays(day, 1), timeZone)];
    const step = width * quarterMs;
    return Array.from({ length: Math.ceil((end - first) / step) }, (_, n) => new Date(first + n * step).toISOString());
  });
}

const valuesOf = (definitions: readonly FigureDefinition[], totals: FactTotals): Record<string, number | null> =>
  Object.fromEntries(definitions.map(({ key, compute }) => [key, compute(totals)]));

/** What agents do at this moment, where the period reaches that far. */
async function timeGoingOn(parts: ReportParts, asked: ReportAsked): Promise<Group[]> {
  const { timeZone } = parts.config;
  const now = parts.now();
  if (asked.to < localDate(now, timeZone)) return [];
  const quarterOf = quartersOf(timeZone);
  const time = (await openAgentTime(parts.db.sql, now)).filter(({ sums }) => sums.staffedMs !== undefined);
  // Wrap-up that goes on belongs to a contact, and is counted when it ends: a figure may not depend on which others are asked for.
  return time.filter(isAskedFor(asked)).flatMap((fact) => {
    const { day, quarter } = quarterOf(fact.at);
    if (day < asked.from || day > asked.to) return [];
    const width = asked.interval && quarters[asked.interval];
    const { agentId, teamId } = fact.dimensions;
    return [
      {
        day: periodOf(asked, day),
        quarter: width ? Math.floor(quarter / width) * width : -1,
        key: asked.by === 'agent' ? agentId : asked.by === 'team' ? teamId : '',
        totals: totalsOf({ sums: fact.sums }),
      },
    ];
  });
}

const isAskedFor =
  ({ agentId, teamId }: ReportFilter) =>
  ({ dimensions }: Fact): boolean =>
    (agentId === undefined || agentId === dimensions.agentId) &&
    (teamId === undefined || teamsOf(dimensions.teamId).includes(teamId === 'none' ? '' : teamId));

/** Of nobody: the empty one. */
const teamsOf = (teamIds: string): string[] => teamIds.split(',');

/** The time of somebody in several teams, once for each. */
const byTeams =
  ({ by, teamId }: Pick<ReportAsked, 'by' | 'teamId'>) =>
  (group: Group): Group[] => {
    if (by !== 'team') return [group];
    const asked = teamId === 'none' ? '' : teamId;
    return teamsOf(group.key)
      .filter((key) => asked === undefined || asked === key)
      .map((key) => ({ ...group, key }));
  };

/** The day under which a row of the interval stands. */
function periodOf({ interval, from }: Pick<ReportAsked, 'interval' | 'from'>, day: string): string {
  if (interval === undefined) return from;
  if (interval === 'month') return `${day.slice(0, 8)}01`;
  return interval === 'week' ? addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7)) : day;
}

function addGroups(groups: Group[], more: readonly Group[]): void {
  const keyOf = ({ day, quarter, key }: Group) => `${day} ${String(quarter).padStart(3, '0')} ${key}`;
  const known = new Map(groups.map((group) => [keyOf(group), group]));
  for (const one of more) {
    const group = known.get(keyOf(one));
    if (group) group.totals = addTotals([group.totals, one.totals]);
    else {
      known.set(keyOf(one), one);
      groups.push(one);
    }
  }
  if (more.length > 0) groups.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
