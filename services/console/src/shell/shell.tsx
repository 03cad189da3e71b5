import { ArrowLeftOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation } from 'react-router';
import { AlertBanner } from './alert-banner.tsx';
import { ConnectionAlert, ConnectionMark } from './connection-state.tsx';
import { usePageTitle } from './page-title.ts';
import { isSetting, placeAt } from './places.tsx';
import { PresenceSwitch } from './presence-switch.tsx';
import { Rail } from './rail.tsx';
import { UserMenu } from './user-menu.tsx';

/** Navigation, own presence and the state of the connection around every page. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const here = placeAt(pathname);
  const name = here ? t(`nav.${here.key}`) : t('state.notFoundTitle');
  usePageTitle(name);
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('nav.skip')}
      </a>
      <Rail />
      <header className="shell-bar">
        {isSetting(pathname) && (
          <Link className="shell-back" to="/settings" aria-label={t('nav.settings')} data-testid="settings-back">
            <ArrowLeftOutlined />
          </Link>
        )}
        <h1 className="ellipsis">{here ? name : t('app.name')}</h1>
        <div className="grow" />
        <ConnectionMark />
        <PresenceSwitch />
        <UserMenu />
      </header>
      <main className="shell-main" id="main" tabIndex={-1}>
        <ConnectionAlert />
        <AlertBanner />
        <Outlet />
      </main>
    </div>
  );
}
