import type { RoutingExample, RoutingRule, RoutingTried } from '@patchbay/contracts';
import { moment } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRoutingWords } from './use-routing-words.ts';

/** It stands below what was asked for, and so may be out of sight. */
const intoView = (section: HTMLElement | null): void => section?.scrollIntoView({ block: 'nearest' });

/** Where the contacts of the last days would have gone, by queue and by rule. */
export function TriedRouting({ tried, rules }: { tried: RoutingTried; rules: readonly RoutingRule[] }) {
  const { t, i18n } = useTranslation();
  const words = useRoutingWords();
  const { looked, differ } = tried;
  return (
    <section ref={intoView} className="try-result" role="status" data-testid="routing-tried">
      <h3>
        {looked === 0
          ? t('routingRules.triedNone')
          : t('routingRules.tried', { looked, differ, since: moment(tried.since, Date.now(), i18n.language) })}
      </h3>
      <p className="muted small">{t(tried.cut ? 'routingRules.triedCut' : 'routingRules.triedHelp')}</p>
      {tried.queues.length > 0 && (
        <table className="routing-table small">
          <thead>
            <tr>
              <th scope="col">{t('routingRules.queueHead')}</th>
              <th scope="col">{t('routingRules.was')}</th>
              <th scope="col">{t('routingRules.would')}</th>
            </tr>
          </thead>
          <tbody>
            {tried.queues.map(({ queueId, was, would }) => (
              <tr key={queueId}>
                <th scope="row">{words.queue(queueId)}</th>
                <td className="tabular">{was}</td>
                <td className="tabular">{would}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {tried.rules.map((counts) => (
        <RuleTried
          key={counts.ruleId}
          counts={counts}
          name={rules.find(({ id }) => id === counts.ruleId)?.name ?? t('routingRules.noRule')}
        />
      ))}
    </section>
  );
}

function RuleTried({ counts, name }: { counts: RoutingTried['rules'][number]; name: string }) {
  const { t } = useTranslation();
  const { matched, differ, troubles, examples } = counts;
  const passed = Object.values(troubles).reduce((sum, count) => sum + count, 0);
  return (
    <div className="rule-tried" data-testid="rule-tried" data-name={name}>
      <strong>{name}</strong>{' '}
      <span className="muted small">{t('routingRules.ruleCounts', { count: matched, differ })}</span>
      {passed > 0 && <span className="outcome-failed small"> {t('routingRules.passed', { count: passed })}</span>}
      <ul className="try-tickets small">
        {examples.map((example) => (
          <Example key={example.ticketId} example={example} />
        ))}
      </ul>
    </div>
  );
}

function Example({ example: { ticketId, number, subject, at, was, would, differs } }: { example: RoutingExample }) {
  const { t, i18n } = useTranslation();
  const words = useRoutingWords();
  return (
    <li>
      <Link to={`/desk/${ticketId}`} target="_blank">
        #{number}
      </Link>{' '}
      {subject} <span className="muted">{moment(at, Date.now(), i18n.language)}</span>
      <br />
      <span className="muted">
        {differs
          ? `${words.place(was)} → ${words.place(would)}`
          : `${words.place(would)} (${t('routingRules.asItWas')})`}
      </span>
    </li>
  );
}
