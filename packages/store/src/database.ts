import { PrismaPg } from '@prisma/adapter-pg';
import { HubError } from '@patchbay/contracts';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';

/** Anything that runs one parameterised statement: the pool, or a client inside a transaction. */
export interface Queryable {
  query<R extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: R[]; rowCount: number | null }>;
}

/** The hub's database. `prisma` for ordinary reads and writes, `sql` for the hot path. */
export interface Database extends AsyncDisposable {
  readonly url: string;
  readonly prisma: PrismaClient;
  readonly sql: Queryable;
  /** Runs `work` in one READ COMMITTED transaction; rolled back when it throws. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Calls back on each NOTIFY of a channel, over a connection of its own that is made again when it breaks. */
  listen(channel: string, onNotify: (payload: string) => void, signal: AbortSignal): Promise<void>;
  ping(): Promise<void>;
}

// Timestamps of the hot path are kept as `Date`, counts as `number`: a bigint of ours never passes 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Connection troubles become `unavailable`, so that a provider is asked to come again instead of being refused. */
function translate(error: unknown): unknown {
  const code = (error as { code?: string }).code ?? '';
  const message = error instanceof Error ? error.message : '';
  const lost =
    /^(08|53|57P|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND)/.test(code) ||
    /terminat|timeout exceeded|Connection|pool after calling end/i.test(message);
  return lost ? new HubError('unavailable', 'The database does not answer', { cause: error }) : error;
}

const statementNames = new Map<string, string>();

/** Each text is prepared once per connection; the texts are those of this package and so are bounded in number. */
function statementName(text: string): string {
  const known = statementNames.get(text);
  if (known !== undefined) return known;
  const name = `patchbay_${statementNames.size}`;
  statementNames.set(text, name);
  return name;
}

export function openDatabase(options: { url: string; poolSize?: number; onError?: (error: Error) => void }): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 12,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    application_name: 'patchbay',
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  // So does one that was let go of, when the database stops before it has heard of that: then nothing is lost.
  let ended = false;
  pool.on('error', (error) => ended || options.onError?.(error));
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: options.url, max: 10 }) });
  const run = async (client: pg.Pool | pg.PoolClient, text: string, values?: readonly unknown[]) => {
    try {
      return await client.query(values ? { name: statementName(text), text, values: [...values] } : text);
    } catch (error) {
      throw translate(error);
    }
  };

  return {
    url: options.url,
    prisma,
    sql: { query: ((text: string, values?: readonly unknown[]) => run(pool, text, values)) as Queryable['query'] },
    async transaction(work) {
      const client = await pool.connect().catch((error: unknown) => {
        throw translate(error);
      });
      let broken: Error | undefined;
      const lost = (error: Error) => void (broken = error);
      // Between two statements the pool does not listen, and what nobody listens to would end the process.
      client.on('error', lost);
      try {
        await client.query('begin');
        const result = await work({
          query: ((text: string, values?: readonly unknown[]) => run(client, text, values)) as Queryable['query'],
        });
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => {
          broken = failure;
        });
        throw translate(error);
      } finally {
        client.off('error', lost);
        client.release(broken);
      }
    },
    listen: (channel, onNotify, signal) => listenForever(options.url, channel, onNotify, signal),
    async ping() {
      await run(pool, 'select 1');
    },
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool.end();
      ended = true;
    },
  };
}

/** Resolves after the first LISTEN holds; afterwards it reconnects by itself until the signal aborts. */
async function listenForever(
  url: string,
  channel: string,
  onNotify: (payload: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const connect = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url, application_name: 'patchbay-listen', keepAlive: true });
    const end = () => void client.end().catch(() => undefined);
    let lost = false;
    const again = () => {
      if (lost || signal.aborted) return;
      lost = true;
      setTimeout(() => void connect().catch(() => undefined), 1_000).unref();
    };
    client.on('notification', (message) => onNotify(message.payload ?? ''));
    client.on('error', end);
    client.on('end', again);
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      end();
      again();
      throw error;
    }
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    client.once('end', () => signal.removeEventListener('abort', end));
    // What was told while nobody listened is looked for at once.
    onNotify('');
  };
  await connect();
}
