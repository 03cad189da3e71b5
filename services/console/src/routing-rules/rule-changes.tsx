import type { RoutingRule } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';
import { compareRules } from './compare-rules.ts';
import { useRoutingWords } from './use-routing-words.ts';

/** What differs between two versions, rule by rule. */
export function RuleChanges({ before, after }: { before: readonly RoutingRule[]; after: readonly RoutingRule[] }) {
  const { t } = useTranslation();
  const words = useRoutingWords();
  const changes = compareRules(before, after);
  const said = (rule: RoutingRule, named: boolean): string =>
    [
      named && rule.name,
      !rule.enabled && t('routingRules.off'),
      rule.condition ? words.condition(rule.condition) : t('routingRules.always'),
    ]
      .filter(Boolean)
      .join(' · ')
      .concat(` → ${words.result(rule.result)}`);
  if (changes.length === 0) return <p className="muted">{t('routingRules.diff.same')}</p>;
  return (
    <ul className="rule-changes small" data-testid="rule-changes">
      {changes.map(({ kind, before: was, after: is, from, to }) => (
        <li key={(is ?? was)?.id}>
          <strong>{(is ?? was)?.name}</strong>{' '}
          <span className="muted">{t(`routingRules.diff.${kind}`, { from, to })}</span>
          {was && kind !== 'moved' && (
            <p>
              {is && <span className="muted">{t('routingRules.diff.was')} </span>}
              <del>{said(was, is !== null && was.name !== is.name)}</del>
            </p>
          )}
          {is && kind !== 'moved' && (
            <p>
              {was && <span className="muted">{t('routingRules.diff.is')} </span>}
              {said(is, was !== null && was.name !== is.name)}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
