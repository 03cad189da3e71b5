/** What a run stands on: PostgreSQL, Redis, the hub and the load, each in a process of its own, all ended with the run. */
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase, startEmbeddedPostgres } from '@patchbay/store';
import type { Answers, Command } from './protocol.ts';

export const artifacts = fileURLToPath(new URL('../../artifacts/', import.meta.url));
const main = fileURLToPath(new URL('../../services/hub/main.ts', import.meta.url));
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The hub's own PostgreSQL with the hub's own settings, and besides these the time of each commit kept. */
export async function startPostgres(
  folder: string,
  profile: boolean,
): Promise<{ url: string; pid: number } & AsyncDisposable> {
  {
    await using first = await startEmbeddedPostgres({ dataDir: folder, log: silent });
    await using admin = openDatabase({ url: first.url, poolSize: 1 });
    await admin.sql.query('alter system set track_commit_timestamp = on');
    if (profile) {
      await admin.sql.query("alter system set shared_preload_libraries = 'pg_stat_statements'");
      await admin.sql.query("alter system set pg_stat_statements.track = 'all'").catch(() => undefined);
      await admin.sql.query('alter system set pg_stat_statements.track_planning = on').catch(() => undefined);
    }
  }
  return startEmbeddedPostgres({ dataDir: folder, log: silent });
}

export async function createDatabase(server: string, name: string): Promise<string> {
  await using admin = openDatabase({ url: server, poolSize: 1 });
  await admin.sql.query(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

export function findProgram(program: string): string | null {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  return (
    candidates.find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }) ?? null
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** In memory and without eviction, as a queue needs it. */
export async function startRedis(
  program: string,
  folder: string,
): Promise<{ url: string; pid: number } & AsyncDisposable> {
  const port = await freePort();
  const redis = spawn(program, [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory-policy',
    'noeviction',
    '--dir',
    folder,
  ]);
  const process = owned(redis);
  await new Promise<void>((resolve, reject) => {
    redis.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('Ready to accept connections') && resolve());
    redis.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
  });
  return { url: `redis://127.0.0.1:${port}`, pid: redis.pid ?? 0, ...process };
}

/** The hub as it is shipped, all roles, its log going to a file. */
export async function startHub(
  env: Record<string, string>,
  logFile: string,
  nodeOptions: string,
): Promise<{ pid: number } & AsyncDisposable> {
  const log = openSync(logFile, 'w');
  const variables = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    NODE_OPTIONS: nodeOptions,
    ...env,
  };
  const child = spawn(process.execPath, [main], { env: variables, stdio: ['ignore', log, log] });
  closeSync(log);
  const hub = owned(child);
  while (
    !(await fetch(`${env['PUBLIC_URL']}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null)
      throw new Error(`The hub ended with ${child.exitCode}: ${readFileSync(logFile, 'utf8').slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { pid: child.pid ?? 0, ...hub };
}

export async function startStandIns(): Promise<{ url: string; pid: number } & AsyncDisposable> {
  const child = fork(fileURLToPath(new URL('./stand-ins.ts', import.meta.url)));
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { url, pid: child.pid ?? 0, ...owned(child) };
}

export interface Load extends AsyncDisposable {
  ask<C extends Command>(command: C): Promise<Answers[C['do']]>;
}

export function startLoad(): Load {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)));
  let answered: ((message: { answer?: unknown; error?: string }) => void) | undefined;
  child.on('message', (message) => answered?.(message as { answer?: unknown; error?: string }));
  child.once('exit', (code) => answered?.({ error: `The load process ended with ${String(code)}` }));
  return {
    async ask(command) {
      const message = await new Promise<{ answer?: unknown; error?: string }>((resolve) => {
        answered = resolve;
        child.send(command);
      });
      if (message.error !== undefined) throw new Error(message.error);
      return message.answer as never;
    },
    ...owned(child),
  };
}

export async function artifactsFolder(): Promise<string> {
  await mkdir(artifacts, { recursive: true });
  return artifacts;
}

const running = new Set<ChildProcess>();

/** Tells every child of this run to end, for when the run itself is told to. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGTERM');
}

/** Ends the child by its own id and waits until it has. */
export function owned(child: ChildProcess): AsyncDisposable {
  const exited = once(child, 'exit');
  running.add(child);
  child.once('exit', () => running.delete(child));
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
        await exited;
        clearTimeout(late);
      }
    },
  };
}
