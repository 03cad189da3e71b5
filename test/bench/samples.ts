/** Closed loops and what is read off them. */
export interface Sample {
  /** How many were completed. */
  readonly count: number;
  /** Completed per second, from the first start to the last end. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A start and an end in milliseconds of one clock. */
export type Span = readonly [start: number, end: number];

export function summarise(spans: readonly Span[]): Sample {
  if (spans.length === 0) return { count: 0, rate: 0, p50: 0, p95: 0, p99: 0 };
  const first = Math.min(...spans.map(([start]) => start));
  const last = Math.max(...spans.map(([, end]) => end));
  const waits = spans.map(([start, end]) => end - start).sort((a, b) => a - b);
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.ceil(waits.length * share) - 1)] ?? 0;
  return {
    count: spans.length,
    rate: (spans.length * 1_000) / Math.max(last - first, 0.001),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
}

/** Works through the items with so many in flight, a next one as soon as one is done; begins nothing new after `limitMs`. */
export async function closedLoop<T>(
  items: readonly T[],
  concurrency: number,
  limitMs: number,
  work: (item: T) => Promise<void>,
): Promise<Span[]> {
  const spans: Span[] = [];
  const end = performance.now() + limitMs;
  let next = 0;
  const lane = async () => {
    while (next < items.length && performance.now() < end) {
      const item = items[next++] as T;
      const start = performance.now();
      await work(item);
      spans.push([start, performance.now()]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return spans;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
