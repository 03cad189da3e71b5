/** Many pairs of records in little memory. */

/** Pairs of record indexes; with two files the second's records come after the first's. */
export interface Pairs {
  left: Int32Array;
  right: Int32Array;
}

/** Collects pairs, each once. Pairs of one record with itself, and of one file where two are given, are left out. */
export class PairCollector {
  readonly #size: number;
  readonly #firstSize: number | null;
  /** Each pair as one number: a set of objects would take ten times the room. */
  #codes = new Float64Array(1024);
  #count = 0;

  /** @param firstSize number of records in the first of two files; null when there is one. */
  constructor(size: number, firstSize: number | null) {
    this.#size = size;
    this.#firstSize = firstSize;
  }

  add(one: number, other: number): void {
    const [left, right] = one < other ? [one, other] : [other, one];
    if (left === right) return;
    if (this.#firstSize !== null && (left >= this.#firstSize || right < this.#firstSize)) return;
    if (this.#count === this.#codes.length) this.#grow();
    this.#codes[this.#count++] = left * this.#size + right;
  }

  /** In order of the left record, then the right one. */
  take(): Pairs {
    const sorted = this.#codes.subarray(0, this.#count).sort();
    const once = sorted.filter((code, at) => at === 0 || code !== sorted[at - 1]);
    return {
      left: Int32Array.from(once, (code) => Math.floor(code / this.#size)),
      right: Int32Array.from(once, (code) => code % this.#size),
    };
  }

  #grow(): void {
    const larger = new Float64Array(this.#codes.length * 2);
    larger.set(this.#codes);
    this.#codes = larger;
  }
}
