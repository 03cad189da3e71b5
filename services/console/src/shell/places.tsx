import {
  ApartmentOutlined,
  ApiOutlined,
  BarChartOutlined,
  CalendarOutlined,
  BranchesOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  DashboardOutlined,
  EyeOutlined,
  FileDoneOutlined,
  FormOutlined,
  FundProjectionScreenOutlined,
  HeartOutlined,
  HistoryOutlined,
  IdcardOutlined,
  InboxOutlined,
  LineChartOutlined,
  MailOutlined,
  MessageOutlined,
  NotificationOutlined,
  ProfileOutlined,
  PartitionOutlined,
  RiseOutlined,
  SafetyCertificateOutlined,
  SafetyOutlined,
  SendOutlined,
  SettingOutlined,
  SlidersOutlined,
  SolutionOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  TrophyOutlined,
  UsergroupAddOutlined,
} from '@ant-design/icons';
import type { Role } from '@patchbay/contracts';

/** Where one works, in the order of the navigation: what is worked on, what waits for a decision, what is watched. */
export const workPlaces = [
  { to: '/desk', key: 'desk', icon: <MessageOutlined />, needs: 'agent' },
  { to: '/customers', key: 'customers', icon: <SolutionOutlined />, needs: 'agent' },
  { to: '/tasks', key: 'tasks', icon: <CheckSquareOutlined />, needs: 'agent' },
  { to: '/outbox', key: 'outbox', icon: <SendOutlined />, needs: 'agent' },
  { to: '/suggestions', key: 'suggestions', icon: <UsergroupAddOutlined />, needs: 'manager' },
  { to: '/quarantine', key: 'quarantine', icon: <InboxOutlined />, needs: 'manager' },
  { to: '/floor', key: 'floor', icon: <EyeOutlined />, needs: 'manager' },
  { to: '/staffing', key: 'staffing', icon: <LineChartOutlined />, needs: 'manager' },
  { to: '/wallboard', key: 'wallboard', icon: <DashboardOutlined />, needs: 'agent' },
  { to: '/reports', key: 'reports', icon: <BarChartOutlined />, needs: 'agent' },
  { to: '/health', key: 'health', icon: <HeartOutlined />, needs: 'agent' },
  { to: '/settings', key: 'settings', icon: <SettingOutlined />, needs: 'manager' },
] as const;

/** How many of them a phone's bar has room for; the others are in a menu. */
export const placesOnPhone = 4;

/** How the centre is set up, by what one has in mind. */
export const settingsGroups = [
  {
    key: 'people',
    places: [
      { to: '/team', key: 'team', icon: <TeamOutlined />, needs: 'manager' },
      { to: '/queues', key: 'queues', icon: <BranchesOutlined />, needs: 'manager' },
      { to: '/routing-rules', key: 'routingRules', icon: <PartitionOutlined />, needs: 'manager' },
      { to: '/privacy', key: 'privacy', icon: <SafetyOutlined />, needs: 'manager' },
      { to: '/setting-changes', key: 'settingChanges', icon: <HistoryOutlined />, needs: 'manager' },
    ],
  },
  {
    key: 'requests',
    places: [
      { to: '/request-types', key: 'requestTypes', icon: <ProfileOutlined />, needs: 'manager' },
      { to: '/web-forms', key: 'webForms', icon: <FormOutlined />, needs: 'manager' },
      { to: '/automation', key: 'automation', icon: <ThunderboltOutlined />, needs: 'manager' },
    ],
  },
  {
    key: 'service',
    places: [
      { to: '/targets', key: 'targets', icon: <ClockCircleOutlined />, needs: 'manager' },
      { to: '/calendars', key: 'calendars', icon: <CalendarOutlined />, needs: 'manager' },
      { to: '/escalation', key: 'escalation', icon: <RiseOutlined />, needs: 'manager' },
      { to: '/wallboards', key: 'wallboards', icon: <FundProjectionScreenOutlined />, needs: 'manager' },
    ],
  },
  {
    key: 'customers',
    places: [
      { to: '/grading', key: 'grading', icon: <TrophyOutlined />, needs: 'manager' },
      { to: '/segments', key: 'segments', icon: <ApartmentOutlined />, needs: 'manager' },
    ],
  },
  {
    key: 'channels',
    places: [
      { to: '/mail-accounts', key: 'mailAccounts', icon: <MailOutlined />, needs: 'admin' },
      { to: '/sources', key: 'sources', icon: <ApiOutlined />, needs: 'admin' },
      { to: '/webhooks', key: 'webhooks', icon: <NotificationOutlined />, needs: 'admin' },
      { to: '/visitor-sites', key: 'visitorSites', icon: <SafetyCertificateOutlined />, needs: 'admin' },
      { to: '/sending', key: 'sending', icon: <SlidersOutlined />, needs: 'manager' },
    ],
  },
  {
    key: 'writing',
    places: [
      { to: '/identities', key: 'identities', icon: <IdcardOutlined />, needs: 'manager' },
      { to: '/templates', key: 'templates', icon: <FileDoneOutlined />, needs: 'manager' },
    ],
  },
] as const;

const settingsPlaces = settingsGroups.flatMap((group) => [...group.places]);

const ranks: Record<Role, number> = { agent: 0, manager: 1, admin: 2 };
/** Who sees a place of a role: that role and those above it. */
export const mayVisit = (role: Role, place: { needs: Role }): boolean => ranks[role] >= ranks[place.needs];

const within = (pathname: string, to: string): boolean => pathname === to || pathname.startsWith(`${to}/`);

/** Whether it is one of the pages that the settings lead to. */
export const isSetting = (pathname: string): boolean => settingsPlaces.some(({ to }) => within(pathname, to));

export function placeAt(pathname: string) {
  return [...workPlaces, ...settingsPlaces].find(({ to }) => within(pathname, to));
}

/** Pages below a place, the first that matches, each with the page that leads to it. */
const lowerPages = [
  { at: /^\/customers\/fields$/, key: 'fields', needs: 'manager', up: { to: '/customers', key: 'customers' } },
  { at: /^\/customers\/imports$/, key: 'imports', needs: 'manager', up: { to: '/customers', key: 'customers' } },
  {
    at: /^\/customers\/imports\/./,
    key: 'imports',
    needs: 'manager',
    up: { to: '/customers/imports', key: 'imports' },
  },
  { at: /^\/customers\/./, key: 'customer', needs: 'agent', up: { to: '/customers', key: 'customers' } },
] as const;

/** The page that is open: its name, who may see it, and for a page below another one the way back. */
export function pageAt(pathname: string) {
  const lower = lowerPages.find(({ at }) => at.test(pathname));
  if (lower) return { key: lower.key, needs: lower.needs, up: lower.up };
  const place = placeAt(pathname);
  return place && { key: place.key, needs: place.needs, up: null };
}
