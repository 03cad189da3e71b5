import { jobs as schemas } from '@patchbay/contracts';
import type { ChannelName, JobData, JobName } from '@patchbay/contracts';
import type { Metrics } from '../metrics.ts';
import { outageLog } from '../outage.ts';
import type { JobQueue, QueueDepth } from '../parts.ts';
import { longestWaitMs, type Rush } from '../rush.ts';
import type { Logger } from 'pino';
import { gatheredJobs } from './gathered-jobs.ts';
import { openQueue, openWorker } from './wiring.ts';
import type { QueueBackend, RawQueue, RawWorker } from './wiring.ts';

const queueNames = [
  'ingest',
  'media',
  'dispatch',
  'webhooks',
  'mail',
  'texts',
  'sources',
  'questions',
  'files',
] as const;
type QueueName = (typeof queueNames)[number];

/** Each provider may hang for as long as a message may take, and then only what leaves through it waits. */
const waysOut: Readonly<Record<ChannelName, QueueName>> = {
  email: 'mail',
  sms: 'texts',
  whatsapp: 'texts',
  http: 'sources',
  // These wait for nobody outside.
  chat: 'dispatch',
  phone: 'dispatch',
};

/**
 * Contacts have a queue of their own, and those whose files lie with a provider have another, so that a slow file store delays no other
 * contact. What leaves has one for each kind of provider, so that one that hangs delays neither another's messages nor who is offered what.
 * Webhooks wait for strangers, and delay only webhooks. What became of a message is asked beside all that leaves, and files that no message waits
 * for any more delay no file that one waits for.
 */
function queueOf(name: JobName, data: JobData<JobName>): QueueName {
  if (name === 'reconcile-outbound') return 'questions';
  if ('inboxIds' in data) return 'ingest';
  if ('endpointId' in data) return 'webhooks';
  if ('awaitedFileId' in data) return 'files';
  if ('outboundId' in data) return data.channel ? waysOut[data.channel] : 'texts';
  // It may take minutes, and nobody waits for it.
  if ('privacyRequestId' in data) return 'media';
  // An import takes minutes.
  if ('importId' in data) return 'media';
  if ('clockRuns' in data) return 'media';
  if ('reportRunId' in data) return 'media';
  if (!('inboxId' in data)) return 'dispatch';
  // Replays are asked for by the thousand, and new contacts go first.
  if ('replay' in data) return 'media';
  return data.media ? 'media' : 'ingest';
}

/**
 * While a job with this id exists, adding it again has no effect. `assign-waiting` has none: one that is running may have looked
 * before the ticket came that the new one is about.
 */
function jobId(name: JobName, data: JobData<JobName>): string | undefined {
  // An import that is paused and started again is a new job; whose turn it is, its lease decides.
  if ('inboxIds' in data || 'outboundIds' in data || 'importId' in data) return undefined;
  if ('replay' in data) return `${data.inboxId}-replay`;
  if ('grading' in data) return name;
  if (name === 'reconcile-outbound' && 'outboundId' in data) return `reconcile-${data.outboundId}-${data.round}`;
  if ('inboxId' in data) return `${data.inboxId}-${data.round}`;
  if ('outboundId' in data) return `${data.outboundId}-${data.round}`;
  if ('awaitedFileId' in data) return `file-${data.awaitedFileId}-${data.round}`;
  if ('privacyRequestId' in data) return `privacy-${data.privacyRequestId}`;
  if ('reportRunId' in data) {
    // Its run's job is at work while it is put off.
    const { postponed } = data;
    return postponed ? `report-mail-${postponed.reportMailId}-${postponed.round}` : `report-${data.reportRunId}`;
  }
  if ('heldReplyId' in data) return `held-${data.heldReplyId}-${data.round}`;
  if ('fireAt' in data) return `clocks-${data.fireAt}`;
  if ('clockRuns' in data) return name;
  if ('review' in data) return `review-${data.review}`;
  return 'ticketId' in data ? `${data.ticketId}-${data.agentId}` : undefined;
}

/** Queues and workers only tell of what fails: it is over when they have been quiet for so long. Milliseconds. */
const quietMs = 10_000;

