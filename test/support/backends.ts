/** The two ways to run a queue. What holds must hold on both. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { openDatabase } from '@patchbay/store';
import type { Database } from '@patchbay/store';
import { describe, inject, it } from 'vitest';

export type Backend = 'postgres' | 'redis';

/** Runs the same tests on a queue in PostgreSQL and on one in Redis. */
export function onBothBackends(name: string, tests: (backend: Backend) => void): void {
  for (const backend of ['postgres', 'redis'] as const) {
    describe.skipIf(backend === 'redis' && inject('redisServer') === null)(`${name} (queue on ${backend})`, () =>
      tests(backend),
    );
  }
}

type Declares = Pick<typeof it, 'each'> &
  ((name: string, test: () => Promise<void> | void, timeoutMs?: number) => void);

const declaresNothing: Declares = Object.assign(() => undefined, { each: () => () => undefined }) as never;

/**
 * Declares tests of what the queue has no part in, among others of the same ground that are run on both: how a mail is written, a page
 * shown, a word read. They run on PostgreSQL alone. `REDIS_URL` carries all live events as well (`engine/live/server.ts`): what reaches a
 * screen or a visitor live, and what must not, is to be shown on both.
 */
export function besideTheQueue(backend: Backend): Declares {
  return backend === 'postgres' ? it : declaresNothing;
}

/** Of so many ports each process that runs tests takes its own: a hub that is being started again is not on its port for a while. */
const portsEach = 5_000;
const firstPort = 12_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 4) * portsEach;
const handedOut = new Set<number>();

/** Never the same twice; below the ports that systems give to outgoing connections, so that none of those takes it before it is listened on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * portsEach);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

let server: Database | undefined;
/** The connection by which databases are made and dropped, one for each process that runs tests. */
const admin = (): Database => (server ??= openDatabase({ url: inject('postgresUrl'), poolSize: 1 }));

/** A migrated database of its own, dropped in the end; `patchbay_centre` has queues and an administrator. */
export async function createTestDatabase(
  template: 'patchbay_template' | 'patchbay_centre' = 'patchbay_template',
): Promise<{ url: string } & AsyncDisposable> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await admin().sql.query(`create database ${name} template ${template} strategy file_copy`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      await admin().sql.query(`drop database ${name} with (force)`);
    },
  };
}

/** A database of its own, and a few connections to it. */
export async function openTestDatabase(): Promise<{ db: Database } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url, poolSize: 3 }));
  const owned = stack.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A Redis of its own on a free port, in memory, as a queue needs it (`noeviction`). */
export async function startRedis(): Promise<{ url: string } & AsyncDisposable> {
  const program = inject('redisServer');
  if (!program) throw new Error('redis-server is not on this machine');
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-redis-'));
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
  const exited = once(redis, 'exit');
  await new Promise<void>((resolve, reject) => {
    redis.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('Ready to accept connections') && resolve());
    redis.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      redis.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
