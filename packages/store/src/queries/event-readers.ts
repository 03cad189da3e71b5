import type { Queryable } from '../database.ts';

/** Where a reader begins that was never here before. */
export type ReaderStart = 'beginning' | 'now';

export async function registerReader(sql: Queryable, name: string, from: ReaderStart): Promise<void> {
  await sql.query(
    `insert into event_reader (name, seq) select $1, case $2 when 'now' then last_seq else 0 end from relay_state on conflict do nothing`,
    [name, from],
  );
}

/**
 * Takes a reader's place for this transaction: the last event that it has worked on; null while somebody else has it. Whoever takes it
 * calls `moveReader` in the same transaction.
 */
export async function takeReader(tx: Queryable, name: string): Promise<number | null> {
  const { rows } = await tx.query<{ seq: number }>(
    'select seq from event_reader where name = $1 for update skip locked',
    [name],
  );
  return rows[0]?.seq ?? null;
}

export async function moveReader(tx: Queryable, name: string, seq: number): Promise<void> {
  await tx.query('update event_reader set seq = $2 where name = $1', [name, seq]);
}

/** Readers for which there are events. */
export async function readersBehind(sql: Queryable): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    'select r.name from event_reader r cross join relay_state s where r.seq < s.last_seq',
    [],
  );
  return rows.map(({ name }) => name);
}

/** Writes down an event that was passed over. */
export async function recordReaderFailure(tx: Queryable, name: string, seq: number, error: string): Promise<void> {
  await tx.query(
    'insert into event_reader_failure (reader, seq, error) values ($1, $2, $3) on conflict (reader, seq) do update set error = excluded.error, at = now()',
    [name, seq, error],
  );
}

export interface ReaderState {
  name: string;
  /** Events that are numbered and not read yet. */
  behind: number;
  /** Events that were passed over. */
  failed: number;
}

export async function readerStates(sql: Queryable): Promise<ReaderState[]> {
  const { rows } = await sql.query<ReaderState>(
    `select r.name, greatest(s.last_seq - r.seq, 0) as behind, (select count(*)::int from event_reader_failure f where f.reader = r.name) as failed
     from event_reader r cross join relay_state s order by r.name`,
  );
  return rows;
}
