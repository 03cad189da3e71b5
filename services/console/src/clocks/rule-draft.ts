import type { ClockKind, EscalationAction, EscalationCause, EscalationRule } from '@patchbay/contracts';
import { kebabKey } from '../admin/request-type-draft.ts';

/** A rule as its form has it: each action has a place, switched on or off. */
export interface RuleFields {
  nameEn: string;
  nameZh: string;
  enabled: boolean;
  cause: EscalationCause['kind'];
  clocks: ClockKind[];
  priority: number;
  grades: string[];
  when: EscalationRule['when'];
  notify: boolean;
  whom: 'owner' | 'supervisors' | 'both';
  raise: boolean;
  by: number;
  move: boolean;
  queueId: string | null;
  page: boolean;
  pageBy: 'sms' | 'email';
  agentIds: string[];
}

export function ruleFields(rule: EscalationRule | null): RuleFields {
  const find = <K extends EscalationAction['kind']>(kind: K) =>
    rule?.actions.find((action): action is Extract<EscalationAction, { kind: K }> => action.kind === kind);
  const cause = rule?.cause;
  const [notify, raise, move, page] = [find('notify'), find('raise-priority'), find('move'), find('page')];
  return {
    nameEn: rule?.nameEn ?? '',
    nameZh: rule?.nameZh ?? '',
    enabled: rule?.enabled ?? true,
    cause: cause?.kind ?? 'breach',
    clocks: cause?.kind === 'breach' || cause?.kind === 'warning' ? cause.clocks : [],
    priority: cause?.kind === 'severity' ? cause.priority : 50,
    grades: cause?.kind === 'grade' ? cause.grades : [],
    when: rule?.when ?? { channels: [], queueIds: [], requestTypes: [] },
    notify: rule === null || notify !== undefined,
    whom: notify?.whom ?? 'both',
    raise: raise !== undefined,
    by: raise?.by ?? 10,
    move: move !== undefined,
    queueId: move?.queueId ?? null,
    page: page !== undefined,
    pageBy: page?.by ?? 'sms',
    agentIds: page?.agentIds ?? [],
  };
}

function causeOf({ cause, clocks, priority, grades }: RuleFields): EscalationCause {
  if (cause === 'severity') return { kind: cause, priority };
  return cause === 'grade' ? { kind: cause, grades } : { kind: cause, clocks };
}

export function actionsOf(fields: RuleFields): EscalationAction[] {
  return [
    ...(fields.notify ? [{ kind: 'notify', whom: fields.whom } as const] : []),
    ...(fields.raise ? [{ kind: 'raise-priority', by: fields.by } as const] : []),
    ...(fields.move && fields.queueId ? [{ kind: 'move', queueId: fields.queueId } as const] : []),
    ...(fields.page ? [{ kind: 'page', by: fields.pageBy, agentIds: fields.agentIds } as const] : []),
  ];
}

/** A new rule's id is made of its name, and never changes: it tells what was carried out already. */
export function ruleOf(fields: RuleFields, rule: EscalationRule | null, taken: readonly string[]): EscalationRule {
  return {
    id: rule?.id ?? freeId(kebabKey(fields.nameEn).slice(0, 34) || 'rule', taken),
    nameEn: fields.nameEn.trim(),
    nameZh: fields.nameZh.trim(),
    enabled: fields.enabled,
    cause: causeOf(fields),
    when: fields.when,
    actions: actionsOf(fields),
  };
}

function freeId(wanted: string, taken: readonly string[]): string {
  let id = wanted;
  for (let count = 2; taken.includes(id); count += 1) id = `${wanted}-${count}`;
  return id;
}
