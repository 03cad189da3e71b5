import type { RoutingRule } from '@patchbay/contracts';

export interface RuleChange {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  readonly before: RoutingRule | null;
  readonly after: RoutingRule | null;
  /** Places counted from 1. */
  readonly from: number;
  readonly to: number;
}

/**
 * What differs between two lists of rules, in the order of the second, and at last what is gone. A rule has moved when it stands otherwise
 * among those that are in both: one that is added or removed moves no other.
 */
export function compareRules(before: readonly RoutingRule[], after: readonly RoutingRule[]): RuleChange[] {
  const old = new Map(before.map((rule) => [rule.id, rule]));
  const present = new Set(after.map(({ id }) => id));
  const stayed = before.filter(({ id }) => present.has(id)).map(({ id }) => id);
  const kept = after.filter(({ id }) => old.has(id)).map(({ id }) => id);
  const changes = after.flatMap((rule, at): RuleChange[] => {
    const was = old.get(rule.id) ?? null;
    const from = was ? before.indexOf(was) + 1 : 0;
    const places = { before: was, after: rule, from, to: at + 1 };
    if (!was) return [{ kind: 'added', ...places }];
    if (JSON.stringify(was) !== JSON.stringify(rule)) return [{ kind: 'changed', ...places }];
    return stayed.indexOf(rule.id) === kept.indexOf(rule.id) ? [] : [{ kind: 'moved', ...places }];
  });
  const gone = before.flatMap((rule, at): RuleChange[] =>
    present.has(rule.id) ? [] : [{ kind: 'removed', before: rule, after: null, from: at + 1, to: 0 }],
  );
  return [...changes, ...gone];
}
