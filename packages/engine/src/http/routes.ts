/** Every endpoint below `/api/v1`. What is not in this table is neither served nor documented. */
import type { Route } from './route.ts';
import { agentRoutes } from './routes/agents.ts';
import { customerRoutes } from './routes/customers.ts';
import { deskRoutes } from './routes/desk.ts';
import { fileRoutes } from './routes/files.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { consentRoutes } from './routes/consents.ts';
import { mailAccountRoutes } from './routes/mail-accounts.ts';
import { messageRoutes } from './routes/messages.ts';
import { sessionRoutes } from './routes/session.ts';
import { templateRoutes } from './routes/templates.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { watchRoutes } from './routes/watch.ts';

export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...ticketRoutes,
  ...messageRoutes,
  ...fileRoutes,
  ...customerRoutes,
  ...inboxRoutes,
  ...deskRoutes,
  ...watchRoutes,
  ...agentRoutes,
  ...consentRoutes,
  ...templateRoutes,
  ...mailAccountRoutes,
];
