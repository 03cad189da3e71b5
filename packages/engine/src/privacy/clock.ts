/** What the clock does about privacy: begins what is due, removes what is past its time, seals the trail. */
import { retentionKind, type RetentionKind } from '@patchbay/contracts';
import { recordAudit, sealAudit } from '@patchbay/store/queries/audit';
import { duePrivacyRequests, expireExports, insertPrivacyRequest } from '@patchbay/store/queries/privacy-requests';
import { countRemoved, removeExpired, silentCustomers } from '@patchbay/store/privacy/retention';
import { walkSensitive } from '../customer-file/sensitive.ts';
import { walkSensitiveRequests } from '../pipeline/sensitive-request.ts';
import type { Parts } from '../parts.ts';
import { removeOldExports } from './export-files.ts';
import { removeFiles } from './files.ts';
import { reseal, retireKeys } from './keys.ts';
import { readPrivacySettings } from './settings.ts';

const dayMs = 86_400_000;
const batch = 500;
/** So many batches of a kind in one round; the next round goes on. */
const rounds = 10;
/** Silent customers that are put forward in one round. */
const mostCustomers = 50;

export async function keepPrivacy(parts: Parts): Promise<void> {
  for (const id of await duePrivacyRequests(parts.db.sql, batch))
    parts.jobs.add('run-privacy', { privacyRequestId: id }, { once: true });
  await keepPeriods(parts);
  await expireExports(parts.db.sql);
  await removeOldExports(parts);
  await removeFiles(parts);
  while ((await sealAudit(parts.db.sql, 1000)) === 1000);
}

export async function resealAll(parts: Parts): Promise<void> {
  await walkSensitive(parts);
  await walkSensitiveRequests(parts);
  const written = await reseal(parts);
  const retired = await retireKeys(parts);
  if (written + retired > 0) parts.log.info({ written, retired }, 'secrets sealed with the present key');
}

/** Removes what is older than its period, a bounded part of it. */
export async function keepPeriods(parts: Parts): Promise<void> {
  const { retention, erasure } = await readPrivacySettings(parts.db.sql);
  for (const kind of retentionKind.options) {
    const days = retention[kind];
    if (days === null) continue;
    const before = new Date(parts.now().getTime() - days * dayMs);
    if (kind === 'customers') await putForward(parts, before, days, erasure.waitDays);
    else await removeKind(parts, kind, before, days);
  }
}

async function removeKind(
  parts: Parts,
  kind: Exclude<RetentionKind, 'customers'>,
  before: Date,
  days: number,
): Promise<void> {
  const day = parts.now().toLocaleDateString('sv-SE', { timeZone: parts.config.timeZone });
  let removed = 0;
  for (let round = 0; round < rounds; round += 1) {
    const done = await parts.db.transaction(async (tx) => {
      const n = await removeExpired(tx, kind, before, batch);
      if (n > 0) await countRemoved(tx, kind, day, n);
      return n;
    });
    removed += done;
    if (done === 0) break;
  }
  // Answers to repeated requests go every day, and are nobody's record.
  if (removed > 0 && kind !== 'idempotency')
    await recordAudit(parts.db.sql, { action: 'retention.applied', actorId: null, detail: { kind, days, removed } });
}

/** A customer of whom nothing has been heard is erased like one who asked for it: with the waiting time, and never under a hold. */
async function putForward(parts: Parts, before: Date, days: number, waitDays: number): Promise<void> {
  for (const customerId of await silentCustomers(parts.db.sql, before, mostCustomers)) {
    const { id, made } = await insertPrivacyRequest(parts.db.sql, {
      kind: 'erasure',
      customerId,
      state: 'waiting',
      reason: `No contact for ${days} days`,
      askedBy: null,
      waitDays,
    });
    if (made)
      await recordAudit(parts.db.sql, {
        action: 'customer.erasure-asked',
        actorId: null,
        customerId,
        detail: { requestId: id, reason: 'retention' },
      });
  }
}
