/**
 * Sketches of durations that can be added up, with any quantile within 1 % of the exact one: DDSketch with its logarithmic mapping (Masson,
 * Rim, Lee: DDSketch, a fast and fully-mergeable quantile sketch with relative-error guarantees, VLDB 2019). Buckets grow by a constant factor:
 *
 *     gamma  = (1 + 0.01) / (1 - 0.01)
 *     bucket = ceil(ln(max(seconds, 0.001)) / ln(gamma))
 *     value  = 2 * gamma^bucket / (gamma + 1)
 *
 * SQL computes the very same bucket for the health of channels; whoever changes one changes both, and the stored counts with them.
 */

const RELATIVE_ERROR = 0.01;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LN_GAMMA = Math.log(GAMMA);
/** Everything shorter counts as this long. */
const SHORTEST_SECONDS = 0.001;

/** Counts by bucket. */
export type Sketch = ReadonlyMap<number, number>;

/** The bucket of a duration in seconds: `ceil(ln(max(seconds, 0.001)) / ln(gamma))`. Throws RangeError when it is not a finite number. */
export function bucketOf(seconds: number): number {
  if (!Number.isFinite(seconds)) throw new RangeError('A duration must be a finite number of seconds');
  // Adding zero makes zero of negative zero.
  return Math.ceil(Math.log(Math.max(seconds, SHORTEST_SECONDS)) / LN_GAMMA) + 0;
}

/** The duration in seconds that stands for a bucket, within 1 % of every duration in it. */
export function valueOf(bucket: number): number {
  return (2 * GAMMA ** bucket) / (GAMMA + 1);
}

/** The sketch of some durations in seconds. */
export function sketchOf(durations: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const seconds of durations) {
    const bucket = bucketOf(seconds);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return counts;
}

/** The sketch of everything in the given ones. Their order does not matter. */
export function mergeSketches(sketches: Iterable<Sketch>): Map<number, number> {
  const merged = new Map<number, number>();
  for (const sketch of sketches) {
    for (const [bucket, count] of sketch) merged.set(bucket, (merged.get(bucket) ?? 0) + count);
  }
  return merged;
}

/**
 * The quantile `q` (0 to 1) in seconds by nearest rank: the value of the smallest bucket with at least `q` of all counts at or
 * below it. Within 1 % of the exact one for durations of at least a millisecond. Null when there are no counts.
 */
export function quantile(counts: Sketch, q: number): number | null {
  const buckets = [...counts].filter(([, count]) => count > 0).toSorted(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  // The small step back undoes what binary fractions add: 0.55 × 20 is a little more than 11.
  const rank = Math.max(1, Math.ceil(q * total * (1 - Number.EPSILON * 4)));
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= rank) return valueOf(bucket);
  }
  return null;
}
