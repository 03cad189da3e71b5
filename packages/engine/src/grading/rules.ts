import { gradingPolicy, type GradingPolicy, type GradingVersion } from '@patchbay/contracts';
import { defaultGradingPolicy, evaluateStart, factKey, neededFacts, type SegmentCondition } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import type { FactRequest } from '@patchbay/store/queries/customer-facts';
import { newestVersion, type GradingStart } from '@patchbay/store/queries/grading';
import { listSegments } from '@patchbay/store/queries/segments';

/** What a centre begins with, before a manager has published anything. */
const firstVersion: GradingVersion = {
  version: 0,
  policy: defaultGradingPolicy,
  note: '',
  publishedBy: null,
  publishedByName: null,
  publishedAt: null,
};

/** The version that holds now. */
export async function currentVersion(sql: Queryable): Promise<GradingVersion> {
  const newest = await newestVersion(sql);
  return newest ? { ...newest, policy: gradingPolicy.parse(newest.policy) } : firstVersion;
}

export interface GradingRules {
  readonly version: number;
  readonly policy: GradingPolicy;
  readonly segments: readonly SegmentCondition[];
}

export async function readRules(sql: Queryable): Promise<GradingRules> {
  const [{ version, policy }, segments] = [await currentVersion(sql), await listSegments(sql)];
  return { version, policy, segments };
}

/** What has to be asked of the records for these rules. */
export function requestsOf({ policy, segments }: GradingRules): FactRequest[] {
  return neededFacts(policy, segments).map(({ key, ...fact }) => ({
    ...fact,
    key: factKey({ ...fact, key }),
    field: key,
  }));
}

/** How a customer of whom nothing is recorded yet begins under these rules. */
export function startOf({ version, policy }: Pick<GradingRules, 'version' | 'policy'>): GradingStart {
  const { stage, outcome, rule } = evaluateStart(policy);
  return { version, stage, outcome, rule, priority: priorityOf(policy, outcome.grade) };
}

/** What a grade adds to the priority of a new ticket. */
export const priorityOf = ({ grades }: GradingPolicy, grade: string): number =>
  grades.find(({ key }) => key === grade)?.priority ?? 0;
