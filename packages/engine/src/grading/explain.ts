import { HubError, type CustomerGrading } from '@patchbay/contracts';
import { segmentsOf } from '@patchbay/store/queries/segments';
import { readAgent } from '@patchbay/store/queries/agents';
import type { Parts } from '../parts.ts';
import { evaluateBatch } from './evaluate.ts';
import { readRules } from './rules.ts';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** A customer's grade as it stands, with what the rules say of the records at this moment. @throws HubError `not_found` */
export async function explainCustomer(parts: Pick<Parts, 'db' | 'now'>, customerId: string): Promise<CustomerGrading> {
  const { sql } = parts.db;
  const rules = await readRules(sql);
  const [found] = await evaluateBatch(sql, [customerId], { ...rules, segments: [] }, parts.now());
  if (!found) throw new HubError('not_found', 'There is no such customer, or it was merged into another one');
  const { record, evaluation } = found;
  const { dedicatedAgentId } = record;
  return {
    customerId,
    grade: record.grade,
    value: record.value,
    loyalty: record.loyalty,
    vip: record.vip,
    stage: record.stage,
    stageSince: iso(record.stageSince),
    churnSince: iso(record.churnSince),
    dedicatedAgentId,
    dedicatedAgentName: dedicatedAgentId ? ((await readAgent(sql, dedicatedAgentId))?.name ?? null) : null,
    lastContactAt: iso(record.lastContactAt),
    followUp: record.followUpDueAt ? { dueAt: record.followUpDueAt.toISOString() } : null,
    explanation: {
      version: rules.version,
      outcome: evaluation.outcome,
      rule: evaluation.rule,
      rules: [...evaluation.rules],
      stage: evaluation.stage,
      churn: { score: evaluation.churn.score, signals: [...evaluation.churn.signals] },
    },
    segments: await segmentsOf(sql, customerId),
  };
}
