/** Tags on tickets. */
import type { Queryable } from '../database.ts';

export interface TagChange {
  readonly ticketId: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** So many a ticket may have. */
  readonly most: number;
  readonly actorId: string | null;
  readonly reason: string | null;
}

/** Adds and takes away in one step, and tells of what changed. */
export async function changeTags(
  sql: Queryable,
  change: TagChange,
): Promise<'done' | 'unchanged' | 'no-ticket' | 'too-many'> {
  const { rows } = await sql.query<{ outcome: 'done' | 'unchanged' | 'no-ticket' | 'too-many' }>(
    'select change_tags($1, $2, $3, $4, $5, $6) as outcome',
    [change.ticketId, change.add, change.remove, change.most, change.actorId, change.reason],
  );
  return rows[0]?.outcome ?? 'no-ticket';
}

/** Tags that begin so, those used last first. */
export async function knownTags(sql: Queryable, beginning: string, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    'select name from tag where starts_with(name, $1) order by used_at desc, name limit $2',
    [beginning, limit],
  );
  return rows.map(({ name }) => name);
}
