import { endOfDay, evaluateCustomer, type Evaluation, planFollowUp } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { gatherCustomers, type CustomerRecord } from '@patchbay/store/queries/customer-facts';
import type { GradingChanges, NewTask } from '@patchbay/store/queries/grading-results';
import { type GradingRules, priorityOf, requestsOf } from './rules.ts';

export interface Evaluated {
  readonly record: CustomerRecord;
  readonly evaluation: Evaluation;
}

/** Holds customers against the rules as their records are now. Changes nothing. */
export async function evaluateBatch(
  sql: Queryable,
  ids: readonly string[],
  rules: GradingRules,
  now: Date,
): Promise<Evaluated[]> {
  const records = await gatherCustomers(sql, ids, requestsOf(rules), rules.policy.complaintTypes, now);
  return records.map((record) => ({
    record,
    evaluation: evaluateCustomer(rules.policy, rules.segments, record.facts, record, now),
  }));
}

/** What an evaluation changes of a customer; null: nothing. */
export function changesOf(
  { record, evaluation }: Evaluated,
  rules: GradingRules,
  now: Date,
  timeZone: string,
): GradingChanges | null {
  const grade = gradeChange(record, evaluation, rules);
  const stage =
    evaluation.stageCause === null
      ? undefined
      : { from: record.stage, to: evaluation.stage, cause: evaluation.stageCause };
  const churn = churnChange(record, evaluation);
  const followUp = planFollowUp(rules.policy, situationOf(record, evaluation), now, timeZone);
  const tasks = [
    ...(churn?.turn === 'warned' && !record.winBackOpen ? [winBack(record, evaluation, rules, now, timeZone)] : []),
    ...(followUp.planned && followUp.planned.key !== record.followUpKey
      ? [followUpTask(record, evaluation, followUp.planned)]
      : []),
  ];
  const joins = evaluation.segments.filter((id) => !record.segmentIds.includes(id));
  const leaves = record.segmentIds.filter((id) => !evaluation.segments.includes(id));
  const changes = {
    id: record.id,
    ...(grade && { grade }),
    ...(stage && { stage }),
    ...(churn && { churn }),
    ...(followUp.kept && { kept: followUp.kept }),
    tasks,
    joins,
    leaves,
  };
  const isEmpty = tasks.length + joins.length + leaves.length === 0 && Object.keys(changes).length === 4;
  return isEmpty ? null : changes;
}

function gradeChange(record: CustomerRecord, { outcome, rule }: Evaluation, { policy }: GradingRules) {
  const priority = priorityOf(policy, outcome.grade);
  const same =
    record.grade === outcome.grade &&
    record.value === outcome.value &&
    record.loyalty === outcome.loyalty &&
    record.vip === outcome.vip &&
    record.rule === rule &&
    record.queuePriority === priority;
  return same ? undefined : { from: record.grade, outcome, rule, priority, moves: record.grade !== outcome.grade };
}

function churnChange(record: CustomerRecord, { churn }: Evaluation): GradingChanges['churn'] {
  const before = record.churnSince !== null;
  const turn = churn.warned ? 'warned' : 'cleared';
  if (before === churn.warned && record.churnScore === churn.score) return undefined;
  return {
    score: churn.score,
    turn: before === churn.warned ? null : turn,
    signals: churn.signals.map(({ id }) => id),
  };
}

function situationOf(record: CustomerRecord, { outcome }: Evaluation) {
  const { lastContactAt, lastContactBy, followUpId, followUpMadeAt, followUpDueAt } = record;
  return {
    customerId: record.id,
    grade: outcome.grade,
    lastContact: lastContactAt && lastContactBy ? { at: lastContactAt, agentId: lastContactBy } : null,
    knownSince: record.createdAt,
    open:
      followUpId && followUpMadeAt && followUpDueAt
        ? { taskId: followUpId, createdAt: followUpMadeAt, dueAt: followUpDueAt }
        : null,
  };
}

const dayMs = 86_400_000;

/** One for each time that a warning begins. */
function winBack(
  record: CustomerRecord,
  { churn }: Evaluation,
  { policy }: GradingRules,
  now: Date,
  timeZone: string,
): NewTask {
  return {
    kind: 'win-back',
    dueAt: endOfDay(new Date(now.getTime() + policy.churn.taskDays * dayMs), timeZone),
    assigneeId: record.dedicatedAgentId,
    cause: churn.signals.map(({ nameEn }) => nameEn).join('; '),
    // Without what was found: that may be words about the person, and is explained from the records at any time.
    data: { score: churn.score, signals: churn.signals.map(({ id, nameEn, nameZh }) => ({ id, nameEn, nameZh })) },
    key: `win-back:${record.id}:${now.getTime()}`,
  };
}

function followUpTask(record: CustomerRecord, { outcome }: Evaluation, planned: { dueAt: Date; key: string }): NewTask {
  return {
    kind: 'follow-up',
    dueAt: planned.dueAt,
    assigneeId: record.dedicatedAgentId,
    cause: 'The contact interval of the grade has passed',
    data: { grade: outcome.grade, lastContactAt: record.lastContactAt },
    key: planned.key,
  };
}
