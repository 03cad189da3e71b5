/** How customers are graded, watched and followed up, and what was found of each of them (service norms G1–G5, G7). */
import { z } from 'zod';
import { condition, conditionTrace, slug, stateFacts, testsOf, type Condition, type StateFact } from './conditions.ts';
import { pageQuery } from './api.ts';
import { requestKey } from './intake.ts';
import { customerValue, lifecycleStage, loyalty, timestamp } from './glossary.ts';

const name = z.string().trim().min(1).max(100);

// --- The policy ----------------------------------------------------------------------------------------------------

export const gradeOutcome = z.object({ grade: slug, value: customerValue, loyalty, vip: z.boolean() });
export type GradeOutcome = z.infer<typeof gradeOutcome>;

export const gradeRule = z.object({ id: slug, nameEn: name, nameZh: name, when: condition, outcome: gradeOutcome });
export type GradeRule = z.infer<typeof gradeRule>;

export const gradeDefinition = z.object({
  key: slug,
  nameEn: name,
  nameZh: name,
  /** So many days after the last contact of ours the next one is due; null: no follow-up. */
  followUpDays: z.int().min(1).max(730).nullable(),
  /** Added to the priority of a new ticket. */
  priority: z.int().min(0).max(100),
});
export type GradeDefinition = z.infer<typeof gradeDefinition>;

export const churnSignal = z.object({
  id: slug,
  nameEn: name,
  nameZh: name,
  /** Points that it adds to the score. */
  weight: z.int().min(1).max(100),
  when: condition,
});

const policyShape = z.object({
  grades: z.array(gradeDefinition).min(1).max(12),
  /** The first that holds decides. */
  rules: z.array(gradeRule).max(40),
  /** Where no rule holds. */
  otherwise: gradeOutcome,
  /** Tickets of these request types are complaints. */
  complaintTypes: z.array(requestKey).max(20),
  stages: z.object({
    /** Without it somebody is a prospect. */
    customer: condition,
    new: condition,
    atRisk: condition,
    lost: condition,
    /** For so long who came back is called won back. */
    wonBackDays: z.int().min(1).max(730),
  }),
  churn: z.object({
    enabled: z.boolean(),
    signals: z.array(churnSignal).max(20),
    /** Sum of the weights at which a warning begins, 100 at the most, and below which it ends. */
    warnAt: z.int().min(1).max(100),
    clearBelow: z.int().min(1).max(100),
    /** The win-back task is due after so many days. */
    taskDays: z.int().min(0).max(90),
  }),
  cadence: z.object({
    enabled: z.boolean(),
    /** A follow-up becomes a task so many days before it is due. */
    leadDays: z.int().min(0).max(60),
  }),
});

type Shape = z.infer<typeof policyShape>;

/** What an evaluation has not found out yet when it comes to each part: nothing is decided by its own result. */
const laterFacts = {
  stage: stateFacts,
  churn: ['churn', 'grade', 'value', 'loyalty', 'vip'],
  rule: ['grade', 'value', 'loyalty', 'vip'],
} as const satisfies Record<string, readonly StateFact[]>;

function conditionsWithPlace({ stages, churn, rules }: Shape) {
  const of = (when: Condition, kind: keyof typeof laterFacts, path: (string | number)[]) => ({ when, kind, path });
  return [
    ...(['customer', 'new', 'atRisk', 'lost'] as const).map((key) => of(stages[key], 'stage', ['stages', key])),
    ...churn.signals.map(({ when }, at) => of(when, 'churn', ['churn', 'signals', at])),
    ...rules.map(({ when }, at) => of(when, 'rule', ['rules', at])),
  ];
}

const doubles = (values: readonly string[]): string | undefined =>
  values.find((value, at) => values.indexOf(value) !== at);

/** One version of everything by which customers are graded. A published one never changes. */
export const gradingPolicy = policyShape.superRefine((policy, context) => {
  const wrong = (message: string, path: (string | number)[]) => context.addIssue({ code: 'custom', message, path });
  const grades = policy.grades.map(({ key }) => key);
  const outcomes = [policy.otherwise, ...policy.rules.map(({ outcome }) => outcome)];
  for (const [what, values] of [
    ['grades', grades],
    ['rules', policy.rules.map(({ id }) => id)],
    ['churn', policy.churn.signals.map(({ id }) => id)],
  ] as const) {
    const twice = doubles(values);
    if (twice !== undefined) wrong(`"${twice}" is there twice`, [what]);
  }
  outcomes.forEach(({ grade }, at) => {
    if (!grades.includes(grade)) wrong(`There is no grade "${grade}"`, at === 0 ? ['otherwise'] : ['rules', at - 1]);
  });
  for (const { when, kind, path } of conditionsWithPlace(policy)) {
    const later: readonly string[] = laterFacts[kind];
    for (const { fact } of testsOf(when))
      if (later.includes(fact.name)) wrong(`"${fact.name}" is found out later`, path);
  }
  if (policy.churn.clearBelow > policy.churn.warnAt) wrong('Above the score that warns', ['churn', 'clearBelow']);
});
export type GradingPolicy = z.infer<typeof gradingPolicy>;

export const gradingVersion = z.object({
  /** 0: what a centre begins with, published by nobody. */
  version: z.int(),
  policy: gradingPolicy,
  note: z.string(),
  publishedBy: z.string().nullable(),
  publishedByName: z.string().nullable(),
  publishedAt: timestamp.nullable(),
});
export type GradingVersion = z.infer<typeof gradingVersion>;
export const gradingPublish = z.object({
  policy: gradingPolicy,
  /** The version that was edited: when another one was published meanwhile, nothing is overwritten. */
  basedOn: z.int().min(0),
  note: z.string().trim().min(1).max(500),
});
export const gradingPreview = z.object({ policy: gradingPolicy });

