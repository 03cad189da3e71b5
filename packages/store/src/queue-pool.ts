import pg from 'pg';

/**
 * The connections by which all queues and workers of a hub reach the queue's tables. `schema` is where those lie. A connection that breaks while
 * nobody uses it is replaced, and told of once.
 */
export function openQueuePool(options: {
  url: string;
  schema: string;
  max: number;
  onError: (error: Error) => void;
}): pg.Pool & AsyncDisposable {
  const pool = new pg.Pool({
    connectionString: options.url,
    options: `-c search_path=${options.schema}`,
    max: options.max,
    idleTimeoutMillis: 30_000,
    // What waits to be told of a job finds out in seconds that nobody tells it any more.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'patchbay-queue',
  });
  let ended = false;
  pool.on('error', (error) => ended || options.onError(error));
  return Object.assign(pool, {
    async [Symbol.asyncDispose]() {
      await pool.end();
      ended = true;
    },
  });
}
