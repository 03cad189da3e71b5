import { isDeepStrictEqual } from 'node:util';
import { jobs as schemas } from '@patchbay/contracts';
import type { JobData, JobName } from '@patchbay/contracts';
import type { Metrics } from '../metrics.ts';
import type { JobQueue } from '../parts.ts';
import type { Logger } from 'pino';
import { openQueue, openWorker } from './wiring.ts';
import type { QueueBackend, RawJob, RawQueue, RawWorker } from './wiring.ts';

const queueNames = ['ingest', 'media', 'dispatch'] as const;
type QueueName = (typeof queueNames)[number];

/**
 * Contacts have a queue of their own, so that a slow provider on the way out never delays what comes in; and those whose files lie
 * with a provider have another, so that a slow file store delays no other contact.
 */
function queueOf(data: JobData<JobName>): QueueName {
  if (!('inboxId' in data)) return 'dispatch';
  return data.media ? 'media' : 'ingest';
}

/**
 * While a job with this id exists, adding it again has no effect. `assign-waiting` has none: one that is running may have looked
 * before the ticket came that the new one is about.
 */
function jobId(data: JobData<JobName>): string | undefined {
  if ('inboxId' in data) return `${data.inboxId}-${data.round}`;
  if ('outboundId' in data) return `${data.outboundId}-${data.round}`;
  return 'ticketId' in data ? `${data.ticketId}-${data.agentId}` : undefined;
}

export interface Jobs extends JobQueue {
  ping(): Promise<void>;
  obliterate(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The producing side. Adds are gathered while an earlier batch is under way, so that a burst costs few round trips; nobody waits for
 * them, since the row that a job names is durable already.
 */
export function openJobs(backend: QueueBackend, log: Logger): Jobs {
  const onError = (error: Error) => log.warn({ err: error }, 'queue error');
  const queues = queueNames.map((name) => openQueue(backend, name, onError));
  const batches = new Map(queues.map((queue, index) => [queueNames[index], batcher(queue, log)]));
  return {
    add(name, data, options) {
      const delay = options?.delayMs ?? 0;
      const id = jobId(data) ?? (options?.once && 'queueId' in data ? data.queueId : undefined);
      batches.get(queueOf(data))?.push({
        name,
        data: schemas[name].parse(data),
        options: { ...(id && { jobId: id }), ...(delay > 0 && { delay }) },
      });
    },
    ping: async () => void (await Promise.all(queues.map((queue) => queue.ping()))),
    obliterate: async () => void (await Promise.all(queues.map((queue) => queue.obliterate()))),
    async close() {
      await Promise.all([...batches.values()].map((batch) => batch.drain()));
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}

function batcher(queue: RawQueue, log: Logger) {
  let waiting: RawJob[] = [];
  let running: Promise<void> | null = null;
  const run = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 200);
      try {
        await queue.addAll(batch);
      } catch (error) {
        log.warn({ err: error, jobs: batch.length }, 'jobs not queued; the sweep will find their rows');
      }
    }
    running = null;
  };
  return {
    push(job: RawJob) {
      // A job that looks at the whole queue and has not been sent yet sees what the second one is about, too.
      if (job.name === 'assign-waiting' && waiting.some((other) => isDeepStrictEqual(other, job))) return;
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
  const onError = (error: Error) => log.warn({ err: error }, 'worker error');
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
  return { close: async () => void (await Promise.all(workers.map((worker) => worker.close()))) };
}
