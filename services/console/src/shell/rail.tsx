import { useQuery } from '@tanstack/react-query';
import { EllipsisOutlined } from '@ant-design/icons';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import { api } from '../query-client.ts';
import { useFailedReplies } from '../admin/failed-replies.tsx';
import { undeliveredQuery } from '../admin/undelivered-query.ts';
import { useMe } from '../session/use-me.ts';
import { ChoiceMenu } from './choice-menu.tsx';
import { isSetting, mayVisit, placeAt, placesOnPhone, workPlaces } from './places.tsx';

type Counts = ReturnType<typeof useCounts>;
type Place = (typeof workPlaces)[number];

const countOf = (counts: Counts, key: Place['key']): string => (key in counts ? counts[key as keyof Counts] : '');

/** How a link stands to the page that is open; false: not at all. */
function useCurrent(): (place: Place) => 'page' | boolean {
  const { pathname } = useLocation();
  return ({ to, key }) => (placeAt(pathname)?.to === to ? 'page' : key === 'settings' && isSetting(pathname));
}

/** The places of work: at the left edge, on a phone along the bottom with the rarer ones in a menu. */
export function Rail() {
  const { t } = useTranslation();
  const { role } = useMe();
  const current = useCurrent();
  const counts = useCounts(role !== 'agent');
  const places = workPlaces.filter((place) => mayVisit(role, place));
  return (
    <nav className="shell-rail" aria-label={t('nav.label')}>
      <Link className="shell-logo" to="/desk" aria-label={t('app.name')}>
        <img src="/favicon.svg" alt="" />
      </Link>
      {places.map((place, index) => (
        <Link
          key={place.to}
          to={place.to}
          className={classOf('rail-link', current(place) && 'active', index >= placesOnPhone && 'rail-rare')}
          {...(current(place) && { 'aria-current': current(place) })}
          data-testid={`nav-${place.key}`}
        >
          {place.icon}
          <span className="rail-word">{t(`nav.${place.key}`)}</span>
          <Badge count={countOf(counts, place.key)} {...(place.key === 'outbox' && { testId: 'undelivered-count' })} />
        </Link>
      ))}
      <More places={places.slice(placesOnPhone)} counts={counts} />
    </nav>
  );
}

/** On a phone the way to the rarer places. A dot says that something waits in one of them. */
function More({ places, counts }: { places: readonly Place[]; counts: Counts }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const current = useCurrent();
  const items = places.map((place) => ({
    key: place.to,
    icon: place.icon,
    label: (
      <span className="menu-item" data-testid={`more-${place.key}`}>
        {t(`nav.${place.key}`)}
        <Badge count={countOf(counts, place.key)} />
      </span>
    ),
  }));
  const waiting = places.some(({ key }) => countOf(counts, key) !== '');
  return (
    <ChoiceMenu menu={{ items, onClick: ({ key }) => void navigate(key) }}>
      <button
        type="button"
        className={classOf('rail-link rail-more', places.some(current) && 'active')}
        data-testid="nav-more"
      >
        <EllipsisOutlined />
        <span className="rail-word">{t('nav.more')}</span>
        {waiting && <span className="rail-dot" aria-hidden />}
      </button>
    </ChoiceMenu>
  );
}

function Badge({ count, testId }: { count: string; testId?: string }) {
  if (count === '') return null;
  return (
    <span className="rail-badge" data-testid={testId}>
      {count}
    </span>
  );
}

const classOf = (...names: (string | false)[]): string => names.filter(Boolean).join(' ');

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
  const undelivered = useQuery(undeliveredQuery);
  const unsent = useFailedReplies().data?.length ?? 0;
  const failed = unsent + (undelivered.data?.items.length ?? 0);
  return {
    outbox: failed === 0 ? '' : `${failed}${undelivered.data?.nextCursor ? '+' : ''}`,
    quarantine: shortCount(quarantined.data?.waiting ?? 0),
    suggestions: shortCount(suggested.data?.open ?? 0),
  };
}

const shortCount = (count: number): string => (count === 0 ? '' : count > 99 ? '99+' : String(count));
