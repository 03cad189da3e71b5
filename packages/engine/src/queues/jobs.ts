import { isDeepStrictEqual } from 'node:util';
import { jobs as schemas } from '@patchbay/contracts';
import type { JobData, JobName } from '@patchbay/contracts';
import type { JobQueue } from '../parts.ts';
import type { Logger } from 'pino';
import { openQueue, openWorker } from './wiring.ts';
import type { QueueBackend, RawJob, RawQueue, RawWorker } from './wiring.ts';

/** Contacts have a queue of their own, so that a slow provider on the way out never delays what comes in. */
const queueOf: Record<JobName, 'ingest' | 'dispatch'> = {
  'ingest-contact': 'ingest',
  'assign-waiting': 'dispatch',
  'send-outbound': 'dispatch',
  'connect-call': 'dispatch',
};

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
  const queues = { ingest: openQueue(backend, 'ingest', onError), dispatch: openQueue(backend, 'dispatch', onError) };
  const batches = { ingest: batcher(queues.ingest, log), dispatch: batcher(queues.dispatch, log) };
  return {
    add(name, data, options) {
      const delay = options?.delayMs ?? 0;
      const id = jobId(data);
      batches[queueOf[name]].push({
        name,
        data: schemas[name].parse(data),
        options: { ...(id && { jobId: id }), ...(delay > 0 && { delay }) },
      });
    },
    ping: async () => void (await Promise.all([queues.ingest.ping(), queues.dispatch.ping()])),
    obliterate: async () => void (await Promise.all([queues.ingest.obliterate(), queues.dispatch.obliterate()])),
    async close() {
      await Promise.all([batches.ingest.drain(), batches.dispatch.drain()]);
      await Promise.all([queues.ingest.close(), queues.dispatch.close()]);
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
  log: Logger,
  concurrency: { ingest: number; dispatch: number },
): Promise<RawWorker> {
  const onError = (error: Error) => log.warn({ err: error }, 'worker error');
  const run = async ({ name, data }: { name: string; data: unknown }) => {
    if (!(name in handlers)) {
      log.warn({ job: name }, 'job of an unknown name dropped');
      return;
    }
    await handle(name as JobName, data);
  };
  const handle = async <N extends JobName>(name: N, data: unknown) =>
    handlers[name](schemas[name].parse(data) as JobData<N>);
  const workers = await Promise.all([
    openWorker(backend, 'ingest', concurrency.ingest, run, onError),
    openWorker(backend, 'dispatch', concurrency.dispatch, run, onError),
  ]);
  return { close: async () => void (await Promise.all(workers.map((worker) => worker.close()))) };
}
