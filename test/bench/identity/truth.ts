/** The true pairs of a data set. */

/** What is known of one file's ids: the position of each record. */
export type Positions = ReadonlyMap<string, number>;

const pairKey = (left: number, right: number) => left * 2 ** 26 + right;

/** Which two columns hold ids: those whose values are ids most often. */
function idColumns(rows: readonly (readonly string[])[], first: Positions, second: Positions): [number, number] {
  const width = Math.max(0, ...rows.slice(0, 1000).map((row) => row.length));
  const both = (one: number, other: number) =>
    rows.slice(0, 1000).filter((row) => {
      const [a, b] = [row[one] ?? '', row[other] ?? ''];
      return (first.has(a) && second.has(b)) || (first.has(b) && second.has(a));
    }).length;
  let [best, columns] = [-1, [0, 1] as [number, number]];
  for (let one = 0; one < width; one++) {
    for (let other = 0; other < width; other++) {
      const found = one === other ? -1 : both(one, other);
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
      const [a, b] = [row[one] ?? '', row[other] ?? ''];
      // Of two files either may stand first, and not in every line the same.
      const straight = first.has(a) && (second ?? first).has(b);
      const [left, right] = straight
        ? [first.get(a), (second ?? first).get(b)]
        : [first.get(b), (second ?? first).get(a)];
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
