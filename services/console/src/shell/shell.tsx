import { useQuery } from '@tanstack/react-query';
import {
  ApiOutlined,
  DashboardOutlined,
  HeartOutlined,
  IdcardOutlined,
  FileDoneOutlined,
  InboxOutlined,
  MailOutlined,
  MessageOutlined,
  SafetyOutlined,
  SendOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, Outlet, useLocation } from 'react-router';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { AlertBanner } from './alert-banner.tsx';
import { ConnectionAlert, ConnectionMark } from './connection-state.tsx';
import { PresenceSwitch } from './presence-switch.tsx';
import { UserMenu } from './user-menu.tsx';

const places = [
  { to: '/desk', key: 'desk', icon: <MessageOutlined />, needs: 'agent' },
  { to: '/wallboard', key: 'wallboard', icon: <DashboardOutlined />, needs: 'agent' },
  { to: '/outbox', key: 'outbox', icon: <SendOutlined />, needs: 'agent' },
  { to: '/quarantine', key: 'quarantine', icon: <InboxOutlined />, needs: 'manager' },
  { to: '/health', key: 'health', icon: <HeartOutlined />, needs: 'agent' },
  { to: '/templates', key: 'templates', icon: <FileDoneOutlined />, needs: 'manager' },
  { to: '/identities', key: 'identities', icon: <IdcardOutlined />, needs: 'manager' },
  { to: '/team', key: 'team', icon: <TeamOutlined />, needs: 'manager' },
  { to: '/privacy', key: 'privacy', icon: <SafetyOutlined />, needs: 'manager' },
  { to: '/sources', key: 'sources', icon: <ApiOutlined />, needs: 'admin' },
  { to: '/mail-accounts', key: 'mailAccounts', icon: <MailOutlined />, needs: 'admin' },
] as const;
/** Who sees a place of a role: that role and those above it. */
const ranks = { agent: 0, manager: 1, admin: 2 } as const;

/** Navigation, own presence and the state of the connection around every page. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const here = places.find((place) => pathname.startsWith(place.to));
  return (
    <div className="shell">
      <Rail />
      <header className="shell-bar">
        <h1>{here ? t(`nav.${here.key}`) : t('app.name')}</h1>
        <div className="grow" />
        <ConnectionMark />
        <PresenceSwitch />
        <UserMenu />
      </header>
      <main className="shell-main">
        <ConnectionAlert />
        <AlertBanner />
        <Outlet />
      </main>
    </div>
  );
}

function Rail() {
  const { t } = useTranslation();
  const { role } = useMe();
  const quarantined = useQuery({
    queryKey: [...keys.quarantine, 'summary'],
    queryFn: ({ signal }) => api.quarantineSummary(signal),
    enabled: role !== 'agent',
  });
  const undelivered = useQuery({
    queryKey: [...keys.outbox, 'undelivered', 'count'],
    queryFn: ({ signal }) => api.outbox('undelivered', null, signal),
  });
  const failed = undelivered.data?.items.length ?? 0;
  const count = quarantined.data?.waiting ?? 0;
  return (
    <nav className="shell-rail" aria-label={t('nav.label')}>
      <Link className="shell-logo" to="/desk" aria-label={t('app.name')}>
        <img src="/favicon.svg" alt="" />
      </Link>
      {places.map(({ to, key, icon, needs }) =>
        ranks[role] < ranks[needs] ? null : (
          <NavLink key={to} to={to} className="rail-link" data-testid={`nav-${key}`}>
            {icon}
            {t(`nav.${key}`)}
            {key === 'outbox' && failed > 0 && (
              <span className="rail-badge" data-testid="undelivered-count">
                {undelivered.data?.nextCursor ? `${failed}+` : failed}
              </span>
            )}
            {key === 'quarantine' && count > 0 && <span className="rail-badge">{count > 99 ? '99+' : count}</span>}
          </NavLink>
        ),
      )}
    </nav>
  );
}
