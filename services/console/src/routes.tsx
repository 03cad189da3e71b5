import { createBrowserRouter, Navigate } from 'react-router';
import { Loading } from './feedback/states.tsx';
import { RouteFailure } from './feedback/route-failure.tsx';

type AdminPage = keyof typeof import('./admin/admin-pages.ts');

const settingsPages: readonly (readonly [string, AdminPage])[] = [
  ['/team', 'TeamPage'],
  ['/request-types', 'RequestTypesPage'],
  ['/web-forms', 'WebFormsPage'],
  ['/mail-accounts', 'MailAccountsPage'],
  ['/sources', 'SourcesPage'],
  ['/sending', 'SendingPage'],
  ['/identities', 'IdentitiesPage'],
  ['/templates', 'TemplatesPage'],
  ['/setting-changes', 'SettingChangesPage'],
];
const settings = [
  ...settingsPages.map(([path, page]) => ({
    path,
    lazy: async () => ({ Component: (await import('./admin/admin-pages.ts'))[page] }),
  })),
  {
    path: '/privacy',
    lazy: async () => ({ Component: (await import('./privacy/privacy-page.tsx')).PrivacyPage }),
  },
  {
    path: '/queues',
    lazy: async () => ({ Component: (await import('./queues/queue-pages.ts')).QueuesPage }),
  },
  {
    path: '/grading',
    lazy: async () => ({ Component: (await import('./grading/grading-pages.ts')).GradingPage }),
  },
  {
    path: '/routing-rules',
    lazy: async () => ({ Component: (await import('./routing-rules/routing-rules-page.tsx')).RoutingRulesPage }),
  },
  {
    path: '/automation',
    lazy: async () => ({ Component: (await import('./automation/automation-page.tsx')).AutomationPage }),
  },
  {
    path: '/webhooks',
    lazy: async () => ({ Component: (await import('./webhooks/webhooks-page.tsx')).WebhooksPage }),
  },
  {
    path: '/visitor-sites',
    lazy: async () => ({ Component: (await import('./identity/pages.ts')).VisitorSitesPage }),
  },
  {
    path: '/targets',
    lazy: async () => ({ Component: (await import('./clocks/clock-pages.ts')).TargetsPage }),
  },
  {
    path: '/calendars',
    lazy: async () => ({ Component: (await import('./clocks/clock-pages.ts')).CalendarsPage }),
  },
  {
    path: '/wallboards',
    lazy: async () => ({ Component: (await import('./wallboard/boards-page.tsx')).BoardsPage }),
  },
  {
    path: '/escalation',
    lazy: async () => ({ Component: (await import('./clocks/clock-pages.ts')).EscalationPage }),
  },
  {
    path: '/segments',
    lazy: async () => ({ Component: (await import('./grading/grading-pages.ts')).SegmentsPage }),
  },
];

/** Each area is a chunk of its own: who only works tickets never loads the wallboard or the administration. */
export const router = createBrowserRouter([
  {
    HydrateFallback: Loading,
    ErrorBoundary: RouteFailure,
    children: [
      { path: '/login', lazy: async () => ({ Component: (await import('./session/login-page.tsx')).LoginPage }) },
      { path: '/tv', lazy: async () => ({ Component: (await import('./wallboard/tv-page.tsx')).TvPage }) },
      { path: '/setup', lazy: async () => ({ Component: (await import('./session/setup-page.tsx')).SetupPage }) },
      {
        lazy: async () => ({ Component: (await import('./session/signed-in.tsx')).SignedIn }),
        children: [
          {
            path: '/wallboard/:boardId?',
            lazy: async () => ({ Component: (await import('./wallboard/wallboard-page.tsx')).WallboardPage }),
          },
          {
            lazy: async () => ({ Component: (await import('./shell/shell.tsx')).Shell }),
            children: [
              { index: true, element: <Navigate to="/desk" replace /> },
              {
                path: '/desk/:ticketId?',
                lazy: async () => ({ Component: (await import('./desk/desk-page.tsx')).DeskPage }),
              },
              {
                path: '/customers',
                lazy: async () => ({ Component: (await import('./customer-file/pages.ts')).CustomersPage }),
              },
              {
                path: '/customers/fields',
                lazy: async () => ({ Component: (await import('./customer-file/pages.ts')).FieldsPage }),
              },
              {
                path: '/customers/imports',
                lazy: async () => ({ Component: (await import('./customer-file/pages.ts')).ImportsPage }),
              },
              {
                path: '/customers/imports/:id',
                lazy: async () => ({ Component: (await import('./customer-file/pages.ts')).ImportPage }),
              },
              {
                path: '/customers/:id',
                lazy: async () => ({ Component: (await import('./customer-file/pages.ts')).CustomerPage }),
              },
              {
                path: '/tasks',
                lazy: async () => ({ Component: (await import('./customer-file/pages.ts')).TasksPage }),
              },
              {
                path: '/floor',
                lazy: async () => ({ Component: (await import('./floor/floor-page.tsx')).FloorPage }),
              },
              {
                path: '/staffing',
                lazy: async () => ({ Component: (await import('./staffing/staffing-page.tsx')).StaffingPage }),
              },
              {
                path: '/outbox',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).OutboxPage }),
              },
              {
                path: '/quarantine',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).QuarantinePage }),
              },
              {
                path: '/suggestions',
                lazy: async () => ({ Component: (await import('./identity/pages.ts')).SuggestionsPage }),
              },
              {
                path: '/reports',
                lazy: async () => ({ Component: (await import('./reports/reports-page.tsx')).ReportsPage }),
              },
              {
                path: '/health',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).HealthPage }),
              },
              {
                path: '/settings',
                lazy: async () => ({ Component: (await import('./admin/settings-layout.tsx')).SettingsPage }),
              },
              {
                lazy: async () => ({ Component: (await import('./admin/settings-layout.tsx')).SettingsLayout }),
                children: settings,
              },
              { path: '*', lazy: async () => ({ Component: (await import('./feedback/not-found.tsx')).NotFound }) },
            ],
          },
        ],
      },
    ],
  },
]);
