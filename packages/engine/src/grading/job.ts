/** Goes through customers who are due and through runs over all of them, batch by batch; each batch is one transaction. */
import { localDate } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import {
  advanceRun,
  beginRun,
  collectDue,
  countCustomers,
  customersAfter,
  hasGradingWork,
  nextRun,
  takeDue,
  tryGradingLock,
  type RunState,
} from '@patchbay/store/queries/grading';
import { lockCustomers, writeGradings } from '@patchbay/store/queries/grading-results';
import type { Parts } from '../parts.ts';
import { counted } from './counts.ts';
import { changesOf, evaluateBatch, type Evaluated } from './evaluate.ts';
import { type GradingRules, readRules } from './rules.ts';

const batchSize = 500;
const eventBatch = 2_000;
/** A job ends after so long, so that a hub which stops does not wait; the clock begins the next one. Milliseconds. */
const workMs = 5_000;

/** Handles the job `grade-customers`. A batch that was cut off by a crash is done again, with the same result. */
export async function gradeCustomers(parts: Parts): Promise<void> {
  const end = performance.now() + workMs;
  let more = true;
  while (more && performance.now() < end) {
    more = await parts.db.transaction((tx) => gradeBatches(parts, tx));
    parts.relay.nudge();
  }
}

async function gradeBatches(parts: Parts, tx: Queryable): Promise<boolean> {
  if (!(await tryGradingLock(tx))) return false;
  const run = await nextRun(tx);
  const due = await takeDue(tx, batchSize);
  // After the run: what it was begun for, a version or a segment, is among the rules then.
  const rules = await readRules(tx);
  if (due.length > 0) await apply(tx, due, rules, parts.now());
  if (run) await continueRun(parts, tx, run, rules);
  return due.length > 0 || run !== null;
}

async function apply(tx: Queryable, ids: readonly string[], rules: GradingRules, now: Date): Promise<Evaluated[]> {
  const evaluated = await evaluateBatch(tx, await lockCustomers(tx, ids), rules, now);
  const changes = evaluated.flatMap((one) => changesOf(one, rules, now) ?? []);
  if (changes.length > 0) await writeGradings(tx, changes, rules.version, now);
  return evaluated;
}

/** A preview goes by its own policy and changes no customer. */
async function continueRun(parts: Parts, tx: Queryable, run: RunState, rules: GradingRules): Promise<void> {
  const ids = await customersAfter(tx, run.cursor, batchSize);
  const now = parts.now();
  const evaluated =
    run.kind === 'preview'
      ? await evaluateBatch(tx, ids, { ...rules, policy: run.policy ?? rules.policy, segments: [] }, now)
      : await apply(tx, ids, rules, now);
  const further = {
    ...run,
    cursor: ids.at(-1) ?? run.cursor,
    done: run.done + evaluated.length,
    total: run.cursor === null ? await countCustomers(tx) : run.total,
    counts: counted(run.counts, evaluated),
  };
  await advanceRun(tx, further, ids.length < batchSize);
}

/** The clock's part: who has become due by events or because a day has begun. */
export async function lookForGrading(parts: Parts): Promise<void> {
  await beginRun(parts.db.sql, { kind: 'daily', uniqueKey: `daily:${localDate(parts.now(), parts.config.timeZone)}` });
  while ((await collectDue(parts.db.sql, eventBatch)) === eventBatch);
  if (await hasGradingWork(parts.db.sql)) parts.jobs.add('grade-customers', { grading: true });
}
