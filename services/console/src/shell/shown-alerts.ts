import type { Alert } from '@patchbay/contracts';

/** Its words, and where it is worked off. */
interface AlertPage {
  readonly text: 'watch.alert' | 'watch.alertWebhooks' | 'watch.alertMailboxes';
  readonly path: string;
}

/** An alert without a page is not told of across all of them. */
const pages = new Map<string, AlertPage>([
  ['quarantine', { text: 'watch.alert', path: '/quarantine' }],
  ['webhooks', { text: 'watch.alertWebhooks', path: '/webhooks' }],
  // Their settings are for administrators; every manager sees there how they are doing.
  ['mailboxes', { text: 'watch.alertMailboxes', path: '/health' }],
]);

/** What fires, but for what was put away as it is: `dismissed` has by key the `since` of what was. */
export function shownAlerts(
  alerts: readonly Alert[],
  dismissed: Readonly<Record<string, string>>,
): (Alert & { page: AlertPage })[] {
  return alerts.flatMap((alert) => {
    const page = pages.get(alert.key);
    return page && alert.firing && dismissed[alert.key] !== alert.since ? [{ ...alert, page }] : [];
  });
}
