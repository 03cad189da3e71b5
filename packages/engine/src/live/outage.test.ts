/** What follows the events while the database is away says so once, and once that it is over. */
import { HubError } from '@patchbay/contracts';
import type { Database, Queryable } from '@patchbay/store';
import { type Logger, pino } from 'pino';
import { expect, it } from 'vitest';
import { createMetrics } from '../metrics.ts';
import { watchRush } from '../rush.ts';
import { startEventReaders } from './event-readers.ts';
import { createRelay } from './relay.ts';
import { createTail } from './tail.ts';

const failures = 30;

/** What it is asked after `goAway` it does not answer for a while; `back` resolves when it has answered again more than once. */
function faulty(rows: object[]) {
  let asked = -Infinity;
  const back = Promise.withResolvers<void>();
  const sql = {
    async query() {
      asked += 1;
      if (asked > 0 && asked <= failures) throw new HubError('unavailable', 'The database does not answer');
      if (asked > failures + 2) back.resolve();
      return { rows, rowCount: rows.length };
    },
  } as Queryable;
  return { sql, back: back.promise, goAway: () => void (asked = 0) };
}

const database = (sql: Queryable, tx: Queryable) =>
  ({
    sql,
    transaction: <T>(work: (tx: Queryable) => Promise<T>) => work(tx),
    listen: async () => undefined,
  }) as unknown as Database;
const alwaysBehind = faulty([{ name: 'figures' }]).sql;

interface Follower {
  readonly of: string;
  readonly start: (sql: Queryable, log: Logger, signal: AbortSignal) => unknown;
  readonly words: readonly [fails: string, over: string];
}

it.each<Follower>([
  {
    of: 'the relay',
    start: (sql, log, signal) =>
      createRelay({ db: database(sql, sql), log, signal, metrics: createMetrics(), rush: watchRush(), pollMs: 1 }),
    words: ['events not numbered; tried again at the next poll', 'events are numbered again'],
  },
  {
    of: 'the tail',
    start: (sql, log, signal) => createTail({ db: database(sql, sql), log, signal, pollMs: 1 }),
    words: ['events not read; tried again at the next poll', 'events are read again'],
  },
  {
    of: 'the look at who is behind',
    start: (sql, log, signal) => startEventReaders({ db: database(sql, sql), log, rush: watchRush() }, [], signal, 1),
    words: ['readers of events not looked at; tried again', 'readers of events are looked at again'],
  },
  {
    of: 'a reader',
    start: (sql, log, signal) =>
      startEventReaders(
        { db: database(alwaysBehind, sql), log, rush: watchRush() },
        [{ name: 'figures', from: 'beginning', read: () => Promise.resolve() }],
        signal,
        1,
      ),
    words: ['events not worked on; tried again', 'events are worked on again'],
  },
])('$of', async ({ start, words }) => {
  const lines: { msg: string; failures: number }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const stopping = new AbortController();
  const { sql, back, goAway } = faulty([]);
  const started = await start(sql, log, stopping.signal);
  goAway();
  await back;
  stopping.abort();
  await (started as Partial<AsyncDisposable> | undefined)?.[Symbol.asyncDispose]?.();
  expect(lines.map(({ msg }) => msg)).toEqual(words);
  expect(lines[1]?.failures).toBe(failures);
});
