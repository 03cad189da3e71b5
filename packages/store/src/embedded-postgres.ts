/** The PostgreSQL that comes with the hub: installed by npm, kept in DATA_DIR, started and stopped with the hub. */
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { planLaunch } from './embedded/account.ts';
import { findBinaries } from './embedded/binaries.ts';
import { ensureCluster, startServer, superuser, type Server } from './embedded/cluster.ts';
import { claimDataFolder } from './embedded/data-folder.ts';
import type { EmbeddedLog } from './embedded/log.ts';
import { endOrphan, stopServer } from './embedded/orphan.ts';
import { keptSecret } from './embedded/secrets.ts';
import { StartError } from './start-error.ts';

const database = 'patchbay';

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Holds the password: never to be logged. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server has ended; before `stop` was called this means that the hub has lost its database. */
  readonly ended: Promise<void>;
  /** Stops the server after at most 20 seconds, aborting what clients still do, and frees the data folder. Safe to repeat. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on `<dataDir>/postgres`, making cluster, password and database on the first start and ending a server that a
 * killed hub left behind. It listens on 127.0.0.1, on a free port. The data folder belongs to this process until `stop`.
 * @param options.signal aborting it gives up a start that is under way; it does not stop a started server
 * @throws {StartError} when the folder cannot be used or the server does not start
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log: EmbeddedLog;
  signal?: AbortSignal;
}): Promise<EmbeddedPostgres> {
  const { log, signal = new AbortController().signal } = options;
  const folder = await claimDataFolder(options.dataDir);
  try {
    const dataDir = await realpath(options.dataDir);
    const password = await keptSecret(dataDir, 'databasePassword');
    const server = await startCluster(dataDir, password, log, signal);
    const base = `postgres://${superuser}:${password}@127.0.0.1:${server.port}`;
    try {
      await ensureDatabase(`${base}/postgres`);
    } catch (error) {
      await stopServer(server.pid, (ms) => endedWithin(server, ms));
      throw error;
    }
    return running(server, `${base}/${database}`, () => folder.release());
  } catch (error) {
    await folder.release();
    throw error;
  }
}

async function startCluster(dataDir: string, password: string, log: EmbeddedLog, signal: AbortSignal): Promise<Server> {
  signal.throwIfAborted();
  const launch = await planLaunch(await findBinaries(), dataDir, log);
  const cluster = join(launch.home, 'postgres');
  await endOrphan(cluster, log);
  await mkdir(launch.home, { recursive: true });
  await ensureCluster(launch, cluster, password, signal);
  // The signal ends a start, not a server: a hub that shuts down drains before it stops its database.
  const starting = new AbortController();
  const giveUp = () => starting.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await startServer(launch, cluster, log, starting.signal);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${database}`);
  } catch (error) {
    const wrongPassword = (error as { code?: string }).code === '28P01';
    const why = wrongPassword
      ? 'the password in secrets.json is not the one it was made with'
      : (error as Error).message;
    throw new StartError(`Cannot use the embedded database: ${why}`, { cause: error });
  } finally {
    await client.end();
  }
}

function running(server: Server, url: string, release: () => Promise<void>): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  const stopOnce = async () => {
    try {
      await stopServer(server.pid, (ms) => endedWithin(server, ms));
    } finally {
      await release();
    }
  };
  const stop = () => (stopping ??= stopOnce());
  return { url, pid: server.pid, ended: server.ended, stop, [Symbol.asyncDispose]: stop };
}

async function endedWithin(server: Server, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const late = delay(ms, false, { signal: patience.signal }).catch(() => false);
  const ended = await Promise.race([server.ended.then(() => true), late]);
  patience.abort();
  return ended;
}
