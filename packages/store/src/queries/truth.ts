import type { Queryable } from '../database.ts';

/** The answer of a statement that asks for one `yes`; false where it has no row. */
export async function truth(sql: Queryable, text: string, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await sql.query<{ yes: boolean }>(text, values);
  return rows[0]?.yes ?? false;
}
