/** Finds runs whose job was lost, and forgets those that are old. */
import { deleteOldRuns, ticketsWithRuns } from '@patchbay/store/queries/automation-runs';
import type { Parts } from '../parts.ts';

const graceMs = 5_000;
const batch = 500;
/** How long the log of runs is kept. */
const keptDays = 30;

export async function keepAutomation(parts: Parts): Promise<void> {
  for (const ticketId of await ticketsWithRuns(parts.db.sql, graceMs, batch))
    parts.jobs.add('run-automation', { automatedTicketId: ticketId });
  await deleteOldRuns(parts.db.sql, keptDays, batch);
}
