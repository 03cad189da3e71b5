import { createBrowserRouter, Navigate } from 'react-router';
import { Loading } from './feedback/states.tsx';
import { RouteFailure } from './feedback/route-failure.tsx';

/** Each area is a chunk of its own: who only works tickets never loads the wallboard or the administration. */
export const router = createBrowserRouter([
  {
    HydrateFallback: Loading,
    ErrorBoundary: RouteFailure,
    children: [
      { path: '/login', lazy: async () => ({ Component: (await import('./session/login-page.tsx')).LoginPage }) },
      { path: '/setup', lazy: async () => ({ Component: (await import('./session/setup-page.tsx')).SetupPage }) },
      {
        lazy: async () => ({ Component: (await import('./session/signed-in.tsx')).SignedIn }),
        children: [
          {
            path: '/wallboard',
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
                path: '/outbox',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).OutboxPage }),
              },
              {
                path: '/quarantine',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).QuarantinePage }),
              },
              {
                path: '/health',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).HealthPage }),
              },
              {
                path: '/identities',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).IdentitiesPage }),
              },
              {
                path: '/sources',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).SourcesPage }),
              },
              {
                path: '/templates',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).TemplatesPage }),
              },
              {
                path: '/mail-accounts',
                lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).MailAccountsPage }),
              },
              {
                path: '/privacy',
                lazy: async () => ({ Component: (await import('./privacy/privacy-page.tsx')).PrivacyPage }),
              },
              { path: '/team', lazy: async () => ({ Component: (await import('./admin/admin-pages.ts')).TeamPage }) },
              { path: '*', lazy: async () => ({ Component: (await import('./feedback/not-found.tsx')).NotFound }) },
            ],
          },
        ],
      },
    ],
  },
]);
