/** Goes through customers who are due and through runs over all of them, batch by batch; each batch is one transaction. */
import { localDate } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import {
  advanceRun,
  beginRun,
  countCustomers,
  customersAfter,
  hasGradingWork,
  nextRun,
  passEvents,
  startVersion,
  takeDue,
  tryGradingLock,
  writeStart,
  type RunState,
} from '@patchbay/store/queries/grading';
import { lockCustomers, writeGradings } from '@patchbay/store/queries/grading-results';
import type { Parts } from '../parts.ts';
import { counted, type Looked } from './counts.ts';
import { changesOf, evaluateBatch } from './evaluate.ts';
import { type GradingRules, readRules, startOf } from './rules.ts';

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
  const { ids, n } = await passEvents(tx, eventBatch);
  const due = [...new Set([...ids, ...(await takeDue(tx, batchSize))])];
  // After the run: what it was begun for, a version or a segment, is among the rules then.
  const rules = await readRules(tx);
  if ((await startVersion(tx)) < rules.version) await writeStart(tx, startOf(rules));
  for (let from = 0; from < due.length; from += batchSize)
    await apply(parts, tx, due.slice(from, from + batchSize), rules);
  if (run) await continueRun(parts, tx, run, rules);
  // What comes in meanwhile waits for the clock, so that a customer of whom much is told is looked at once.
  return n === eventBatch || due.length >= batchSize || run !== null;
}

/** What the rules change, or would change, of customers as their records are now. */
async function look(parts: Parts, tx: Queryable, ids: readonly string[], rules: GradingRules): Promise<Looked[]> {
  const now = parts.now();
  const evaluated = await evaluateBatch(tx, ids, rules, now);
  return evaluated.map((one) => ({ ...one, changes: changesOf(one, rules, now, parts.config.timeZone) }));
}

/** Only customers of whom the rules change something are locked, and looked at again then. */
async function apply(parts: Parts, tx: Queryable, ids: readonly string[], rules: GradingRules): Promise<Looked[]> {
  const settled = (await look(parts, tx, ids, rules)).filter(({ changes }) => changes === null);
  const settledIds = new Set(settled.map(({ record }) => record.id));
  const others = ids.filter((id) => !settledIds.has(id));
  if (others.length === 0) return settled;
  const changed = await look(parts, tx, await lockCustomers(tx, others), rules);
  const changes = changed.flatMap((one) => one.changes ?? []);
  if (changes.length > 0) await writeGradings(tx, changes, rules.version, parts.now());
  return [...settled, ...changed];
}

/** A preview goes by its own policy and changes no customer. */
async function continueRun(parts: Parts, tx: Queryable, run: RunState, rules: GradingRules): Promise<void> {
  const ids = await customersAfter(tx, run.cursor, batchSize);
  const looked =
    run.kind === 'preview'
      ? await look(parts, tx, ids, { ...rules, policy: run.policy ?? rules.policy, segments: [] })
      : await apply(parts, tx, ids, rules);
  const further = {
    ...run,
    cursor: ids.at(-1) ?? run.cursor,
    done: run.done + looked.length,
    total: run.cursor === null ? await countCustomers(tx) : run.total,
    counts: counted(run.counts, looked),
  };
  await advanceRun(tx, further, ids.length < batchSize);
}

/** The day whose run has begun, by whomever. */
const begun = new WeakMap<Parts, string>();

/** The clock's part: who has become due by events or because a day has begun. */
export async function lookForGrading(parts: Parts): Promise<void> {
  const day = localDate(parts.now(), parts.config.timeZone);
  if (begun.get(parts) !== day) {
    await beginRun(parts.db.sql, { kind: 'daily', uniqueKey: `daily:${day}` });
    begun.set(parts, day);
  }
  if (await hasGradingWork(parts.db.sql)) parts.jobs.add('grade-customers', { grading: true });
}
