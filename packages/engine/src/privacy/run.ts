/** The job `run-privacy`: does a request that is due to its end, or until something stands against it. */
import { readPrivacyRequest } from '@patchbay/store/queries/privacy-requests';
import type { Parts } from '../parts.ts';
import { erase } from './erasure.ts';
import { writeExport } from './export.ts';

export async function runPrivacyRequest(parts: Parts, id: string): Promise<void> {
  const request = await readPrivacyRequest(parts.db.sql, id);
  if (!request) return;
  await (request.kind === 'export' ? writeExport(parts, id) : erase(parts, id));
  parts.relay.nudge();
}
