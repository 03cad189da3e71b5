/** How much is measured. Bounded in count and in time, so that a slow machine answers too. */
export type Backend = 'postgres' | 'redis';

function positive(name: string, fallback: number): number {
  const given = process.env[name];
  if (given === undefined || given === '') return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is ${given}; expected a whole number above 0`);
  return value;
}

function chosenBackends(): Backend[] {
  const chosen = (process.env['BENCH_BACKENDS'] || 'postgres,redis').split(',');
  const known = (name: string): name is Backend => name === 'postgres' || name === 'redis';
  if (!chosen.every(known)) throw new Error('BENCH_BACKENDS names something else than postgres and redis');
  return chosen;
}

export const settings = {
  backends: chosenBackends(),
  /** Contacts, or operations of a bare part, in one measurement. */
  count: positive('BENCH_N', 120),
  /** In flight at once, for the hub and for every bare part alike. */
  concurrency: positive('BENCH_CONCURRENCY', 16),
  /** Interleaved rounds per backend; shares are taken within a round, and their median is reported. */
  rounds: positive('BENCH_ROUNDS', 5),
  /** Seconds of the whole run; a round that would not end in time is not begun, but for each backend's first. */
  seconds: positive('BENCH_SECONDS', 170),
  /** Customers who are known and have an open ticket before anything is measured. */
  knownCustomers: 64,
  /** Writes CPU profiles of the hub and the database's statistics of statements to `artifacts`. */
  profile: process.env['BENCH_PROFILE'] === '1',
} as const;

/** One measurement posts nothing new after so long, and waits no longer than this for what is under way. Milliseconds. */
export const postingLimitMs = 8_000;
export const drainLimitMs = 20_000;