export interface Jobs extends JobQueue {
  ping(): Promise<void>;
  obliterate(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The producing side. The first of a burst leaves at once, unless it lets a rush of contacts go first; what comes within the next moment is gathered and leaves together, so that
 * a burst costs few round trips and few jobs. Nobody waits for them, since the row that a job names is durable already.
 */
export function openJobs(backend: QueueBackend, log: Logger, rush: Pick<Rush, 'passed'>): Jobs {
  let closed = false;
  const closing = new AbortController();
  const outage = outageLog(log, { fails: 'queue error', over: 'queues work again', quietMs });
  const onError = (error: Error) => closed || outage.failed(error);
  const queues = queueNames.map((name) => openQueue(backend, name, onError));
  // Made when they are first used: few kinds of jobs have time.
  const batches = new Map<string, ReturnType<typeof gatheredJobs>>();
  const batchOf = (name: QueueName, unhurried: boolean | 'after-rush') => {
    const key = `${name} ${unhurried}`;
    const known = batches.get(key);
    if (known) return known;
    const queue = queues[queueNames.indexOf(name)] as RawQueue;
    const wait = { lullMs: unhurried ? 3 * gatherMs[name] : gatherMs[name], closing: closing.signal };
    const turn = () => rush.passed(longestWaitMs.acknowledgements, closing.signal);
    const made = gatheredJobs(queue, log, unhurried === 'after-rush' ? { ...wait, turn } : wait);
    batches.set(key, made);
    return made;
  };
  return {
    add(name, data, options) {
      const delayMs = options?.delayMs ?? 0;
      const id = jobId(name, data) ?? (options?.once && 'queueId' in data ? data.queueId : undefined);
      batchOf(queueOf(name, data), options?.unhurried ?? false).push({
        name,
        data: schemas[name].parse(data),
        options: { ...(id && { jobId: id }), ...(delayMs > 0 && { delay: delayMs }) },
        ...(options?.once && { alone: true }),
      });
    },
    async depth() {
      const depths = await Promise.all(queues.map((queue) => queue.depth()));
      const sum = (of: keyof QueueDepth) => depths.reduce((total, depth) => total + depth[of], 0);
      return { waiting: sum('waiting'), active: sum('active'), delayed: sum('delayed') };
    },
    ping: async () => void (await Promise.all(queues.map((queue) => queue.ping()))),
    obliterate: async () => void (await Promise.all(queues.map((queue) => queue.obliterate()))),
    async close() {
      closing.abort();
      await Promise.all(Array.from(batches.values(), (batch) => batch.drain()));
      await Promise.all(queues.map((queue) => queue.close()));
      // What breaks from here on was let go of.
      closed = true;
    },
  };
}

/**
 * How long what follows a first job is gathered before it leaves. A contact waits for its ticket; what leaves and whom it is offered to has
 * more time, and what is about a mail three times as much: nobody sits before it, and in fewer transactions more of them are taken in. Milliseconds.
 */
const gatherMs = {
  ingest: 50,
  media: 50,
  dispatch: 100,
  webhooks: 50,
  mail: 100,
  texts: 100,
  sources: 50,
  questions: 100,
  files: 100,
} as const satisfies Record<QueueName, number>;

export type Handlers = { [N in JobName]: (data: JobData<N>) => Promise<void> };

/** The consuming side: payloads are parsed again, since a job may have been written by an older release. */
export async function openWorkers(
  backend: QueueBackend,
  handlers: Handlers,
  { log, metrics }: { log: Logger; metrics: Metrics },
  concurrency: Readonly<Record<QueueName, number>>,
): Promise<RawWorker> {
  let closed = false;
  const outage = outageLog(log, { fails: 'worker error', over: 'workers work again', quietMs });
  const onError = (error: Error) => closed || outage.failed(error);
  const run = async ({ name, data }: { name: string; data: unknown }) => {
    if (!(name in handlers)) {
      log.warn({ job: name }, 'job of an unknown name dropped');
      return;
    }
    try {
      await handle(name as JobName, data);
      metrics.jobs.inc({ job: name, result: 'done' });
    } catch (error) {
      metrics.jobs.inc({ job: name, result: 'failed' });
      log.error({ err: error, job: name }, 'job failed; the sweep will find its row');
      throw error;
    }
  };
  const handle = async <N extends JobName>(name: N, data: unknown) =>
    handlers[name](schemas[name].parse(data) as JobData<N>);
  const workers = await Promise.all(
    queueNames.map((name) => openWorker(backend, name, concurrency[name], run, onError)),
  );
  return {
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      closed = true;
    },
  };
}
