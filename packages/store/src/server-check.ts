import type { Queryable } from './database.ts';
import { StartError } from './start-error.ts';

/** The oldest PostgreSQL major version that the migrations and queries are written for. */
const oldestMajor = 14;

/**
 * Checks an external database before anything is done to it.
 * @throws {StartError} when the server is older than PostgreSQL 14, or the database keeps its texts otherwise than in UTF-8
 */
export async function assertServer(sql: Queryable): Promise<void> {
  const { rows } = await sql.query<{ number: number; version: string; encoding: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
       current_setting('server_encoding') as encoding`,
  );
  const server = rows[0];
  if (!server || server.number < oldestMajor * 10_000)
    throw new StartError(
      `DATABASE_URL points to PostgreSQL ${server?.version ?? 'of unknown version'}; expected ${oldestMajor} or newer`,
    );
  // Others cannot keep what people write, or take its bytes for characters.
  if (server.encoding !== 'UTF8')
    throw new StartError(`DATABASE_URL points to a database in ${server.encoding}; expected one in UTF8`);
}
