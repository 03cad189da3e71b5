/** What the clock does about mailed reports: what is due becomes mails, and what waits is given to a worker. */
import { lastDue, nextDue } from '@patchbay/domain';
import { abandonMails, deleteOldRuns, dueRuns, dueSchedules, queueDue } from '@patchbay/store/queries/report-mail';
import type { Parts } from '../parts.ts';

/** A mail that has not left after so long was in the hands of a process that is gone. */
const abandonedMs = 3 * 60_000;
const stopped = 'The hub stopped while it was being sent; whether it left is not known';
const batch = 200;
/** How long the log is kept. */
const keptDays = 90;

export async function keepReportMail(parts: Parts): Promise<void> {
  const { sql } = parts.db;
  await queueDueReports(parts);
  await abandonMails(sql, abandonedMs, stopped);
  for (const reportRunId of await dueRuns(sql, batch)) parts.jobs.add('send-report', { reportRunId });
  await deleteOldRuns(sql, keptDays, batch);
}

/** Of what came due while nobody looked only the last is sent: the figures of the times before are in it or of no use any more. */
async function queueDueReports({ db, config, now, log }: Parts): Promise<void> {
  const at = now();
  for (const due of await dueSchedules(db.sql, at, batch)) {
    const dueAt = lastDue(due.times, config.timeZone, at);
    // Where the centre has changed its time zone, the next time is another than was noted.
    const isExpected = dueAt >= due.nextAt;
    const runId = await queueDue(db.sql, due, isExpected ? dueAt : null, nextDue(due.times, config.timeZone, at));
    if (runId !== null) log.info({ reportId: due.reportId, dueAt }, 'report due');
  }
}
