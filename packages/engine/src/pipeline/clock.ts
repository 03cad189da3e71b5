/** The role `clock`: fires what is due. Several clocks do no harm, since everything they do is claimed first. */
import { sweepClocks } from '../clocks/fire.ts';
import { beatClock } from '@patchbay/store/queries/clock-beat';
import { rollChannelFigures } from '@patchbay/store/queries/channel-health';
import { keepAutomation } from '../automation/keep.ts';
import { checkFiles, countOverdue } from '../customer-file/check-files.ts';
import { lookForGrading } from '../grading/job.ts';
import type { Parts } from '../parts.ts';
import { keepPrivacy, resealAll } from '../privacy/clock.ts';
import { keepWebhooks } from '../outgoing-webhooks/keep.ts';
import { keepReportMail } from '../report-mail/keep.ts';
import { askForReview } from '../identity/review.ts';
import { longestWaitMs } from '../rush.ts';
import { endAbsentPresence } from './absence.ts';
import { every } from './every.ts';
import { sweep, sweepOffers } from './sweep.ts';
import { evaluateAlerts } from '../watch/alerts.ts';

const beatMs = 10_000;
const sweepMs = 5_000;
const offersMs = 1_000;
const absenceMs = 5_000;
const alertsMs = 3_000;
const gradingMs = 1_000;
/** A customer who is new is compared with the others so soon, and a few seconds later in a rush of contacts. */
const identityMs = 1_000;
/** Whoever looks at the figures brings them up to date; this is for when nobody does. */
const figuresMs = 60_000;
const privacyMs = 10_000;
const resealMs = 60_000;
const filesMs = 2_000;
const overdueMs = 60_000;
const automationMs = 5_000;
const webhooksMs = 5_000;
const reportsMs = 5_000;
/** Clocks are told of by jobs at their moments; this finds those whose job was lost, and makes jobs for what is near. */
const clocksMs = 2_000;

export async function startClock(parts: Parts): Promise<AsyncDisposable> {
  await beatClock(parts.db.sql);
  const stopping = new AbortController();
  const afterRush = (work: () => Promise<void>) => async () => {
    await parts.rush.passed(longestWaitMs.customers, stopping.signal);
    if (!stopping.signal.aborted) await work();
  };
  const stop = [
    every(beatMs, () => beatClock(parts.db.sql), parts),
    every(sweepMs, () => sweep(parts), parts),
    every(offersMs, () => sweepOffers(parts), parts),
    every(absenceMs, () => endAbsentPresence(parts), parts),
    every(alertsMs, () => evaluateAlerts(parts), parts),
    every(privacyMs, () => keepPrivacy(parts), parts),
    every(resealMs, () => resealAll(parts), parts),
    every(
      gradingMs,
      afterRush(() => lookForGrading(parts)),
      parts,
    ),
    every(
      identityMs,
      afterRush(() => askForReview(parts)),
      parts,
    ),
    every(figuresMs, () => rollChannelFigures(parts.db.sql), parts),
    every(
      filesMs,
      afterRush(() => checkFiles(parts)),
      parts,
    ),
    every(clocksMs, () => sweepClocks(parts), parts),
    every(overdueMs, () => countOverdue(parts), parts),
    every(automationMs, () => keepAutomation(parts), parts),
    every(webhooksMs, () => keepWebhooks(parts), parts),
    every(reportsMs, () => keepReportMail(parts), parts),
  ];
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(stop.map((end) => end()));
    },
  };
}
