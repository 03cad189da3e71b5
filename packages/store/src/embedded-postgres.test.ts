import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planLaunch } from './embedded/account.ts';
import { findBinaries } from './embedded/binaries.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { assertServer } from './server-check.ts';
import { StartError } from './start-error.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const root = process.getuid?.() === 0;

let dataDir: string;

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'patchbay-store-')), 'data');
});

afterEach(async () => {
  await rm(dirname(dataDir), { recursive: true, force: true });
});

async function query<R extends object>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Starts the database in a process of its own and hands over that process. */
async function startElsewhere(): Promise<{ parent: ChildProcess; url: string; pid: number }> {
  const parent = fork(new URL('./embedded-postgres.fixture.ts', import.meta.url), [dataDir]);
  const [started] = (await once(parent, 'message')) as [{ url: string; pid: number }];
  return { parent, ...started };
}

async function refusal(start: Promise<unknown>): Promise<string> {
  const outcome = await start.then(
    () => 'started',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(StartError);
  const { message } = outcome as StartError;
  expect(message).not.toContain('\n');
  return message;
}

describe('startEmbeddedPostgres', { timeout: 60_000 }, () => {
  test('keeps its data from one start to the next, behind a password in a private file', async () => {
    {
      await using first = await startEmbeddedPostgres({ dataDir, log: quiet });
      await query(first.url, 'create table kept as select 42 as answer');
      expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600);
      const withoutPassword = first.url.replace(/:[^:@/]+@/, ':wrong@');
      await expect(query(withoutPassword, 'select 1')).rejects.toThrow(/password authentication failed/);
    }
    const begun = performance.now();
    await using second = await startEmbeddedPostgres({ dataDir, log: quiet });
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    const [server] = await query<{ encoding: string; addresses: string; durable: string }>(
      second.url,
      `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses,
              current_setting('synchronous_commit') as durable`,
    );
    expect(server).toEqual({ encoding: 'UTF8', addresses: '127.0.0.1', durable: 'on' });
  });

  test('after kill -9 of the hub the next start ends the orphan and loses nothing that was committed', async () => {
    const { parent, url, pid } = await startElsewhere();
    await query(url, 'create table kept as select 42 as answer');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(() => process.kill(pid, 0)).not.toThrow();
    await using next = await startEmbeddedPostgres({ dataDir, log: quiet });
    expect(next.pid).not.toBe(pid);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('a process id that now belongs to something else is left alone', async () => {
    await (await startEmbeddedPostgres({ dataDir, log: quiet })).stop();
    const stranger = spawn('sleep', ['60']);
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
    await writeFile(pidFile, `${stranger.pid}\n${join(dataDir, 'postgres')}\n`);
    await chown(pidFile, (await stat(join(dataDir, 'postgres'))).uid, (await stat(join(dataDir, 'postgres'))).gid);
    try {
      await using again = await startEmbeddedPostgres({ dataDir, log: quiet });
      expect(again.pid).not.toBe(stranger.pid);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill();
      await once(stranger, 'exit');
    }
  });

  test('a second hub on the same data folder is told whose it is', async () => {
    const { parent } = await startElsewhere();
    expect(await refusal(startEmbeddedPostgres({ dataDir, log: quiet }))).toBe(
      `Another Patchbay (pid ${parent.pid}) is using DATA_DIR ${dataDir}`,
    );
    parent.send('stop');
    expect(await once(parent, 'exit')).toEqual([0, null]);
    await (await startEmbeddedPostgres({ dataDir, log: quiet })).stop();
  });

  test('tells when the server ends by itself', async () => {
    const embedded = await startEmbeddedPostgres({ dataDir, log: quiet });
    process.kill(embedded.pid, 'SIGQUIT');
    await embedded.ended;
    await embedded.stop();
  });

  test('an interrupted initialisation is begun again', async () => {
    await mkdir(join(dataDir, 'postgres.new'), { recursive: true });
    await writeFile(join(dataDir, 'postgres.new', 'PG_VERSION'), '18\n');
    await using embedded = await startEmbeddedPostgres({ dataDir, log: quiet });
    expect(await query(embedded.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a start that is given up leaves no server and no lock', async () => {
    const giveUp = AbortSignal.abort(new Error('not now'));
    await expect(startEmbeddedPostgres({ dataDir, log: quiet, signal: giveUp })).rejects.toThrow('not now');
    const soon = AbortSignal.timeout(300);
    await expect(startEmbeddedPostgres({ dataDir, log: quiet, signal: soon })).rejects.toThrow();
    await (await startEmbeddedPostgres({ dataDir, log: quiet })).stop();
  });
});

describe('a data folder that cannot be used is refused in one line', () => {
  test('made by another major version', async () => {
    await mkdir(join(dataDir, 'postgres'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '12\n');
    expect(await refusal(startEmbeddedPostgres({ dataDir, log: quiet }))).toMatch(
      /was made by PostgreSQL 12, and this Patchbay brings \d+/,
    );
  });

  test('a file in its place', async () => {
    await writeFile(dataDir, '');
    expect(await refusal(startEmbeddedPostgres({ dataDir, log: quiet }))).toBe(
      `DATA_DIR ${dataDir} cannot be written: a file of that name is in the way`,
    );
  });

  test('below a file', async () => {
    await writeFile(dataDir, '');
    const below = join(dataDir, 'deeper');
    expect(await refusal(startEmbeddedPostgres({ dataDir: below, log: quiet }))).toBe(
      `DATA_DIR ${below} cannot be written: a part of the path is not a folder`,
    );
  });

  test('where the file system makes no folders', async () => {
    // Linux has such a place for certain; elsewhere the path is as impossible for an ordinary reason.
    const message = await refusal(startEmbeddedPostgres({ dataDir: '/proc/nowhere', log: quiet }));
    expect(message).toMatch(/^DATA_DIR \/proc\/nowhere cannot be written: /);
  });

  test('damaged secrets', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'secrets.json'), '{"databasePassword": "hunter2"');
    const message = await refusal(startEmbeddedPostgres({ dataDir, log: quiet }));
    expect(message).toMatch(/secrets.json is not a JSON object/);
    expect(message).not.toContain('hunter2');
  });
});

// As an ordinary user there is nothing to choose, and no folder that only root may enter.
if (root) {
  describe('as root, in a folder that only root may enter', { timeout: 60_000 }, () => {
    beforeEach(() => chmod(dirname(dataDir), 0o700));

    test('the data stays in DATA_DIR, owned by an unprivileged account', async () => {
      await using embedded = await startEmbeddedPostgres({ dataDir, log: quiet });
      expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0);
      const status = await readFile(`/proc/${embedded.pid}/status`, 'utf8');
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.toBe('0');
    });

    test('without setpriv the database is kept in /var/lib, with a warning that names it', async () => {
      await mkdir(dataDir, { mode: 0o700 });
      const warnings: object[] = [];
      const launch = await planLaunch(
        await findBinaries(),
        dataDir,
        { ...quiet, warn: (fields) => void warnings.push(fields) },
        null,
      );
      try {
        expect(launch.home).toMatch(/^\/var\/lib\/patchbay\/[0-9a-f]{16}$/);
        expect(warnings).toEqual([{ dataDir, home: launch.home }]);
        expect(launch.prefix).toEqual([]);
      } finally {
        await rm(launch.home, { recursive: true });
      }
    });
  });
}

describe('assertServer', () => {
  const server = (number: number, version: string, encoding = 'UTF8') => ({
    query: <R extends object>() =>
      Promise.resolve({ rows: [{ number, version, encoding }] as unknown as R[], rowCount: 1 }),
  });

  test('takes PostgreSQL 14 and newer', async () => {
    await expect(assertServer(server(140_000, '14.0'))).resolves.toBeUndefined();
  });

  test.each([
    [server(130_015, '13.15'), 'DATABASE_URL points to PostgreSQL 13.15; expected 14 or newer'],
    [server(180_004, '18.4', 'SQL_ASCII'), 'DATABASE_URL points to a database in SQL_ASCII; expected one in UTF8'],
  ])('refuses an older one, and a database in another encoding', async (other, words) => {
    expect(await refusal(assertServer(other))).toBe(words);
  });
});
