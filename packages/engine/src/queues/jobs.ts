import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ingestContact, jobs as schemas, sendOutbound } from '@patchbay/contracts';
import type { ChannelName, JobData, JobName } from '@patchbay/contracts';
import type { Metrics } from '../metrics.ts';
import { outageLog } from '../outage.ts';
import type { JobQueue, QueueDepth } from '../parts.ts';
import type { Rush } from '../rush.ts';
import type { Logger } from 'pino';
import { openQueue, openWorker } from './wiring.ts';
import type { QueueBackend, RawJob, RawQueue, RawWorker } from './wiring.ts';

const queueNames = ['ingest', 'media', 'dispatch', 'webhooks', 'mail', 'texts'] as const;
type QueueName = (typeof queueNames)[number];

/** Each provider may hang for as long as a message may take, and then only what leaves through it waits. */
const waysOut: Readonly<Record<ChannelName, QueueName>> = {
  email: 'mail',
  sms: 'texts',
  whatsapp: 'texts',
  http: 'webhooks',
  // These wait for nobody outside.
  chat: 'dispatch',
  phone: 'dispatch',
};

/**
 * Contacts have a queue of their own, and those whose files lie with a provider have another, so that a slow file store delays no other
 * contact. What leaves has one for each kind of provider, so that one that hangs delays neither another's messages nor who is offered what.
 * Webhooks wait for strangers, and delay only webhooks.
 */
function queueOf(data: JobData<JobName>): QueueName {
  if ('inboxIds' in data) return 'ingest';
  if ('endpointId' in data) return 'webhooks';
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
  if ('privacyRequestId' in data) return `privacy-${data.privacyRequestId}`;
  if ('reportRunId' in data) return `report-${data.reportRunId}`;
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
 * The producing side. The first of a burst leaves at once; what comes within the next moment is gathered and leaves together, so that
 * a burst costs few round trips and few jobs. Nobody waits for them, since the row that a job names is durable already.
 */
export function openJobs(backend: QueueBackend, log: Logger, rush: Pick<Rush, 'passed'>): Jobs {
  let closed = false;
  const closing = new AbortController();
  const outage = outageLog(log, { fails: 'queue error', over: 'queues work again', quietMs });
  const onError = (error: Error) => closed || outage.failed(error);
  const queues = queueNames.map((name) => openQueue(backend, name, onError));
  // Made when they are first used: few kinds of jobs have time.
  const batches = new Map<string, ReturnType<typeof batcher>>();
  const batchOf = (name: QueueName, unhurried: boolean | 'after-rush') => {
    const key = `${name} ${unhurried}`;
    const known = batches.get(key);
    if (known) return known;
    const queue = queues[queueNames.indexOf(name)] as RawQueue;
    const turn = unhurried === 'after-rush' ? () => rush.passed(rushMs, closing.signal) : undefined;
    const made = batcher(queue, log, unhurried ? 3 * gatherMs[name] : gatherMs[name], turn);
    batches.set(key, made);
    return made;
  };
  return {
    add(name, data, options) {
      const delayMs = options?.delayMs ?? 0;
      const id = jobId(name, data) ?? (options?.once && 'queueId' in data ? data.queueId : undefined);
      batchOf(queueOf(data), options?.unhurried ?? false).push({
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
} as const satisfies Record<QueueName, number>;
/** While contacts come in a rush, what lets them go first is put on the queue after so long. Less than the sweep leaves a row to its job. Milliseconds. */
const rushMs = 4_000;
/** So many contacts are ingested in one transaction, and so many messages sent by one job, at the most. */
const mostTogether = { 'ingest-contact': 64, 'send-outbound': 32 } as const;

/** What nobody has tried yet makes one job together: contacts, and messages that leave now. */
function together(jobs: readonly RawJob[]): RawJob[] {
  const contacts = jobs.filter(isFreshContact);
  const messages = jobs.filter(isFreshMessage);
  return [
    ...joined(contacts, 'ingest-contact', (some) => ({
      name: 'ingest-contacts',
      data: { inboxIds: some.map(({ data }) => ingestContact.parse(data).inboxId) },
      options: {},
    })),
    ...joined(messages, 'send-outbound', (some) => ({
      name: 'send-outbounds',
      // They leave the same way, or they were not on one queue.
      data: {
        outboundIds: some.map(({ data }) => sendOutbound.parse(data).outboundId),
        channel: sendOutbound.parse(some[0]?.data).channel,
      },
      options: {},
    })),
    ...jobs.filter((job) => !contacts.includes(job) && !messages.includes(job)),
  ];
}

function joined(
  jobs: readonly RawJob[],
  name: keyof typeof mostTogether,
  join: (some: readonly RawJob[]) => RawJob,
): RawJob[] {
  if (jobs.length < 2) return [...jobs];
  const size = mostTogether[name];
  return Array.from({ length: Math.ceil(jobs.length / size) }, (_, index) =>
    join(jobs.slice(index * size, (index + 1) * size)),
  );
}

function isFreshContact({ name, data, alone }: RawJob): boolean {
  if (name !== 'ingest-contact' || alone) return false;
  const { round, media } = ingestContact.parse(data);
  return round === 0 && media !== true;
}

function isFreshMessage({ name, data, options, alone }: RawJob): boolean {
  return name === 'send-outbound' && !alone && options.delay === undefined && sendOutbound.parse(data).round === 0;
}

const looksAtAll = ['assign-waiting', 'serve-agent'];

/** @param turn waited for before each batch */
function batcher(queue: RawQueue, log: Logger, lullMs: number, turn?: () => Promise<void>) {
  let waiting: RawJob[] = [];
  let running: Promise<void> | null = null;
  const run = async () => {
    while (waiting.length > 0) {
      await turn?.();
      const batch = waiting.splice(0, 200);
      const lull = delay(lullMs);
      try {
        await queue.addAll(together(batch));
      } catch (error) {
        log.warn({ err: error, jobs: batch.length }, 'jobs not queued; the sweep will find their rows');
      }
      await lull;
    }
    running = null;
  };
  return {
    push(job: RawJob) {
      // A job that looks at all that waits and has not been sent yet sees what the second one is about, too.
      if (looksAtAll.includes(job.name) && waiting.some((other) => isDeepStrictEqual(other, job))) return;
      waiting.push(job);
      running ??= Promise.resolve().then(run);
    },
    async drain() {
      await running;
    },
  };
}

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
