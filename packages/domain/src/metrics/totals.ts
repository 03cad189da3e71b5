/** Facts added up. */
import { durationNames, sumNames, type DurationName, type SumName } from './facts.ts';
import type { Sketch } from './sketch.ts';

export interface FactTotals {
  sums: Readonly<Record<SumName, number>>;
  durations: Readonly<Record<DurationName, Sketch>>;
}

/** What is missing is none. */
export function totalsOf(given: {
  sums?: Partial<Record<SumName, number | null>>;
  durations?: Partial<Record<DurationName, Sketch>>;
}): FactTotals {
  return {
    sums: Object.fromEntries(sumNames.map((name) => [name, given.sums?.[name] ?? 0])) as Record<SumName, number>,
    durations: Object.fromEntries(
      durationNames.map((name) => [name, given.durations?.[name] ?? new Map<number, number>()]),
    ) as Record<DurationName, Sketch>,
  };
}
