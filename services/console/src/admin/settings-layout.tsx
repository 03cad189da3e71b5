import { useTranslation } from 'react-i18next';
import { NavLink, Outlet } from 'react-router';
import { useMe } from '../session/use-me.ts';
import { mayVisit, settingsGroups } from '../shell/places.tsx';
import '../style/settings.css';

function useGroups() {
  const { role } = useMe();
  return settingsGroups
    .map((group) => ({ ...group, places: group.places.filter((place) => mayVisit(role, place)) }))
    .filter((group) => group.places.length > 0);
}

/** A page of the settings beside the list of all of them; a phone shows the page alone, with a way back. */
export function SettingsLayout() {
  const { t } = useTranslation();
  return (
    <div className="settings">
      <nav className="settings-list" aria-label={t('nav.settings')}>
        {useGroups().map(({ key, places }) => (
          <section key={key}>
            <h2>{t(`settings.group.${key}`)}</h2>
            {places.map((place) => (
              <NavLink key={place.to} to={place.to} className="settings-link" data-testid={`nav-${place.key}`}>
                {place.icon} {t(`nav.${place.key}`)}
              </NavLink>
            ))}
          </section>
        ))}
      </nav>
      <Outlet />
    </div>
  );
}

/** All settings, each with what it is for. */
export function SettingsPage() {
  const { t } = useTranslation();
  return (
    <div className="page" data-testid="settings-page">
      {useGroups().map(({ key, places }) => (
        <section key={key} className="settings-group">
          <h2>{t(`settings.group.${key}`)}</h2>
          <div className="settings-grid">
            {places.map((place) => (
              <NavLink key={place.to} to={place.to} className="settings-card" data-testid={`nav-${place.key}`}>
                <span className="settings-icon" aria-hidden>
                  {place.icon}
                </span>
                <span>
                  <strong>{t(`nav.${place.key}`)}</strong>
                  <span className="muted small">{t(`settings.about.${place.key}`)}</span>
                </span>
              </NavLink>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
