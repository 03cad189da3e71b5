import { routedBy } from '@patchbay/contracts';
import type { TFunction } from 'i18next';

/** Which routing rule decided about a ticket and which were passed over; null where none had part in it. */
export function routedText(t: TFunction, routing: unknown): string | null {
  const known = routedBy.safeParse(routing);
  if (!known.success) return null;
  const { version, rule, passed = [] } = known.data;
  const by = rule
    ? t('routingRules.routedBy', { rule: rule.name, version })
    : t('routingRules.routedByNone', { version });
  const over = passed.map(({ name, why }) =>
    t('routingRules.passedRule', { rule: name, why: t(`routingRules.passedWhy.${why}`) }),
  );
  return [by, ...over].join(' · ');
}
