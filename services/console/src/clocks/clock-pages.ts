/** One chunk for the pages about time. */
export { CalendarsPage } from './calendars-page.tsx';
export { EscalationPage } from './escalation-page.tsx';
export { TargetsPage } from './targets-page.tsx';
