/** A page that is cut by the key of its last row, so that rows which come meanwhile neither shift nor repeat it. */
export interface Slice<Key> {
  readonly limit: number;
  /** The key of the last row already read; null begins at the start. */
  readonly after: Key | null;
}

export interface Cut<T, Key> {
  readonly items: T[];
  /** Where the next page begins; null on the last one. */
  readonly next: Key | null;
}

/** Cuts a result that was asked for with one row more than the page holds. */
export function cut<T, Key>(rows: readonly T[], limit: number, keyOf: (row: T) => Key): Cut<T, Key> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}

/** A row as JSON carries it: moments as ISO 8601 strings. */
export function present<T>(row: object): T {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  ) as T;
}

/** A pattern that finds `text` anywhere in a value, with LIKE's wildcards taken literally. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
