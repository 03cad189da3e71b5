/** One chunk for all pages that agents rarely open. */
export { OutboxPage } from './outbox-page.tsx';
export { QuarantinePage } from './quarantine-page.tsx';
export { TeamPage } from './team-page.tsx';
