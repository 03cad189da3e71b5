import type { AlertReason } from '@patchbay/contracts';
import { mailboxAlert, quarantineAlert } from '@patchbay/domain';
import { firingReasons, quarantineCounts, setAlert } from '@patchbay/store/queries/alerts';
import { databaseNow } from '@patchbay/store/queries/channel-health';
import { listMailAccounts } from '@patchbay/store/queries/mail-accounts';
import type { Parts } from '../parts.ts';
import { readLimits } from './limits.ts';

/** Looked at together. */
const mostMailboxes = 1_000;

/** Fires or clears what has changed. Several clocks may do this at once: the row decides who tells. */
export async function evaluateAlerts(parts: Parts): Promise<void> {
  const { quarantine } = await readLimits(parts.db.sql);
  const counts = await quarantineCounts(parts.db.sql, quarantine.windowMinutes);
  const reached = (await firingReasons(parts.db.sql, 'quarantine')).map(({ code }) => code);
  await tell(parts, 'quarantine', quarantineAlert(counts, quarantine, reached));
  const { items } = await listMailAccounts(parts.db.sql, { limit: mostMailboxes, after: null });
  const mailboxes = items.map((one) => ({ ...one, wellAt: one.lastContactAt ?? one.createdAt }));
  await tell(parts, 'mailboxes', mailboxAlert(mailboxes, await databaseNow(parts.db.sql)));
}

async function tell(parts: Parts, key: string, reasons: readonly AlertReason[]): Promise<void> {
  if (!(await setAlert(parts.db.sql, key, reasons))) return;
  parts.log.warn({ key, firing: reasons.length > 0, reasons }, 'alert changed');
  parts.relay.nudge();
}
