import { quarantineAlert } from '@patchbay/domain';
import { quarantineCounts, setAlert } from '@patchbay/store/queries/alerts';
import type { Parts } from '../parts.ts';
import { readLimits } from './limits.ts';

/** Fires or clears what has changed. Several clocks may do this at once: the row decides who tells. */
export async function evaluateAlerts(parts: Parts): Promise<void> {
  const { quarantine } = await readLimits(parts.db.sql);
  const counts = await quarantineCounts(parts.db.sql, quarantine.windowMinutes);
  const reasons = quarantineAlert(counts, quarantine);
  if (!(await setAlert(parts.db.sql, 'quarantine', reasons))) return;
  parts.log.warn({ key: 'quarantine', firing: reasons.length > 0, reasons }, 'alert changed');
  parts.relay.nudge();
}
