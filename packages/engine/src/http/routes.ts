/** Every endpoint below `/api/v1`. What is not in this table is neither served nor documented. */
import type { Route } from './route.ts';
import { agentRoutes } from './routes/agents.ts';
import { automationRoutes } from './routes/automation.ts';
import { routingRuleRoutes } from './routes/routing-rules.ts';
import { auditRoutes } from './routes/audit.ts';
import { clockRoutes } from './routes/clocks.ts';
import { composingRoutes } from './routes/composing.ts';
import { customerRoutes } from './routes/customers.ts';
import { deskRoutes } from './routes/desk.ts';
import { fileRoutes } from './routes/files.ts';
import { gradingRoutes } from './routes/grading.ts';
import { guardRoutes } from './routes/guard.ts';
import { identityRoutes } from './routes/identity.ts';
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
import { segmentRoutes } from './routes/segments.ts';
import { servicePlanRoutes } from './routes/service-plan.ts';
import { sessionRoutes } from './routes/session.ts';
import { settingChangeRoutes } from './routes/setting-changes.ts';
import { suggestionRoutes } from './routes/suggestions.ts';
import { reportRoutes } from './routes/reports.ts';
import { reportMailRoutes } from './routes/report-mail.ts';
import { savedReportRoutes } from './routes/saved-reports.ts';
import { templateRoutes } from './routes/templates.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { visitorSiteRoutes } from './routes/visitor-sites.ts';
import { wallboardRoutes } from './routes/wallboards.ts';
import { watchRoutes } from './routes/watch.ts';
import { webFormRoutes } from './routes/web-forms.ts';
import { customFieldRoutes } from './routes/custom-fields.ts';
import { customerFileRoutes } from './routes/customer-file.ts';
import { importRoutes } from './routes/imports.ts';
import { organisationRoutes } from './routes/organisations.ts';
import { purchaseRoutes } from './routes/purchases.ts';
import { taskRoutes } from './routes/tasks.ts';
import { tagRoutes } from './routes/tags.ts';
import { webhookRoutes } from './routes/webhooks-out.ts';
import { queueRoutes } from './routes/queues.ts';
import { teamRoutes } from './routes/teams.ts';
import { transferRoutes } from './routes/transfers.ts';
import { staffingRoutes } from './routes/staffing.ts';
import { floorRoutes } from './routes/floor.ts';

export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...ticketRoutes,
  ...messageRoutes,
  ...composingRoutes,
  ...mailIdentityRoutes,
  ...fileRoutes,
  ...customerRoutes,
  ...identityRoutes,
  ...suggestionRoutes,
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
  ...visitorSiteRoutes,
  ...mailAccountRoutes,
  ...settingChangeRoutes,
  ...privacyRoutes,
  ...customerPrivacyRoutes,
  ...auditRoutes,
  ...customFieldRoutes,
  ...customerFileRoutes,
  ...organisationRoutes,
  ...taskRoutes,
  ...purchaseRoutes,
  ...importRoutes,
  ...gradingRoutes,
  ...segmentRoutes,
  ...guardRoutes,
  ...reportRoutes,
  ...savedReportRoutes,
  ...reportMailRoutes,
  ...wallboardRoutes,
  ...tagRoutes,
  ...automationRoutes,
  ...routingRuleRoutes,
  ...webhookRoutes,
  ...clockRoutes,
  ...servicePlanRoutes,
  ...queueRoutes,
  ...teamRoutes,
  ...transferRoutes,
  ...staffingRoutes,
  ...floorRoutes,
];
