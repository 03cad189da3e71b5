/** One chunk for all pages that agents rarely open. */
export { HealthPage } from './health-page.tsx';
export { MailAccountsPage } from './mail-accounts-page.tsx';
export { IdentitiesPage } from './identities-page.tsx';
export { OutboxPage } from './outbox-page.tsx';
export { QuarantinePage } from './quarantine-page.tsx';
export { SourcesPage } from './sources-page.tsx';
export { TemplatesPage } from './templates-page.tsx';
export { TeamPage } from './team-page.tsx';
export { RequestTypesPage } from './request-types-page.tsx';
export { SettingChangesPage } from './setting-changes-page.tsx';
export { SendingPage } from './sending-page.tsx';
export { WebFormsPage } from './web-forms-page.tsx';
