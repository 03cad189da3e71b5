/** One PostgreSQL for the whole run, with migrated templates, an empty one and one with an administrator, from which every test makes a database of its own in no time. */
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openBackend } from '@patchbay/engine/queues/wiring';
import { createAgent } from '@patchbay/engine/auth/agents';
import { loadEnvironment } from '@patchbay/config';
import { seed } from '@patchbay/config/seed';
import { migrate, openDatabase, seedQueues, startEmbeddedPostgres } from '@patchbay/store';
import type { TestProject } from 'vitest/node';
import { admin as administrator } from './administrator.ts';
import { writeHubInOneFile } from './one-file.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    redisServer: string | null;
    chromium: string | null;
    dovecot: string | null;
    corpus: string | null;
  }
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('redisServer', need('redis-server', find('redis-server'), 'tests of the Redis backend'));
  // Without windows, menus and the like where there is a choice: an eighth less to do for the same pages.
  const chromium = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(find);
  project.provide('chromium', need('chromium', chromium.find((path) => path !== null) ?? null, 'tests in a browser'));
  // Debian puts it where only root looks.
  const dovecot = find('dovecot') ?? (existsSync('/usr/sbin/dovecot') ? '/usr/sbin/dovecot' : null);
  project.provide('dovecot', need('dovecot', dovecot, 'tests of fetched mail'));
  const corpus = process.env['CORPUS_DIR'];
  project.provide(
    'corpus',
    need('CORPUS_DIR', corpus && existsSync(corpus) ? corpus : null, 'tests over the mail corpus'),
  );
  const oneFile = writeHubInOneFile();
  const folder = await mkdtemp(join(await placeOfDatabases(), 'patchbay-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: silent });
  const template = new URL(postgres.url);
  template.pathname = '/patchbay_template';
  await using admin = openDatabase({ url: postgres.url });
  // The machine does not fail under a test, and hubs that do leave the database alone.
  for (const setting of ['fsync = off', 'full_page_writes = off']) await admin.sql.query(`alter system set ${setting}`);
  // Nobody guesses its password, and a hub connects thirty times.
  const { rows } = await admin.sql.query<{ file: string }>(`select current_setting('hba_file') as file`);
  await writeFile(rows[0]?.file ?? '', 'host all all 127.0.0.1/32 trust\n');
  await admin.sql.query('select pg_reload_conf()');
  await admin.sql.query('create database patchbay_template');
  await migrate(template.href);
  // The queue's tables, too, which a hub would make at its first start.
  await (await openBackend({ kind: 'postgres', url: template.href }, () => undefined))[Symbol.asyncDispose]();
  await admin.sql.query('create database patchbay_centre template patchbay_template strategy file_copy');
  const centre = new URL(template);
  centre.pathname = '/patchbay_centre';
  await addAdministrator(centre.href);
  project.provide('postgresUrl', postgres.url);
  // Workers begin with this process's environment.
  process.env['HUB_IN_ONE_FILE'] = await oneFile;
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** As the first start of a hub would; a password takes longer to hash than all else at such a start. */
async function addAdministrator(url: string): Promise<void> {
  await using db = openDatabase({ url, poolSize: 1 });
  await seedQueues(db.sql, seed.queues);
  await createAgent({ db, config: loadEnvironment({}) }, { name: 'Administrator', ...administrator, role: 'admin' });
}

/** So much a run may need: four times what one was seen to. Bytes. */
const roomOfDatabases = 4 * 2 ** 30;

/** In memory where there is room: a database is a thousand small files, and making it takes a twentieth of the time that a disk takes. */
async function placeOfDatabases(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => null);
  return memory !== null && memory.bavail * memory.bsize > roomOfDatabases ? '/dev/shm' : tmpdir();
}

/** Says loudly what will be skipped; where CI is set nothing may be. */
function need(what: string, found: string | null, tests: string): string | null {
  if (found) return found;
  if (process.env['CI']) throw new Error(`${what} is missing, and with CI set nothing may be skipped: ${tests}`);
  process.stderr.write(`\n*** SKIPPED: ${tests}, because ${what} is not on this machine ***\n`);
  return null;
}

function find(program: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return null;
}
