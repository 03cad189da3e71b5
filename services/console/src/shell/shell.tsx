import { ArrowLeftOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation } from 'react-router';
import { AlertBanners } from './alert-banners.tsx';
import { NotAllowed } from '../feedback/not-allowed.tsx';
import { useMe } from '../session/use-me.ts';
import { ConnectionAlert, ConnectionMark } from './connection-state.tsx';
import { usePageTitle } from './page-title.ts';
import { isSetting, mayVisit, pageAt } from './places.tsx';
import { PresenceSwitch } from './presence-switch.tsx';
import { Rail } from './rail.tsx';
import { UserMenu } from './user-menu.tsx';

/** Navigation, own presence and the state of the connection around every page. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const { role } = useMe();
  const here = pageAt(pathname);
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
        {here?.up && (
          <Link
            className="shell-back shell-up"
            to={here.up.to}
            aria-label={t(`nav.${here.up.key}`)}
            title={t(`nav.${here.up.key}`)}
            data-testid="page-up"
          >
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
        <AlertBanners />
        {here && !mayVisit(role, here) ? <NotAllowed needs={here.needs} /> : <Outlet />}
      </main>
    </div>
  );
}
