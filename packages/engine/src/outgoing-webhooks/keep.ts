/** Finds deliveries whose job was lost or whose process is gone, switches off what has failed for days, and forgets what is old. */
import { disableMs } from '@patchbay/domain';
import { setAlert } from '@patchbay/store/queries/alerts';
import {
  deleteOldDeliveries,
  disableFailing,
  dueEndpoints,
  endOverdue,
  failedEndpoints,
  freeAbandoned,
} from '@patchbay/store/queries/webhooks-out';
import type { Parts } from '../parts.ts';

/** A request that has not ended after so long belongs to a process that is gone. */
const abandonedMs = 60_000;
const batch = 500;
/** How long the log of deliveries is kept. */
const keptDays = 30;

export async function keepWebhooks(parts: Parts): Promise<void> {
  const { sql } = parts.db;
  await freeAbandoned(sql, abandonedMs, 'The hub stopped while it was being sent; it may have arrived');
  await endOverdue(sql, batch);
  const off = await disableFailing(
    sql,
    { olderMs: disableMs },
    `Nothing has arrived there for ${disableMs / 86_400_000} days`,
  );
  for (const { id } of off) parts.log.warn({ endpointId: id }, 'webhook endpoint switched off');
  const failed = await failedEndpoints(sql);
  const reasons = failed === 0 ? [] : [{ code: 'webhooks-off', value: failed, limit: 0 } as const];
  if ((await setAlert(sql, 'webhooks', reasons)) || off.length > 0) parts.relay.nudge();
  for (const endpointId of await dueEndpoints(sql)) parts.jobs.add('deliver-webhooks', { endpointId });
  await deleteOldDeliveries(sql, keptDays, batch);
}
