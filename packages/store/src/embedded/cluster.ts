/** A database cluster: its folder and the server process on it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join, parse } from 'node:path';
import { createInterface } from 'node:readline';
import { fileProblem, StartError } from '../start-error.ts';
import type { Launch } from './account.ts';
import { forwardLine, type EmbeddedLog } from './log.ts';

export const superuser = 'patchbay';

/** A running server. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** Resolves when the process has ended, by whomever. */
  readonly ended: Promise<void>;
}

/**
 * Commits are durable when they are acknowledged; clients' errors and statements, which carry personal data, are not logged. A hub opens at most
 * about eighty connections: most are opened only under load, and there is room for several hubs.
 */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '400',
  shared_buffers: '256MB',
  synchronous_commit: 'on',
  wal_level: 'replica',
  max_wal_size: '2GB',
  min_wal_size: '128MB',
  random_page_cost: '1.1',
  jit: 'off',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/** Nothing of the hub's environment, which holds its secrets; messages in English, which `start` reads. */
const environment = { LC_ALL: 'C', TZ: 'UTC' };

/**
 * Makes the cluster when there is none. It is made beside its place and moved there whole, so that an initialisation that
 * was interrupted is never taken for a cluster.
 * @throws {StartError} when it was made by another major version, or cannot be made
 */
export async function ensureCluster(
  launch: Launch,
  cluster: string,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const version = await readVersion(cluster);
  if (version === String(launch.binaries.major)) return;
  if (version !== undefined) {
    throw new StartError(
      `The database in ${cluster} was made by PostgreSQL ${version}, and this Patchbay brings ${launch.binaries.major}; ` +
        'dump it with the Patchbay that made it, or use another DATA_DIR',
    );
  }
  const fresh = `${cluster}.new`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    if (launch.account) await chown(fresh, launch.account.uid, launch.account.gid);
    await initialise(launch, fresh, password, signal);
    await rename(fresh, cluster);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (error instanceof StartError || signal.aborted) throw error;
    throw new StartError(`Cannot make the database in ${cluster}: ${fileProblem(error)}`, { cause: error });
  }
}

async function readVersion(cluster: string): Promise<string | undefined> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StartError(`Cannot read the database in ${cluster}: ${fileProblem(error)}`, { cause: error });
  }
}

async function initialise(launch: Launch, fresh: string, password: string, signal: AbortSignal): Promise<void> {
  const passwordFile = `${fresh}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await chmod(passwordFile, 0o600);
  if (launch.account) await chown(passwordFile, launch.account.uid, launch.account.gid);
  try {
    const child = run(
      launch,
      launch.binaries.initdb,
      [
        `--pgdata=${fresh}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
      ],
      signal,
    );
    const complaints = collect(child);
    const code = await exitOf(child);
    signal.throwIfAborted();
    if (code !== 0) throw new StartError(`Cannot make the database in ${fresh}: ${reason(complaints.lines)}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/**
 * Starts the server and waits until it takes connections.
 * @throws {StartError} when it ends before that
 */
export async function startServer(
  launch: Launch,
  cluster: string,
  log: EmbeddedLog,
  signal: AbortSignal,
): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = run(launch, launch.binaries.postgres, ['-D', cluster, '-p', String(port), ...flags], signal);
    const ended = exitOf(child).then(() => undefined);
    const output = collect(child, (line) => forwardLine(log, line));
    const ready = await Promise.race([output.says('ready to accept connections'), ended.then(() => false)]);
    signal.throwIfAborted();
    if (ready && child.pid !== undefined) return { pid: child.pid, port, ended };
    // Somebody took the port between our asking for it and the server's.
    const portTaken = output.lines.some((line) => line.includes('Address already in use'));
    if (!portTaken || attempt === 5)
      throw new StartError(`The database in ${cluster} does not start: ${reason(output.lines)}`);
  }
}

/** In a session of its own: Ctrl-C in a terminal goes to the hub, which stops the server after it has drained. */
function run(launch: Launch, program: string, args: readonly string[], signal: AbortSignal): ChildProcess {
  const [command = program, ...rest] = [...launch.prefix, program, ...args];
  return spawn(command, rest, {
    ...(launch.prefix.length === 0 ? launch.account : {}),
    cwd: parse(launch.home).root,
    env: environment,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
    signal,
    killSignal: 'SIGINT',
  });
}

/** Null when it could not be run, or ended by a signal. */
function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', () => {
      // An aborted child still ends by itself; one that never ran does not.
      if (child.pid === undefined) resolve(null);
    });
    child.once('close', resolve);
  });
}

function collect(child: ChildProcess, onLine: (line: string) => void = () => undefined) {
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  child.once('error', (error) => lines.push(error.message));
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (lines.push(line) > 50) lines.shift();
      for (const [text, met] of waiting) if (line.includes(text)) met();
      onLine(line);
    });
  }
  return {
    lines,
    says: (text: string) => new Promise<true>((resolve) => waiting.set(text, () => resolve(true))),
  };
}

/** The line that tells most about why a program gave up. */
function reason(lines: readonly string[]): string {
  if (lines.some((line) => /No space left on device/i.test(line))) return 'no space left on the disk';
  const telling = lines.find((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1) ?? 'it gave no reason';
  return telling.replace(/^.*?\b(FATAL|PANIC|error):\s*/, '');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
