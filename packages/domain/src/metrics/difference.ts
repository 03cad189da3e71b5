/** Where figures that are kept and figures that were computed anew part. */
import type { FigureRow } from './roll-up.ts';

export interface FigureDifference {
  /** Grain, set of dimensions, quarter and dimensions of the row. */
  row: string;
  name: string;
  kept: unknown;
  recomputed: unknown;
}

type Row = Pick<FigureRow, 'sums' | 'sketches'>;

/** Teams are left out: who was in which at the time is known to the rows only. */
function keyOf({ grain, slice, quarter, queueId, channel, agentId, type, grade }: FigureRow): string {
  return JSON.stringify([grain, slice, quarter, queueId, channel, agentId, type, grade]);
}

function byKey(rows: readonly FigureRow[]): Map<string, Row> {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    const one = found.get(key);
    found.set(key, one ? added(one, row) : { sums: row.sums, sketches: row.sketches });
  }
  return found;
}

function added(a: Row, b: Row): Row {
  const sketches: Row['sketches'] = { ...a.sketches };
  for (const [name, counts] of Object.entries(b.sketches) as [keyof Row['sketches'], Record<string, number>][])
    sketches[name] = sum(sketches[name] ?? {}, counts);
  return { sums: sum(a.sums, b.sums), sketches };
}

function sum(a: Partial<Record<string, number>>, b: Partial<Record<string, number>>): Record<string, number> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

/** Counts of nothing are left out, whether written down or not. */
function shape(value: number | Record<string, number> | undefined): string {
  if (typeof value !== 'object') return String(value ?? 0);
  return JSON.stringify(
    Object.entries(value)
      .filter(([, count]) => count !== 0)
      .toSorted(([a], [b]) => Number(a) - Number(b)),
  );
}

/** Nothing where both are the same. */
export function figureDifferences(kept: readonly FigureRow[], recomputed: readonly FigureRow[]): FigureDifference[] {
  const [before, after] = [byKey(kept), byKey(recomputed)];
  const rows = new Set([...before.keys(), ...after.keys()]);
  return [...rows].flatMap((row) => {
    const flat = (one: Row | undefined): Record<string, number | Record<string, number>> => ({
      ...one?.sums,
      ...one?.sketches,
    });
    const [a, b] = [flat(before.get(row)), flat(after.get(row))];
    return [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .filter((name) => emptyOr(a[name]) !== emptyOr(b[name]))
      .map((name) => ({ row, name, kept: a[name] ?? null, recomputed: b[name] ?? null }));
  });
}

function emptyOr(value: number | Record<string, number> | undefined): string {
  const said = shape(value);
  return said === '[]' ? '0' : said;
}
