/**
 * Whether reports take longer as history grows: `npm run bench:reports`. Of two centres with as many tickets a day, one has a year behind it and
 * one a tenth of that; the same reports of both by turns, and those of a whole year of the one that has it. What was made is first held against
 * what the hub makes of the same events, at a size at which that is quick. BENCH_CHECK, BENCH_SMALL, BENCH_LARGE and BENCH_N change the sizes
 * and the number of turns.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { reportQuery, type ReportFilter } from '@patchbay/contracts';
import { addDays, startOfDay } from '@patchbay/domain';
import { definitionOf, readReport } from '@patchbay/engine/figures/report';
import { migrate, openDatabase, type Database } from '@patchbay/store';
import { listEntries } from '@patchbay/store/queries/reports';
import { loadEnvironment } from '@patchbay/config';
import { artifactsFolder, createDatabase, startPostgres } from '../ground.ts';
import { agents, daysOfYear, firstDay, lastDay, populate, queues, timeZone } from './centre.ts';
import { checkFigures } from './check.ts';

const sizes = {
  check: Number(process.env['BENCH_CHECK'] ?? 3_000),
  small: Number(process.env['BENCH_SMALL'] ?? 100_000),
  large: Number(process.env['BENCH_LARGE'] ?? 1_000_000),
};
const turns = Number(process.env['BENCH_N'] ?? 15);
const say = (text: string) => process.stdout.write(`${text}\n`);

const config = { ...loadEnvironment({ TIME_ZONE: timeZone }), timeZone };
const aDay = '2025-12-16';
const month = { from: '2025-12-01', to: lastDay };
const year = { from: firstDay, to: lastDay };
const counts =
  'offered,answered,abandoned,service-level,average-speed-of-answer,average-handle-time,first-contact-resolution';
const percentiles = `${counts},first-response-median,first-response-p90,resolution-p95`;

type Work = (db: Database) => Promise<unknown>;
type Measured = readonly [name: string, limitMs: number, work: Work];
const reported =
  (query: Record<string, string>): Work =>
  (db) =>
    readReport({ config, db, now: () => new Date('2026-01-01T00:00:00Z') }, reportQuery.parse(query));
const tickets =
  (figure: string, from: string, to: string, filter: ReportFilter): Work =>
  (db) =>
    listEntries(
      db.sql,
      {
        facts: definitionOf(figure).behind,
        from: new Date(startOfDay(from, timeZone)),
        until: new Date(startOfDay(addDays(to, 1), timeZone)),
        filter,
      },
      { limit: 50, after: null },
    );

const day = { from: aDay, to: aDay };
/** Name, limit in milliseconds where there is a year, work. */
const recent: readonly Measured[] = [
  ['a day', 300, reported({ ...day, figures: percentiles })],
  ['a day by queue', 300, reported({ ...day, figures: percentiles, by: 'queue' })],
  ['a day by agent', 300, reported({ ...day, figures: percentiles, by: 'agent' })],
  ['a day by quarters and queue', 300, reported({ ...day, figures: percentiles, by: 'queue', interval: '15m' })],
  ['a month by day', 1_000, reported({ ...month, figures: counts, interval: 'day' })],
  ['a month by agent, percentiles', 1_000, reported({ ...month, figures: percentiles, by: 'agent' })],
  ['a month by request type', 1_000, reported({ ...month, figures: percentiles, by: 'type' })],
  ['tickets behind a day', 300, tickets('abandoned', aDay, aDay, {})],
  ['tickets behind a month', 1_000, tickets('service-level', month.from, month.to, {})],
  [
    'tickets of an agent behind a month',
    1_000,
    tickets('answered', month.from, month.to, { agentId: agents[7] ?? '' }),
  ],
];
const wholeYear: readonly Measured[] = [
  ['a year', 1_000, reported({ ...year, figures: percentiles })],
  ['a year by day', 1_000, reported({ ...year, figures: counts, interval: 'day' })],
  ['a year by month, percentiles', 1_000, reported({ ...year, figures: percentiles, interval: 'month' })],
  ['a year by queue', 1_000, reported({ ...year, figures: percentiles, by: 'queue' })],
  ['a year by agent', 1_000, reported({ ...year, figures: percentiles, by: 'agent' })],
  [
    'a year by agent of one queue',
    1_000,
    reported({ ...year, figures: counts, by: 'agent', queueId: queues[0] ?? '' }),
  ],
  ['a year by request type', 1_000, reported({ ...year, figures: percentiles, by: 'type' })],
  ['tickets behind a year', 1_000, tickets('service-level', year.from, year.to, {})],
  ['tickets of an agent behind a year', 1_000, tickets('answered', year.from, year.to, { agentId: agents[7] ?? '' })],
];

