/** Every endpoint below `/api/v1`. What is not in this table is neither served nor documented. */
import type { Route } from './route.ts';
import { agentRoutes } from './routes/agents.ts';
import { auditRoutes } from './routes/audit.ts';
import { composingRoutes } from './routes/composing.ts';
import { customerRoutes } from './routes/customers.ts';
import { deskRoutes } from './routes/desk.ts';
import { fileRoutes } from './routes/files.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { consentRoutes } from './routes/consents.ts';
import { httpSourceRoutes } from './routes/http-sources.ts';
import { mailAccountRoutes } from './routes/mail-accounts.ts';
import { mailIdentityRoutes } from './routes/mail-identities.ts';
import { messageRoutes } from './routes/messages.ts';
import { requestTypeRoutes } from './routes/request-types.ts';
import { privacyRoutes } from './routes/privacy.ts';
import { customerPrivacyRoutes } from './routes/customer-privacy.ts';
import { outboxRoutes } from './routes/outbox.ts';
import { sessionRoutes } from './routes/session.ts';
import { settingChangeRoutes } from './routes/setting-changes.ts';
import { templateRoutes } from './routes/templates.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { watchRoutes } from './routes/watch.ts';
import { webFormRoutes } from './routes/web-forms.ts';

export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...ticketRoutes,
  ...messageRoutes,
  ...composingRoutes,
  ...mailIdentityRoutes,
  ...fileRoutes,
  ...customerRoutes,
  ...inboxRoutes,
  ...deskRoutes,
  ...watchRoutes,
  ...outboxRoutes,
  ...agentRoutes,
  ...consentRoutes,
  ...templateRoutes,
  ...httpSourceRoutes,
  ...requestTypeRoutes,
  ...webFormRoutes,
  ...mailAccountRoutes,
  ...settingChangeRoutes,
  ...privacyRoutes,
  ...customerPrivacyRoutes,
  ...auditRoutes,
];
