import { join } from 'node:path';
import pg from 'pg';
import Postgrator from 'postgrator';
import { assertServer } from './server-check.ts';
import { StartError } from './start-error.ts';

const folder = join(import.meta.dirname, '..', 'migrations');

/** Without `is` it once did less: it is run again, over what it made, and all after it. */
interface Former {
  readonly version: number;
  readonly was: string;
  readonly is?: string;
}

/** Checksums of migrations that were once in another form; the present one, or a later migration, makes all databases end alike. */
const formerly: readonly Former[] = [
  { version: 52, was: '9a14f9124bc444d6597cc9cd5b1a86b7', is: '4b18f1e46da74775c9968caa08f1d368' },
  { version: 56, was: '14d444c63e41af1e6c1e3b56e96ddafc' },
  { version: 56, was: 'a817e0c7e9174b91760c0ad7d055ab69', is: 'f18f1ecc153943daa413895340b3288f' },
];

/**
 * Brings the database to the newest schema. Under an advisory lock, so that of many processes that start together one
 * migrates and the others wait for it. Every migration runs in a transaction of its own.
 *
 * @throws {StartError} when the server cannot be reached or is older than PostgreSQL 14, when the database is not in UTF-8, or when another release made it.
 */
export async function migrate(url: string): Promise<{ applied: number }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'patchbay-migrate',
    connectionTimeoutMillis: 10_000,
  });
  try {
    await client.connect();
  } catch (error) {
    throw new StartError(`DATABASE_URL cannot be reached: ${error instanceof Error ? error.message : 'no answer'}`, {
      cause: error,
    });
  }
  try {
    await assertServer(client);
    await client.query('select pg_advisory_lock(7421000)');
    await acceptFormerly(client);
    const postgrator = new Postgrator({
      driver: 'pg',
      migrationPattern: join(folder, '*.sql'),
      schemaTable: 'schemaversion',
      validateChecksums: true,
      execQuery: (query) => client.query(query),
      execSqlScript: async (script) => {
        await client.query('begin');
        try {
          await client.query(script);
          await client.query('commit');
        } catch (error) {
          await client.query('rollback');
          throw error;
        }
      },
    });
    const known = await postgrator.getMigrations();
    const applied = await appliedMigrations(client);
    refuseNewer(known, applied);
    // At nearly every start; Postgrator itself would ask once for each of them.
    if (known.every(({ version, md5 }) => applied.get(version) === md5)) return { applied: 0 };
    return { applied: (await postgrator.migrate().catch(explain)).length };
  } finally {
    await client.end();
  }
}

async function acceptFormerly(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`select 1 where to_regclass('schemaversion') is not null`);
  if (rows.length === 0) return;
  for (const { version, was, is } of formerly)
    if (is) await client.query('update schemaversion set md5 = $3 where version = $1 and md5 = $2', [version, was, is]);
    else
      await client.query(
        'delete from schemaversion where version >= $1 and (select md5 from schemaversion where version = $1) = $2',
        [version, was],
      );
}

/** Checksums by version; none in an empty database. */
async function appliedMigrations(client: pg.Client): Promise<ReadonlyMap<number, string | null>> {
  const { rows: tables } = await client.query(`select 1 where to_regclass('schemaversion') is not null`);
  if (tables.length === 0) return new Map();
  const { rows } = await client.query<{ version: number; md5: string | null }>(
    'select version::int as version, md5 from schemaversion where version > 0',
  );
  return new Map(rows.map(({ version, md5 }) => [version, md5]));
}

/** Migrations are not taken back, and a release does not know what a later one has made of the tables. */
function refuseNewer(known: readonly { version: number }[], applied: ReadonlyMap<number, unknown>): void {
  const newest = Math.max(0, ...known.map(({ version }) => version));
  const found = Math.max(0, ...applied.keys());
  if (found > newest)
    throw new StartError(
      `The database was made by a newer release of Patchbay: its schema is ${found}, and this release knows ${newest}`,
    );
}

/** A migration that was applied before and reads otherwise now: the database and this release do not belong together. */
function explain(error: unknown): never {
  if (error instanceof Error && /checksum/i.test(error.message))
    throw new StartError(`The database was made by another release of Patchbay: ${error.message}`, { cause: error });
  throw error;
}
