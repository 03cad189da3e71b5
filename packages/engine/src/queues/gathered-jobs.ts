/** Jobs of a burst, gathered so that they cost few round trips, and made few: nobody waits for them, since the row that a job names is durable already. */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ingestContact, sendOutbound } from '@patchbay/contracts';
import type { Logger } from 'pino';
import type { RawJob, RawQueue } from './wiring.ts';

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

/** Jobs that are put on the queue by one request. */
const mostAtOnce = 200;

const looksAtAll = ['assign-waiting', 'serve-agent'];

/** Milliseconds. */
interface Waits {
  /** So long after some have left, what follows them is gathered. */
  readonly lullMs: number;
  /** Waited for before some leave. */
  readonly turn?: () => Promise<void>;
  /** From then on nothing is waited for. */
  readonly closing: AbortSignal;
}

/** Puts jobs on a queue, together with what comes within the same moment. Whatever has come when some leave leaves with them, so that nothing waits for two turns. */
export function gatheredJobs(
  queue: Pick<RawQueue, 'addAll'>,
  log: Pick<Logger, 'warn'>,
  { lullMs, turn, closing }: Waits,
) {
  const waiting: RawJob[] = [];
  let running: Promise<void> | null = null;
  const leave = async (batch: readonly RawJob[]) => {
    try {
      await queue.addAll(together(batch));
    } catch (error) {
      log.warn({ err: error, jobs: batch.length }, 'jobs not queued; the sweep will find their rows');
    }
  };
  const run = async () => {
    while (waiting.length > 0) {
      await turn?.();
      const lull = delay(lullMs, undefined, { signal: closing }).catch(() => undefined);
      for (let left = waiting.length; left > 0; left -= mostAtOnce)
        await leave(waiting.splice(0, Math.min(left, mostAtOnce)));
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
