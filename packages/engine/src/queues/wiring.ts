/** The one place that knows on which backend the queues run. */
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '@patchbay/store';
import { openQueuePool } from '@patchbay/store/queue-pool';
import { createPostgresBackend, DEFAULT_SCHEMA, Queue, runMigrations, Worker, withBackend } from 'bullmq';
import type { Job, JobsOptions, PgPool } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { QueueDepth } from '../parts.ts';

export interface QueuePlace {
  readonly kind: 'postgres' | 'redis';
  readonly url: string;
}

/** Where the queues are, made ready for all queues and workers of a hub; closed after them. */
export type QueueBackend = AsyncDisposable &
  ({ readonly kind: 'postgres'; readonly pool: PgPool } | { readonly kind: 'redis'; readonly url: string });

/** Each worker keeps a connection on which it is told of jobs; what asks and writes shares the others. */
const mostConnections = 18;

/**
 * On PostgreSQL the queue's tables are made, or brought up to date. @throws when that database, or Redis, cannot be reached
 * @param signal ends waiting for an answer of Redis
 */
export async function openBackend(
  { kind, url }: QueuePlace,
  onError: (error: Error) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<QueueBackend> {
  if (kind === 'redis') {
    await assertRedis(redisConnection(url, 0), signal);
    return { kind, url, [Symbol.asyncDispose]: async () => undefined };
  }
  await using stack = new AsyncDisposableStack();
  const pool = stack.use(openQueuePool({ url, schema: DEFAULT_SCHEMA, max: mostConnections, onError }));
  const client = await pool.connect();
  try {
    await runMigrations(client, DEFAULT_SCHEMA);
  } finally {
    client.release();
  }
  const owned = stack.move();
  // It is one; only the types of its clients' listeners are written differently.
  const taken = pool as unknown as PgPool;
  return { kind, pool: withoutItsErrors(taken), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Each queue and worker would listen to the pool itself, and tell of the same broken connection. */
function withoutItsErrors(pool: PgPool): PgPool {
  const shared: PgPool = {
    connect: () => pool.connect(),
    query: (text, values) => pool.query(text, values),
    end: () => pool.end(),
    on: () => shared,
    removeAllListeners: () => shared,
  };
  return shared;
}

export interface RawJob {
  readonly name: string;
  readonly data: unknown;
  readonly options: JobsOptions;
  /** It is not made part of another job, so that its id keeps a second one like it off the queue. */
  readonly alone?: boolean;
}

/** A queue as the rest of the engine sees it, the same on PostgreSQL and on Redis. */
export interface RawQueue {
  addAll(jobs: readonly RawJob[]): Promise<void>;
  /** Rejects when the backend does not answer. */
  ping(): Promise<void>;
  depth(): Promise<QueueDepth>;
  /** Removes every job. What was accepted arrives all the same: the rows are the record. */
  obliterate(): Promise<void>;
  close(): Promise<void>;
}

export interface RawWorker {
  close(): Promise<void>;
}

export type Processor = (job: { id: string; name: string; data: unknown }) => Promise<void>;

/** On PostgreSQL a bulk add creates two temporary tables, and so costs as much as this many single adds, which commit together. */
const bulkWorthwhile = 8;

/** Opens a queue on the chosen backend. Completed jobs are not kept: the database tells the story. */
export function openQueue(backend: QueueBackend, name: string, onError: (error: Error) => void): RawQueue {
  const queue = makeQueue(backend, name);
  queue.on('error', onError);
  return {
    async addAll(jobs) {
      const settled = { removeOnComplete: true, removeOnFail: true };
      if (backend.kind === 'postgres' && jobs.length < bulkWorthwhile) {
        await Promise.all(jobs.map(({ name: job, data, options }) => queue.add(job, data, { ...settled, ...options })));
        return;
      }
      await queue.addBulk(
        jobs.map(({ name: job, data, options }) => ({ name: job, data, opts: { ...settled, ...options } })),
      );
    },
    async ping() {
      await queue.getJobCounts('wait');
    },
    async depth() {
      const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed');
      const of = (state: string) => counts[state] ?? 0;
      return { waiting: of('wait') + of('prioritized'), active: of('active'), delayed: of('delayed') };
    },
    obliterate: () => queue.obliterate({ force: true }).then(() => undefined),
    close: () => queue.close(),
  };
}

/** Starts a worker; `close` waits for the jobs in progress. */
export async function openWorker(
  backend: QueueBackend,
  name: string,
  concurrency: number,
  run: Processor,
  onError: (error: Error) => void,
): Promise<RawWorker> {
  const process = (job: Job) => run({ id: job.id ?? '', name: job.name, data: job.data });
  const options = { concurrency, lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 3, drainDelay: 2 };
  const worker =
    backend.kind === 'postgres'
      ? new (withBackend(unhurriedBackend).Worker)(name, process, {
          ...options,
          connection: backend.pool,
        })
      : new Worker(name, process, { ...options, connection: redisConnection(backend.url, null) });
  worker.on('error', onError);
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}

/** Between two looks of a worker that finds nothing. Milliseconds. */
const betweenLooksMs = 15;

/**
 * A worker looks for waiting jobs before it waits to be told of one, and sees those that are just being taken, until that is committed: left
 * to itself it would look again and again for as long as the disk takes to flush.
 */
const unhurriedBackend: typeof createPostgresBackend = (...settings) => {
  const backend = createPostgresBackend(...settings);
  const wait = backend.waitForJob.bind(backend);
  let looked = 0;
  backend.waitForJob = async (timeout) => {
    await delay(Math.max(0, looked + betweenLooksMs - performance.now()));
    looked = performance.now();
    return wait(timeout);
  };
  return backend;
};

function makeQueue(backend: QueueBackend, name: string) {
  return backend.kind === 'postgres'
    ? new (withBackend(createPostgresBackend).Queue)(name, { connection: backend.pool })
    : new Queue(name, { connection: redisConnection(backend.url, 1) });
}

/** A worker waits for Redis however long it is away (`null`); a producer is told soon, and the sweep makes up for it. */
function redisConnection(url: string, maxRetriesPerRequest: number | null) {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
    ...(protocol === 'rediss:' && { tls: {} }),
    maxRetriesPerRequest,
    enableOfflineQueue: maxRetriesPerRequest === null,
  };
}

/** A Redis that has not answered by then does not answer. Milliseconds. */
const patienceMs = 10_000;

/**
 * Asks Redis once, before anything waits for it.
 * @param signal gives up at once, with its reason
 * @throws {StartError} when it cannot be reached, or makes room by dropping keys, and jobs with them
 */
async function assertRedis(connection: Omit<RedisOptions, 'replyMapping'>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const redis = new Redis({ ...connection, lazyConnect: true, retryStrategy: () => null });
  const broken = Promise.withResolvers<never>();
  // What breaks a connection is told here; who waits for it hears only that it is closed.
  redis.on('error', broken.reject);
  const late = setTimeout(() => broken.reject(new Error('no answer')), patienceMs);
  const stop = () => broken.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const policy = await Promise.race([broken.promise, ask(redis)]);
    if (policy !== undefined && policy !== 'noeviction')
      throw new StartError(`REDIS_URL points to a Redis with maxmemory-policy ${policy}; expected noeviction`);
  } catch (error) {
    if (signal.aborted || error instanceof StartError) throw error;
    throw new StartError(`REDIS_URL cannot be reached: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    redis.disconnect();
  }
}

/** What it does when its memory is full; undefined where it does not say. */
async function ask(redis: Redis): Promise<string | undefined> {
  await redis.connect();
  await redis.ping();
  return /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
}

/** Of a name with several addresses, none of which answers, only the code is told. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || 'no answer';
}
