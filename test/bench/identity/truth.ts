/** The true pairs of a data set. */

/** What is known of one file's ids: the position of each record. */
export type Positions = ReadonlyMap<string, number>;

const pairKey = (left: number, right: number) => left * 2 ** 26 + right;

/** Which two columns hold ids: those whose values are ids most often. */
function idColumns(rows: readonly (readonly string[])[], first: Positions, second: Positions): [number, number] {
  const width = Math.max(0, ...rows.slice(0, 1000).map((row) => row.length));
  const hits = (column: number, ids: Positions) =>
    rows.slice(0, 1000).filter((row) => ids.has(row[column] ?? '')).length;
  let [best, columns] = [-1, [0, 1] as [number, number]];
  for (let one = 0; one < width; one++) {
    for (let other = 0; other < width; other++) {
      const found = one === other ? -1 : Math.min(hits(one, first), hits(other, second));
      if (found > best) [best, columns] = [found, [one, other]];
    }
  }
  return columns;
}

/** True pairs as positions in the files; a header and pairs of unknown ids fall out, the latter counted. */
export class Truth {
  readonly #pairs = new Set<number>();
  readonly unknown: number;
  readonly #oneFile: boolean;

  constructor(rows: readonly (readonly string[])[], first: Positions, second: Positions | null) {
    this.#oneFile = second === null;
    const [one, other] = idColumns(rows, first, second ?? first);
    let unknown = 0;
    for (const [index, row] of rows.entries()) {
      const [left, right] = [first.get(row[one] ?? ''), (second ?? first).get(row[other] ?? '')];
      if (left === undefined || right === undefined) unknown += index === 0 ? 0 : 1;
      else if (second !== null || left !== right) this.#pairs.add(this.#keyOf(left, right));
    }
    this.unknown = unknown;
  }

  get size(): number {
    return this.#pairs.size;
  }

  has(left: number, right: number): boolean {
    return this.#pairs.has(this.#keyOf(left, right));
  }

  #keyOf(left: number, right: number): number {
    return this.#oneFile && left > right ? pairKey(right, left) : pairKey(left, right);
  }
}
