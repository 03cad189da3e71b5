import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { createTestDatabase, freePort, startRedis } from '../support/backends.ts';
import { createClient } from '../support/client.ts';
import { startOldDatabase } from '../support/old-database.ts';
import { shippedHub, spawnHub, startHubProcess } from '../support/process.ts';
import type { HubProcess } from '../support/process.ts';
import { shared } from '../support/shared.ts';

/** What a stranger has who has just cloned the repository: a folder, and ports that are free. */
async function freshMachine() {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-start-'));
  const [port, smtpPort] = [await freePort(), await freePort()];
  const env = {
    PORT: String(port),
    SMTP_INLET_PORT: String(smtpPort),
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'error',
  };
  return {
    env,
    port,
    smtpPort,
    url: `http://localhost:${port}`,
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The process id of the embedded database, as it wrote it down. */
async function databasePid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What the hub says on its standard output, once it has said it. */
async function said(hub: HubProcess, words: RegExp): Promise<string> {
  for (;;) {
    const found = words.exec(hub.output())?.[1];
    if (found !== undefined) return found;
    await once(hub.child.stdout as NodeJS.EventEmitter, 'data');
  }
}

describe('the hub on a database of its own', () => {
  const machine = shared(freshMachine);
  const first = { name: 'Ada', email: 'ada@example.org', password: 'correct horse battery' };

  it('prints its address and a set-up link, which works once', async () => {
    const { env, url } = machine();
    await using hub = await startHubProcess(env, [], shippedHub);
    expect(await said(hub, /Patchbay is ready: (\S+)\n/)).toBe(url);
    const link = new URL(await said(hub, /(http\S+\/setup\?token=\S+)\n/));
    const token = link.searchParams.get('token');
    const api = createClient(url, {});
    expect((await api('GET', '/api/v1/setup')).body).toEqual({ needed: true });
    expect((await api('POST', '/api/v1/setup', { ...first, token: 'guessed' })).status).toBe(410);
    expect(await api('POST', '/api/v1/setup', { ...first, token })).toMatchObject({
      status: 201,
      body: { name: 'Ada', role: 'admin' },
    });
    expect((await api('POST', '/api/v1/setup', { ...first, email: 'eve@example.org', token })).status).toBe(410);
    expect((await api('GET', '/api/v1/setup')).body).toEqual({ needed: false });
    expect((await api('POST', '/api/v1/session', first)).status).toBe(200);

    const pid = await databasePid(env.DATA_DIR);
    expect(isAlive(pid)).toBe(true);
    await hub.kill('SIGTERM');
    expect(await hub.exited, hub.output()).toBe(0);
    expect(isAlive(pid)).toBe(false);
  }, 120_000);

  it('keeps everything for the next start, and also ends at Ctrl-C', async () => {
    const { env, url } = machine();
    const begun = performance.now();
    await using hub = await startHubProcess({ ...env, LOG_LEVEL: 'warn' }, [], shippedHub);
    process.stdout.write(`    second start: ${Math.round(performance.now() - begun)} ms\n`);
    await said(hub, /Mail for \S+ is taken at (\S+)\n/);
    expect(hub.output()).not.toContain('/setup?token=');
    expect((await createClient(url, {})('POST', '/api/v1/session', first)).status).toBe(200);
    const pid = await databasePid(env.DATA_DIR);
    const saidAll = once(hub.child, 'close');
    await hub.kill('SIGINT');
    expect(await hub.exited, hub.output()).toBe(0);
    await saidAll;
    // A database that is stopped takes leave of each connection: no reason for a warning.
    expect(hub.output()).not.toContain('terminating connection');
    expect(isAlive(pid)).toBe(false);
  }, 60_000);

  it('goes on after kill -9, with the database that was left behind ended and all data there', async () => {
    const { env, url } = machine();
    const killed = await startHubProcess(env);
    const orphan = await databasePid(env.DATA_DIR);
    await killed.kill('SIGKILL');
    expect(isAlive(orphan)).toBe(true);
    await using hub = await startHubProcess(env);
    expect(isAlive(orphan)).toBe(false);
    expect((await createClient(url, {})('POST', '/api/v1/session', first)).status).toBe(200);
    await hub.kill('SIGTERM');
    expect(await hub.exited, hub.output()).toBe(0);
  }, 90_000);

  it('ends when it is told to stop while it waits for an answer, and leaves no database behind', async () => {
    const { env } = machine();
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const REDIS_URL = `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await using hub = spawnHub({ ...env, REDIS_URL });
    const [socket] = await once(silent, 'connection');
    const pid = await databasePid(env.DATA_DIR);
    await hub.kill('SIGTERM');
    expect(await hub.exited, hub.output()).toBe(0);
    expect(isAlive(pid)).toBe(false);
    socket.destroy();
    silent.close();
  }, 60_000);
});

/** Starts a hub that cannot start; answers the one line that it says. */
async function refusal(env: Record<string, string>, args: readonly string[] = []): Promise<string> {
  await using hub = spawnHub(env, args);
  // One that neither starts nor ends is ended here, which is no exit code 1.
  const late = setTimeout(() => void hub.kill('SIGKILL'), 30_000);
  expect(await hub.exited, hub.output()).toBe(1);
  clearTimeout(late);
  const lines = hub.output().trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('the hub that cannot start says why in one line', () => {
  const machine = shared(freshMachine);
  const database = shared(createTestDatabase);
  /** An external database: it is there at once. */
  const withDatabase = () => ({ ...machine().env, DATABASE_URL: database().url });

  it.each([
    ['PORT', 'port', []],
    ['SMTP_INLET_PORT', 'smtpPort', []],
    ['HEALTH_PORT', 'port', ['--roles=worker,clock']],
  ] as const)(
    '%s is taken',
    async (variable, port, args) => {
      const number = machine()[port];
      const taken = createServer().listen(number, '127.0.0.1');
      await once(taken, 'listening');
      try {
        // Nor does a warning stand before the line.
        const env = { ...withDatabase(), LOG_LEVEL: 'warn', HEALTH_PORT: String(machine().port) };
        expect(await refusal(env, args)).toMatch(new RegExp(`^patchbay: ${variable} ${number} .*taken`));
      } finally {
        taken.close();
        await once(taken, 'close');
      }
    },
    60_000,
  );

  it.each([
    ['PORT', 'eighty'],
    ['DATABASE_URL', 'mysql://root:hunter2@localhost/x'],
    ['ROLES', 'web,cook'],
    ['OPENING_HOURS', '{"mon":["17:00-09:00"]}'],
  ])('%s is %s', async (variable, value) => {
    const line = await refusal({ ...machine().env, [variable]: value });
    expect(line).toMatch(new RegExp(`^patchbay: ${variable} .*expected `));
    expect(line).not.toContain('hunter2');
  });

  it('of two variables that belong together one is missing', async () => {
    expect(await refusal({ ...machine().env, TWILIO_AUTH_TOKEN: 'x'.repeat(32) })).toMatch(
      /^patchbay: TWILIO_ACCOUNT_SID is missing/,
    );
    expect(await refusal(machine().env, ['--rolls=web'])).toMatch(/^patchbay: --rolls is not an option/);
  });

  it('DATA_DIR cannot be written', async () => {
    const { folder, env } = machine();
    const file = join(folder, 'file');
    await writeFile(file, '');
    // Permission bits do not hold root back; a file in place of a folder and a kernel's file system do.
    for (const DATA_DIR of [join(file, 'data'), file, '/proc/patchbay'])
      expect(await refusal({ ...env, DATA_DIR }), DATA_DIR).toMatch(/^patchbay: DATA_DIR /);
  });

  it('DATA_DIR cannot be written, with an external database', async () => {
    expect(await refusal({ ...withDatabase(), DATA_DIR: '/proc/patchbay' })).toMatch(/^patchbay: DATA_DIR /);
  });

  it('DATABASE_URL leads nowhere, to nothing, or to a stranger', async () => {
    const nobody = await freePort();
    expect(
      await refusal({ ...machine().env, DATABASE_URL: `postgres://patchbay:hunter2@127.0.0.1:${nobody}/x` }),
    ).toMatch(/^patchbay: DATABASE_URL cannot be reached/);
    const missing = new URL(inject('postgresUrl'));
    missing.pathname = '/no_such_database';
    expect(await refusal({ ...machine().env, DATABASE_URL: missing.href })).toMatch(/^patchbay: DATABASE_URL /);
    missing.password = 'wrong-password';
    const line = await refusal({ ...machine().env, DATABASE_URL: missing.href });
    expect(line).toMatch(/^patchbay: DATABASE_URL /);
    expect(line).not.toContain('wrong-password');
  });

  it('DATABASE_URL leads to a database that is too old', async () => {
    await using old = await startOldDatabase('13.15', 130_015);
    expect(await refusal({ ...machine().env, DATABASE_URL: old.url })).toBe(
      'patchbay: DATABASE_URL points to PostgreSQL 13.15; expected 14 or newer',
    );
  });

  it('REDIS_URL leads nowhere', async () => {
    const REDIS_URL = `redis://:hunter2@127.0.0.1:${await freePort()}`;
    const line = await refusal({ ...withDatabase(), REDIS_URL });
    expect(line).toMatch(/^patchbay: REDIS_URL cannot be reached: .*ECONNREFUSED/);
    expect(line).not.toContain('hunter2');
  });

  it.skipIf(inject('redisServer') === null)(
    'REDIS_URL leads to a Redis that drops keys, or lets nobody in',
    async () => {
      await using redis = await startRedis();
      const { hostname, port } = new URL(redis.url);
      const socket = connect(Number(port), hostname);
      const configure = async (name: string, value: string) => {
        socket.write(`config set ${name} ${value}\r\n`);
        expect(String((await once(socket, 'data'))[0])).toBe('+OK\r\n');
      };
      await configure('maxmemory-policy', 'allkeys-lru');
      expect(await refusal({ ...withDatabase(), REDIS_URL: redis.url })).toBe(
        'patchbay: REDIS_URL points to a Redis with maxmemory-policy allkeys-lru; expected noeviction',
      );
      await configure('requirepass', 'secret');
      const line = await refusal({ ...withDatabase(), REDIS_URL: `redis://:wrong-password@${hostname}:${port}` });
      expect(line).toMatch(/^patchbay: REDIS_URL cannot be reached: WRONGPASS/);
      expect(line).not.toContain('wrong-password');
      socket.destroy();
    },
  );
});