async function open(server: string, name: string, size: number, days: number): Promise<Database> {
  const url = await createDatabase(server, name);
  await migrate(url);
  const db = openDatabase({ url, poolSize: 2 });
  await populate(db, size, days);
  return db;
}

async function prepare(server: string, name: string, size: number, days: number) {
  const began = performance.now();
  const db = await open(server, name, size, days);
  const { rows } = await db.sql.query<{ sums: number; entries: number; bytes: number }>(
    `select (select count(*) from figure_sum) as sums, (select count(*) from figure_entry) as entries,
       pg_total_relation_size('figure_sum') + pg_total_relation_size('figure_entry') as bytes`,
  );
  const { sums = 0, entries = 0, bytes = 0 } = rows[0] ?? {};
  say(
    `${size} tickets of ${days} days in ${((performance.now() - began) / 1000).toFixed(0)} s: ${sums} sums, ${entries} entries, ${(bytes / 1e6).toFixed(0)} MB`,
  );
  return { db, times: new Map<string, number[]>() };
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

const folder = await mkdtemp(join(tmpdir(), 'patchbay-bench-reports-'));
await using stack = new AsyncDisposableStack();
stack.defer(() => rm(folder, { recursive: true, force: true }));
const postgres = stack.use(await startPostgres(join(folder, 'postgres'), false));
{
  await using db = await open(postgres.url, 'bench_check', sizes.check, daysOfYear);
  const { days, facts } = await checkFigures(db);
  say(`${sizes.check} tickets: ${facts} facts of ${days} days are what the hub counts`);
}
const small = await prepare(
  postgres.url,
  'bench_small',
  sizes.small,
  Math.round((daysOfYear * sizes.small) / sizes.large),
);
stack.use(small.db);
const large = await prepare(postgres.url, 'bench_large', sizes.large, daysOfYear);
stack.use(large.db);

for (let turn = 0; turn <= turns; turn += 1)
  for (const [name, , work] of [...recent, ...wholeYear])
    for (const side of recent.some(([one]) => one === name) ? [small, large] : [large]) {
      const began = performance.now();
      await work(side.db);
      // The first turn prepares statements and reads the disk.
      if (turn > 0) side.times.set(name, [...(side.times.get(name) ?? []), performance.now() - began]);
    }

const figures = [...recent, ...wholeYear].map(([name, limit]) => {
  const few = small.times.get(name);
  const smallMs = few ? median(few) : null;
  const largeMs = median(large.times.get(name) ?? []);
  const late = largeMs > limit;
  const compared =
    smallMs === null ? '' : `   with less history ${smallMs.toFixed(1)} ms, ratio ${(largeMs / smallMs).toFixed(2)}`;
  say(`${name.padEnd(36)} ${largeMs.toFixed(1).padStart(7)} ms${compared}${late ? `   over ${limit} ms` : ''}`);
  if (late) process.exitCode = 1;
  return { name, smallMs, largeMs, limit };
});
await writeFile(
  join(await artifactsFolder(), 'reports.json'),
  `${JSON.stringify({ sizes, turns, figures }, null, 2)}\n`,
);
