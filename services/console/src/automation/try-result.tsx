import type { AutomationTried } from '@patchbay/contracts';
import { moment } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRuleWords } from './use-rule-words.ts';

/** It stands below what was asked for, and so may be out of sight. */
const intoView = (section: HTMLElement | null): void => section?.scrollIntoView({ block: 'nearest' });

/** What a rule would have done, ticket by ticket. */
export function TryResult({ tried }: { tried: AutomationTried }) {
  const { t, i18n } = useTranslation();
  const words = useRuleWords();
  const at = (moment_: string) => moment(moment_, Date.now(), i18n.language);
  return (
    <section ref={intoView} className="try-result" role="status" data-testid="try-result">
      <h3>{t('automation.tried', { matched: tried.matched, looked: tried.looked, since: at(tried.since) })}</h3>
      <p className="muted small">{t(tried.cut ? 'automation.triedCut' : 'automation.triedHelp')}</p>
      <ul className="try-tickets small">
        {tried.tickets.map((ticket) => (
          <li key={ticket.ticketId}>
            <Link to={`/desk/${ticket.ticketId}`} target="_blank">
              #{ticket.number}
            </Link>{' '}
            <strong>{ticket.subject}</strong> <span className="muted">{at(ticket.at)}</span>
            <br />
            <span className="muted">{ticket.would.map(words.outcome).join(' · ')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
