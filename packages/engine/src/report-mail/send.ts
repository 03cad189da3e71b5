/**
 * Sends the mails of a report. Only the claim's winner sends, and what may have left is never sent again by itself. Those that have no token of
 * the account wait for one as any other mail does.
 */
import type { Notice } from '@patchbay/channels/channel';
import { HubError } from '@patchbay/contracts';
import {
  claimMail,
  readRun,
  settleMail,
  type ClaimedMail,
  type MailOutcome,
} from '@patchbay/store/queries/report-mail';
import { readSavedReport } from '@patchbay/store/queries/saved-reports';
import type { Parts } from '../parts.ts';
import { backoffMs, isRetryable, reasonOf, sendRetry } from '../pipeline/retry.ts';
import { writeNotice } from './notice.ts';

type Content = Omit<Notice, 'id' | 'tryId' | 'to'>;

/** Handles the job `send-report`: everything of the run whose time has come. */
export async function sendReport(parts: Parts, runId: string, signal: AbortSignal): Promise<void> {
  const { sql } = parts.db;
  const run = await readRun(sql, runId);
  const saved = run && (await readSavedReport(sql, run.reportId));
  if (!run || !saved) return;
  let content: Promise<Content> | undefined;
  // One reading serves all recipients.
  const write = () =>
    (content ??= writeNotice(parts, saved, run).catch((error: unknown) => {
      content = undefined;
      throw error;
    }));
  while (!signal.aborted) {
    const mail = await claimMail(sql, runId);
    if (!mail) return;
    if ('postponedMs' in mail) {
      const { id: reportMailId, round, postponedMs } = mail;
      parts.jobs.add(
        'send-report',
        { reportRunId: runId, postponed: { reportMailId, round } },
        { delayMs: postponedMs },
      );
      continue;
    }
    const outcome = await attempt(parts, mail, write);
    await settleMail(sql, mail, outcome);
    parts.log.info({ reportMailId: mail.id, state: outcome.state }, 'report mail handed over');
  }
}

async function attempt(parts: Parts, mail: ClaimedMail, write: () => Promise<Content>): Promise<MailOutcome> {
  const channel = parts.channels.get('email');
  if (!channel?.sendNotice) return { state: 'failed', error: 'The channel is not set up' };
  let content: Content;
  try {
    content = await write();
  } catch (error) {
    return failure(parts, mail, error, isRetryable(error));
  }
  try {
    await channel.sendNotice(
      { ...content, id: mail.knownAs, tryId: mail.try, to: mail.address },
      AbortSignal.any([AbortSignal.timeout(parts.sending.limitMs), parts.leaving]),
    );
    return { state: 'sent', error: null };
  } catch (error) {
    // What the channel did not foresee may have happened before or after the mail left.
    if (!(error instanceof HubError) || error.code === 'outcome_unknown')
      return { state: 'unknown', error: reasonOf(error) };
    return failure(parts, mail, error, isRetryable(error));
  }
}

function failure(parts: Parts, mail: ClaimedMail, error: unknown, mayPass: boolean): MailOutcome {
  parts.log.warn({ err: error, reportMailId: mail.id }, 'report mail not handed over');
  if (!mayPass || mail.attempts >= sendRetry.attempts) return { state: 'failed', error: reasonOf(error) };
  const afterMs = backoffMs(
    sendRetry,
    mail.attempts,
    Math.random(),
    error instanceof HubError ? error.retryAfterMs : undefined,
  );
  return { state: 'queued', error: reasonOf(error), afterMs };
}
