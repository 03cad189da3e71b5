/** The role `worker`: does the jobs. */
import { runAutomation } from '../automation/run.ts';
import { fireDueClocks } from '../clocks/fire.ts';
import { runClocks } from '../clocks/runs.ts';
import { gradeCustomers } from '../grading/job.ts';
import type { HubOverrides } from '../hub-overrides.ts';
import { reviewIdentity } from '../identity/review.ts';
import { runImport } from '../imports/run-import.ts';
import { deliverWebhooks } from '../outgoing-webhooks/deliver.ts';
import type { Parts } from '../parts.ts';
import { connectCall } from '../pipeline/calls.ts';
import { fetchAwaited } from '../pipeline/awaited-files.ts';
import { sendOutbound, sendOutbounds } from '../pipeline/deliver.ts';
import { releaseReply } from '../pipeline/held-replies.ts';
import { createIngestion } from '../pipeline/ingest-batch.ts';
import { ingestContact } from '../pipeline/ingest.ts';
import { assignWaiting, serveAgent } from '../pipeline/offer-waiting.ts';
import { continueOutgoing } from '../pipeline/outgoing-calls.ts';
import { reconcileOutbound } from '../pipeline/reconcile.ts';
import { replayRequested } from '../pipeline/replay.ts';
import { runPrivacyRequest } from '../privacy/run.ts';
import { openWorkers } from '../queues/jobs.ts';
import type { QueueBackend } from '../queues/wiring.ts';
import { sendReport } from '../report-mail/send.ts';

/**
 * Jobs at once that wait for somebody outside. Each source is another one's house, and is sent three at once and asked three things at once: ten that
 * hang delay no other's messages, and five no other's questions.
 */
const outside = { webhooks: 8, mail: 8, texts: 8, sources: 32, questions: 16, files: 4 } as const;

export async function startWorkers(
  parts: Parts,
  backend: QueueBackend,
  overrides: HubOverrides,
  signal: AbortSignal,
  stack: AsyncDisposableStack,
): Promise<void> {
  const ingest = createIngestion(parts);
  const workers = await openWorkers(
    backend,
    {
      'ingest-contact': (data) => (data.media ? ingestContact(parts, data) : ingest([data.inboxId])),
      'ingest-contacts': (data) => ingest(data.inboxIds),
      'fetch-file': (data) => fetchAwaited(parts, data),
      'assign-waiting': (data) => assignWaiting(parts, data),
      'serve-agent': (data) => serveAgent(parts, data),
      'send-outbound': (data) => sendOutbound(parts, data),
      'send-outbounds': (data) => sendOutbounds(parts, data),
      'reconcile-outbound': (data) => reconcileOutbound(parts, data),
      'release-reply': (data) => releaseReply(parts, data),
      'connect-call': (data) => connectCall(parts, data),
      'outgoing-call': (data) => continueOutgoing(parts, data.outgoingCallSid),
      'replay-contact': (data) => replayRequested(parts, data),
      'run-privacy': (data) => runPrivacyRequest(parts, data.privacyRequestId),
      'run-import': (data) => runImport(parts, data.importId, signal),
      'grade-customers': () => gradeCustomers(parts),
      'review-identity': () => reviewIdentity(parts),
      'run-automation': (data) => runAutomation(parts, data.automatedTicketId),
      'deliver-webhooks': (data) => deliverWebhooks(parts, data.endpointId, signal),
      'fire-clocks': () => fireDueClocks(parts),
      'run-clocks': async () => void (await runClocks(parts)),
      'send-report': (data) => sendReport(parts, data.reportRunId, signal),
    },
    parts,
    { ...outside, ...(overrides.concurrency ?? { ingest: 16, media: 4, dispatch: 8 }) },
  );
  stack.defer(() => workers.close());
}