// --- Runs over all customers ---------------------------------------------------------------------------------------

export const gradingChange = z.object({
  customerId: z.uuid(),
  name: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  rule: z.string().nullable(),
});

/** What a run has counted so far. `from`: before it, and empty where there was no grade. */
export const gradingCounts = z.object({
  grades: z.array(z.object({ from: z.string(), to: z.string(), count: z.int() })),
  stages: z.record(z.string(), z.int()),
  stageMoves: z.array(z.object({ from: z.string(), to: z.string(), count: z.int() })),
  warned: z.int(),
  /** Warnings that begin and end, and tasks that are made. */
  warnings: z.object({ begun: z.int(), ended: z.int() }),
  tasks: z.object({ winBack: z.int(), followUp: z.int() }),
  /** The first changes of grade that were found. */
  sample: z.array(gradingChange.omit({ name: true })),
});
export type GradingCounts = z.infer<typeof gradingCounts>;

export const gradingRun = z.object({
  id: z.uuid(),
  kind: z.enum(['daily', 'publish', 'segments', 'manual', 'preview']),
  state: z.enum(['running', 'done']),
  done: z.int(),
  total: z.int(),
  version: z.int().nullable(),
  counts: gradingCounts.extend({ sample: z.array(gradingChange) }),
  startedAt: timestamp,
  finishedAt: timestamp.nullable(),
});
export type GradingRun = z.infer<typeof gradingRun>;
export const gradingRunQuery = pageQuery.extend({
  kind: z.enum(['daily', 'publish', 'segments', 'manual', 'preview', 'applied']).optional(),
});

// --- One customer --------------------------------------------------------------------------------------------------

export const ruleTrace = z.object({
  id: z.string(),
  nameEn: z.string(),
  nameZh: z.string(),
  trace: conditionTrace,
});
export type RuleTrace = z.infer<typeof ruleTrace>;

export const customerGrading = z.object({
  customerId: z.uuid(),
  /** Null until the first evaluation. */
  grade: z.string().nullable(),
  value: customerValue.nullable(),
  loyalty: loyalty.nullable(),
  vip: z.boolean(),
  stage: lifecycleStage.nullable(),
  stageSince: timestamp.nullable(),
  churnSince: timestamp.nullable(),
  dedicatedAgentId: z.string().nullable(),
  dedicatedAgentName: z.string().nullable(),
  lastContactAt: timestamp.nullable(),
  /** The open follow-up; null when there is none. */
  followUp: z.object({ dueAt: timestamp }).nullable(),
  /** What the rules say of the records as they are at this moment. It differs from the above until the next evaluation. */
  explanation: z.object({
    version: z.int(),
    outcome: gradeOutcome,
    /** The rule that decides; null: none holds. */
    rule: z.string().nullable(),
    /** Every rule up to the one that decides. */
    rules: z.array(ruleTrace),
    stage: lifecycleStage,
    churn: z.object({ score: z.int(), signals: z.array(ruleTrace) }),
  }),
  segments: z.array(z.object({ key: z.string(), name: z.string() })),
});
export type CustomerGrading = z.infer<typeof customerGrading>;

/** A move of a customer's grade, stage or warning, never changed afterwards. */
export const customerMove = z.object({
  id: z.uuid(),
  kind: z.enum(['grade', 'stage', 'churn']),
  from: z.string().nullable(),
  to: z.string(),
  /** The rule of a grade, the cause of a stage, the signals of a warning. */
  cause: z.string().nullable(),
  version: z.int(),
  at: timestamp,
});
export type CustomerMove = z.infer<typeof customerMove>;

export const dedicatedAgentUpdate = z.object({ agentId: z.string().max(100).nullable() });

/** A customer's own mark, 1 the worst and 5 the best; the same mark told twice is one. */
export const scoreCreate = z.object({
  source: z.string().trim().min(1).max(100),
  externalId: z.string().trim().min(1).max(200),
  score: z.int().min(1).max(5),
  at: timestamp,
  ticketId: z.uuid().nullish(),
});
export type ScoreCreate = z.infer<typeof scoreCreate>;
export const satisfactionScore = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  source: z.string(),
  externalId: z.string(),
  score: z.int(),
  at: timestamp,
});
export type SatisfactionScore = z.infer<typeof satisfactionScore>;

export const timelinessQuery = z.object({ days: z.coerce.number().int().min(1).max(730).default(90) });
/** Follow-ups that fell due within the period, by the customer's present grade. */
export const timelinessFigures = z.object({
  grade: z.string().nullable(),
  due: z.int(),
  inTime: z.int(),
  late: z.int(),
  open: z.int(),
  /** Share done by the due date; null when nothing was due. */
  share: z.number().nullable(),
});
export const timeliness = z.object({
  formula: z.string(),
  total: timelinessFigures,
  grades: z.array(timelinessFigures),
});
export type Timeliness = z.infer<typeof timeliness>;

// --- Segments ------------------------------------------------------------------------------------------------------

export const segment = z.object({
  id: z.uuid(),
  key: slug,
  name: z.string(),
  description: z.string(),
  condition,
  memberCount: z.int(),
  /** True until its present condition has been looked at for every customer. */
  refreshing: z.boolean(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Segment = z.infer<typeof segment>;
export const segmentUpdate = z.object({ name, description: z.string().trim().max(500).default(''), condition });
export const segmentCreate = segmentUpdate.extend({ key: slug });
export type SegmentDraft = z.input<typeof segmentCreate>;
export const segmentMember = z.object({
  customerId: z.uuid(),
  name: z.string(),
  grade: z.string().nullable(),
  stage: lifecycleStage.nullable(),
  since: timestamp,
});
export type SegmentMember = z.infer<typeof segmentMember>;
