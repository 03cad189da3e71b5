import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { isSetting, mayVisit, placeAt, workPlaces } from './places.tsx';

/** The places of work: at the left edge, on a phone along the bottom. */
export function Rail() {
  const { t } = useTranslation();
  const { role } = useMe();
  const { pathname } = useLocation();
  const counts = useCounts(role !== 'agent');
  return (
    <nav className="shell-rail" aria-label={t('nav.label')}>
      <Link className="shell-logo" to="/desk" aria-label={t('app.name')}>
        <img src="/favicon.svg" alt="" />
      </Link>
      {workPlaces
        .filter((place) => mayVisit(role, place))
        .map(({ to, key, icon }) => {
          const count = key in counts ? counts[key as keyof typeof counts] : '';
          const current = placeAt(pathname)?.to === to ? 'page' : key === 'settings' && isSetting(pathname);
          return (
            <Link
              key={to}
              to={to}
              className={current ? 'rail-link active' : 'rail-link'}
              {...(current && { 'aria-current': current })}
              data-testid={`nav-${key}`}
            >
              {icon}
              <span className="rail-word">{t(`nav.${key}`)}</span>
              {count && (
                <span className="rail-badge" {...(key === 'outbox' && { 'data-testid': 'undelivered-count' })}>
                  {count}
                </span>
              )}
            </Link>
          );
        })}
    </nav>
  );
}

/** What waits for a decision, as it is shown; empty when nothing does. */
function useCounts(manages: boolean): { outbox: string; quarantine: string; suggestions: string } {
  const quarantined = useQuery({
    queryKey: [...keys.quarantine, 'summary'],
    queryFn: ({ signal }) => api.quarantineSummary(signal),
    enabled: manages,
  });
  const suggested = useQuery({
    queryKey: [...keys.suggestionList, 'summary'],
    queryFn: ({ signal }) => api.suggestionSummary(signal),
    enabled: manages,
  });
  const undelivered = useQuery({
    queryKey: [...keys.outbox, 'undelivered', 'count'],
    queryFn: ({ signal }) => api.outbox('undelivered', null, signal),
  });
  const failed = undelivered.data?.items.length ?? 0;
  return {
    outbox: failed === 0 ? '' : `${failed}${undelivered.data?.nextCursor ? '+' : ''}`,
    quarantine: shortCount(quarantined.data?.waiting ?? 0),
    suggestions: shortCount(suggested.data?.open ?? 0),
  };
}

const shortCount = (count: number): string => (count === 0 ? '' : count > 99 ? '99+' : String(count));
