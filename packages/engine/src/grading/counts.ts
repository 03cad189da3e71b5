import type { GradingCounts } from '@patchbay/contracts';
import type { Evaluated } from './evaluate.ts';

/** So many changes are shown as examples. */
const sampleSize = 20;

/** The counts of a run with a further batch in them. */
export function counted(before: GradingCounts, batch: readonly Evaluated[]): GradingCounts {
  const grades = new Map(before.grades.map((one) => [`${one.from}>${one.to}`, { ...one }]));
  const stages: Record<string, number> = { ...before.stages };
  const sample = [...before.sample];
  let { warned } = before;
  for (const { record, evaluation } of batch) {
    const [from, to] = [record.grade ?? '', evaluation.outcome.grade];
    const entry = grades.get(`${from}>${to}`) ?? { from, to, count: 0 };
    grades.set(`${from}>${to}`, { ...entry, count: entry.count + 1 });
    stages[evaluation.stage] = (stages[evaluation.stage] ?? 0) + 1;
    if (evaluation.churn.warned) warned += 1;
    if (from !== to && sample.length < sampleSize)
      sample.push({ customerId: record.id, from: record.grade, to, rule: evaluation.rule });
  }
  return { grades: [...grades.values()], stages, warned, sample };
}
