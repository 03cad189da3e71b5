import type { GradingCounts } from '@patchbay/contracts';
import type { GradingChanges } from '@patchbay/store/queries/grading-results';
import type { Evaluated } from './evaluate.ts';

/** So many changes are shown as examples. */
const sampleSize = 20;

/** A customer with what the rules change of them, or would change. */
export interface Looked extends Evaluated {
  readonly changes: GradingChanges | null;
}

/** The counts of a run with a further batch in them. */
export function counted(before: GradingCounts, batch: readonly Looked[]): GradingCounts {
  const grades = tally(before.grades);
  const stageMoves = tally(before.stageMoves);
  const stages: Record<string, number> = { ...before.stages };
  const sample = [...before.sample];
  let { warned } = before;
  for (const { record, evaluation, changes } of batch) {
    const [from, to] = [record.grade ?? '', evaluation.outcome.grade];
    grades.add(from, to);
    if (changes?.stage) stageMoves.add(changes.stage.from ?? '', changes.stage.to);
    stages[evaluation.stage] = (stages[evaluation.stage] ?? 0) + 1;
    if (evaluation.churn.warned) warned += 1;
    if (from !== to && sample.length < sampleSize)
      sample.push({ customerId: record.id, from: record.grade, to, rule: evaluation.rule });
  }
  const count = (holds: (changes: GradingChanges) => boolean) =>
    batch.filter(({ changes }) => changes !== null && holds(changes)).length;
  return {
    grades: grades.entries(),
    stages,
    stageMoves: stageMoves.entries(),
    warned,
    warnings: {
      begun: before.warnings.begun + count(({ churn }) => churn?.turn === 'warned'),
      ended: before.warnings.ended + count(({ churn }) => churn?.turn === 'cleared'),
    },
    tasks: {
      winBack: before.tasks.winBack + count(({ tasks }) => tasks.some(({ kind }) => kind === 'win-back')),
      followUp: before.tasks.followUp + count(({ tasks }) => tasks.some(({ kind }) => kind === 'follow-up')),
    },
    sample,
  };
}

function tally(before: GradingCounts['grades']) {
  const counts = new Map(before.map((one) => [`${one.from}>${one.to}`, one]));
  return {
    add(from: string, to: string) {
      const key = `${from}>${to}`;
      counts.set(key, { from, to, count: (counts.get(key)?.count ?? 0) + 1 });
    },
    entries: () => [...counts.values()],
  };
}
