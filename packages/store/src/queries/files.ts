/** Which bytes in the file store no row refers to any more. */
import type { Queryable } from '../database.ts';

/** Files that a row stopped referring to, longest ago first. */
export async function filesToRemove(sql: Queryable, after: string | null, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ sha256: string }>(
    'select sha256 from file_removal where ($1::text is null or sha256 > $1) order by sha256 limit $2',
    [after, limit],
  );
  return rows.map(({ sha256 }) => sha256);
}

export async function referredFiles(sql: Queryable, files: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ file: string }>('select files_referred_to($1) as file', [files]);
  return new Set(rows.map(({ file }) => file));
}

export async function forgetRemovals(sql: Queryable, files: readonly string[]): Promise<void> {
  await sql.query('delete from file_removal where sha256 = any ($1)', [files]);
}
