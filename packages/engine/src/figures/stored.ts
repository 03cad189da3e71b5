import { durationNames, mergeSketches, sumNames, totalsOf, type FactTotals } from '@patchbay/domain';
import type { StoredSums } from '@patchbay/store';

export function totalsOfStored({ sums, sketches }: StoredSums): FactTotals {
  const durations = durationNames.flatMap((name) => {
    const counts = sketches[name];
    return counts ? [[name, new Map(Object.entries(counts).map(([bucket, n]) => [Number(bucket), n]))] as const] : [];
  });
  return totalsOf({ sums, durations: Object.fromEntries(durations) });
}

export function addTotals(parts: Iterable<FactTotals>): FactTotals {
  const all = [...parts];
  return totalsOf({
    sums: Object.fromEntries(sumNames.map((name) => [name, all.reduce((total, one) => total + one.sums[name], 0)])),
    durations: Object.fromEntries(
      durationNames.map((name) => [name, mergeSketches(all.map((one) => one.durations[name]))]),
    ),
  });
}
