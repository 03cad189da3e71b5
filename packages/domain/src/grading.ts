/** One customer by the rules: stage, warning, grade and segments, in this order, each with why (service norms G1, G2, G5, G7). */
import type {
  Condition,
  FactName,
  Facts,
  GradeOutcome,
  GradingPolicy,
  LifecycleStage,
  RuleTrace,
  Segment,
} from '@patchbay/contracts';
import { explain, factKey, factsOf, holds } from './condition.ts';
import { nextStage, type StageCause } from './lifecycle.ts';

/** What was decided before. */
export interface GradingState {
  readonly stage: LifecycleStage | null;
  readonly stageSince: Date | null;
  /** Since when a warning stands; null: none does. */
  readonly churnSince: Date | null;
}

export interface Evaluation {
  readonly stage: LifecycleStage;
  /** Null: it is as it was. */
  readonly stageCause: StageCause | null;
  readonly churn: { readonly score: number; readonly warned: boolean; readonly signals: readonly RuleTrace[] };
  readonly outcome: GradeOutcome;
  /** The rule that decides; null: none holds. */
  readonly rule: string | null;
  /** Every rule up to the one that decides. */
  readonly rules: readonly RuleTrace[];
  /** Ids of the segments. */
  readonly segments: readonly string[];
}

export type SegmentCondition = Pick<Segment, 'id' | 'condition'>;

export function conditionsOf(policy: GradingPolicy, segments: readonly SegmentCondition[]): Condition[] {
  const { customer, new: fresh, atRisk, lost } = policy.stages;
  return [
    customer,
    fresh,
    atRisk,
    lost,
    ...policy.churn.signals.map(({ when }) => when),
    ...policy.rules.map(({ when }) => when),
    ...segments.map(({ condition }) => condition),
  ];
}

/** The facts that an evaluation asks for. */
export const neededFacts = (policy: GradingPolicy, segments: readonly SegmentCondition[]) =>
  factsOf(conditionsOf(policy, segments));

export function evaluateCustomer(
  policy: GradingPolicy,
  segments: readonly SegmentCondition[],
  records: Facts,
  before: GradingState,
  now: Date,
): Evaluation {
  const { stage, cause } = stageOf(policy, records, before, now);
  const staged: Facts = { ...records, stage: [stage] };
  const churn = churnOf(policy, staged, before.churnSince !== null);
  const { outcome, rule, rules } = gradeOf(policy, { ...staged, churn: [churn.warned ? 'warned' : 'none'] });
  const all: Facts = {
    ...staged,
    churn: [churn.warned ? 'warned' : 'none'],
    grade: [outcome.grade],
    value: [outcome.value],
    loyalty: [outcome.loyalty],
    vip: [outcome.vip ? 'yes' : 'no'],
  };
  return {
    stage,
    stageCause: cause,
    churn,
    outcome,
    rule,
    rules,
    segments: segments.filter(({ condition }) => holds(condition, all)).map(({ id }) => id),
  };
}

/** Somebody of whom nothing is recorded yet. */
export function evaluateStart(policy: GradingPolicy): Evaluation {
  const nothing = neededFacts(policy, []).map((fact) => [factKey(fact), countedFacts.has(fact.name) ? 0 : null]);
  const before = { stage: null, stageSince: null, churnSince: null };
  return evaluateCustomer(policy, [], Object.fromEntries(nothing) as Facts, before, new Date(0));
}

/** Nothing of it is none; of other facts it is not known. */
const countedFacts: ReadonlySet<FactName> = new Set([
  'purchase-sum',
  'purchase-count',
  'contact-count',
  'complaint-count',
  'low-score-count',
  'age-days',
]);

function stageOf({ stages }: GradingPolicy, facts: Facts, before: GradingState, now: Date) {
  const signs = {
    customer: holds(stages.customer, facts),
    new: holds(stages.new, facts),
    atRisk: holds(stages.atRisk, facts),
    lost: holds(stages.lost, facts),
  };
  const was = before.stage && before.stageSince ? { stage: before.stage, since: before.stageSince } : null;
  return nextStage(was, signs, stages.wonBackDays, now);
}

/**
 * The score is the sum of the weights of the signals that hold, 100 at the most. A warning begins at `warnAt` and ends below `clearBelow`, so
 * that a score that goes to and fro warns once.
 */
function churnOf({ churn }: GradingPolicy, facts: Facts, warnedBefore: boolean): Evaluation['churn'] {
  const looked = churn.signals.map(({ id, nameEn, nameZh, weight, when }) => ({
    weight,
    signal: { id, nameEn, nameZh, trace: explain(when, facts) },
  }));
  const held = looked.filter(({ signal }) => signal.trace.holds);
  const score = Math.min(
    100,
    held.reduce((sum, { weight }) => sum + weight, 0),
  );
  const warned = churn.enabled && score >= (warnedBefore ? churn.clearBelow : churn.warnAt);
  return { score, warned, signals: held.map(({ signal }) => signal) };
}

function gradeOf(policy: GradingPolicy, facts: Facts): Pick<Evaluation, 'outcome' | 'rule' | 'rules'> {
  const rules: RuleTrace[] = [];
  for (const { id, nameEn, nameZh, when, outcome } of policy.rules) {
    const trace = explain(when, facts);
    rules.push({ id, nameEn, nameZh, trace });
    if (trace.holds) return { outcome, rule: id, rules };
  }
  return { outcome: policy.otherwise, rule: null, rules };
}
