/** Likeness of two short texts. Every function is symmetric, and 1 or 0 edits on equal texts. */

/** Share of the usual prefix bonus for each of the first four equal letters (Winkler 1990). */
const PREFIX_WEIGHT = 0.1;
const LONGEST_PREFIX = 4;

/** Jaro's likeness, from 0 to 1 (Jaro 1989). */
function jaro(a: string, b: string): number {
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = new Uint8Array(b.length);
  const matched: number[] = [];
  for (let i = 0; i < a.length; i++) {
    const end = Math.min(b.length, i + reach + 1);
    for (let j = Math.max(0, i - reach); j < end; j++) {
      if (taken[j] === 1 || a.charCodeAt(i) !== b.charCodeAt(j)) continue;
      taken[j] = 1;
      matched.push(a.charCodeAt(i));
      break;
    }
  }
  const count = matched.length;
  if (count === 0) return 0;
  let [at, moved] = [0, 0];
  for (let j = 0; j < b.length; j++) if (taken[j] === 1 && matched[at++] !== b.charCodeAt(j)) moved++;
  return (count / a.length + count / b.length + (count - moved / 2) / count) / 3;
}

/** Jaro–Winkler likeness, from 0 to 1. Texts are taken in one order, because greedy matching alone is not symmetric. */
export function jaroWinkler(one: string, other: string): number {
  if (one === other) return 1;
  const [a, b] =
    one.length < other.length || (one.length === other.length && one < other) ? [one, other] : [other, one];
  const likeness = jaro(a, b);
  let prefix = 0;
  while (prefix < LONGEST_PREFIX && prefix < a.length && a[prefix] === b[prefix]) prefix++;
  return likeness + prefix * PREFIX_WEIGHT * (1 - likeness);
}

/**
 * The fewest insertions, deletions, replacements and exchanges of neighbours that make one of the other (optimal string alignment).
 * Stops counting above `limit` and answers `limit + 1`.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  let row: number[] = [];
  for (let i = 1; i <= a.length; i++) {
    row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const exchanged =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (exchanged) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    [before, last] = [last, row];
  }
  const distance = last[b.length] ?? 0;
  return distance > limit ? limit + 1 : distance;
}

/** True when one edit (see {@link editDistance}) or none makes one of the other; in one pass. */
export function withinOneEdit(one: string, other: string): boolean {
  const [a, b] = one.length <= other.length ? [one, other] : [other, one];
  if (b.length - a.length > 1) return false;
  let start = 0;
  while (start < a.length && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA--;
    endB--;
  }
  if (endA - start <= 1 && endB - start <= 1) return true;
  const exchanged = endA - start === 2 && endB - start === 2;
  return exchanged && a[start] === b[start + 1] && a[start + 1] === b[start];
}
