/** The bare parts: what the hub is made of, each alone, with the same number in flight. */
import { createHash, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { createPostgresBackend, Queue, Worker, withBackend } from 'bullmq';
import type { BareName, BareSample, BareSamples, LoadTarget } from './protocol.ts';
import { createPoster } from './poster.ts';
import { perItem, totalMs } from './processor.ts';
import { closedLoop, summarise } from './samples.ts';
import type { Span } from './samples.ts';
import { postingLimitMs } from './settings.ts';
import { functionStatement, insertStatement, knownStatement, newStatement } from './statements.ts';
import { signedPost } from './texts.ts';
import type { Text } from './texts.ts';

interface Pool {
  query(statement: { name: string; text: string; values: readonly unknown[] }): Promise<{ rows: { id: string }[] }>;
  end(): Promise<void>;
}

// The driver that the store uses, bare: with prepared statements and nothing around it.
const { Pool: PoolOf } = createRequire(import.meta.resolve('@patchbay/store'))('pg') as {
  Pool: new (options: { connectionString: string; max: number }) => Pool;
};

type Texts = (customers: 'known' | 'new', count: number) => Text[];

export interface BareParts extends AsyncDisposable {
  measure(count: number): Promise<BareSamples>;
}

export async function openBareParts(
  target: LoadTarget,
  concurrency: number,
  knownCustomers: number,
  texts: Texts,
): Promise<BareParts> {
  const pool = new PoolOf({ connectionString: target.bareDatabaseUrl, max: concurrency });
  const insert = async (text: Text): Promise<string> => {
    const raw = Buffer.from(new URLSearchParams(text.fields).toString());
    const { channel, channelAccount } = text.contact;
    const values = [
      channel,
      channelAccount,
      text.sid,
      JSON.stringify(text.contact),
      raw,
      createHash('sha256').update(raw).digest('hex'),
      randomUUID(),
    ];
    return (await pool.query({ name: 'insert', text: insertStatement, values })).rows[0]?.id ?? '';
  };
  const prepare = (given: Text[]) => Promise.all(given.map(insert));
  const run =
    (name: string, text: string, rest: readonly unknown[] = []) =>
    async (id: string) =>
      void (await pool.query({ name, text, values: [id, ...rest] }));
  const here = [process.pid, ...target.pids.stores];
  const loop = <T>(items: readonly T[], work: (item: T) => Promise<void>) =>
    timed(here, () => closedLoop(items, concurrency, postingLimitMs, work));

  for (const id of await prepare(firstTexts(texts, knownCustomers))) await run('new', newStatement)(id);
  const measures: Record<BareName, (count: number) => Promise<BareSample>> = {
    express: (count) => measureExpress(target, concurrency, texts('known', count)),
    insert: (count) => loop(texts('known', count), async (text) => void (await insert(text))),
    hop: (count) => measureHop(target, concurrency, count),
    'statement-known': async (count) => loop(await prepare(texts('known', count)), run('known', knownStatement)),
    'statement-new': async (count) => loop(await prepare(texts('new', count)), run('new', newStatement)),
    'ingest-function': async (count) =>
      loop(
        await prepare(texts('known', count)),
        run('function', functionStatement, ['{"sms": 259200000}', '{"window": "Recent contact"}']),
      ),
  };
  return {
    async measure(count) {
      const samples: Partial<Record<BareName, BareSample>> = {};
      for (const name of Object.keys(measures) as BareName[]) samples[name] = await measures[name](count);
      return samples as BareSamples;
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

/** One text of each known customer. */
export function firstTexts(texts: Texts, knownCustomers: number): Text[] {
  const first = new Map(texts('known', knownCustomers).map((text) => [text.contact.from, text]));
  return [...first.values()];
}

/** Processor time is that of these processes while the loop runs, and of nothing before or after it. */
async function timed(pids: readonly number[], loop: () => Promise<Span[]>): Promise<BareSample> {
  const before = totalMs(pids);
  const spans = await loop();
  return { ...summarise(spans), processorMs: perItem(before, totalMs(pids), spans.length) };
}

async function measureExpress(target: LoadTarget, concurrency: number, given: Text[]): Promise<BareSample> {
  const { bareServerUrl, pids } = target;
  using poster = createPoster(bareServerUrl, concurrency);
  const posts = given.map((text) => signedPost(bareServerUrl, text));
  return await timed([pids.bareServer], () => closedLoop(posts, concurrency, postingLimitMs, poster.post));
}

/** One job that does nothing, from its adding until it is done: added one by one, worker and queue in one process. */
async function measureHop(
  { redisUrl, bareDatabaseUrl, pids }: LoadTarget,
  concurrency: number,
  count: number,
): Promise<BareSample> {
  const { queue, worker } = redisUrl ? hopOnRedis(redisUrl, concurrency) : hopOnPostgres(bareDatabaseUrl, concurrency);
  const waiting = new Map<string, () => void>();
  worker.on('completed', ({ name }: { name: string }) => waiting.get(name)?.());
  await worker.waitUntilReady();
  try {
    const hop = async (name: string) => {
      const done = new Promise<void>((resolve) => waiting.set(name, resolve));
      await queue.add(name, { inboxId: name, round: 0 }, { removeOnComplete: true, removeOnFail: true, jobId: name });
      await done;
      waiting.delete(name);
    };
    const names = () => Array.from({ length: count }, () => randomUUID());
    await closedLoop(names().slice(0, 50), concurrency, postingLimitMs, hop);
    return await timed([process.pid, ...pids.stores], () => closedLoop(names(), concurrency, postingLimitMs, hop));
  } finally {
    await worker.close();
    await queue.close();
  }
}

const hopQueue = 'bench-hop';
const nothing = async () => {};

function hopOnRedis(url: string, concurrency: number) {
  const { hostname, port } = new URL(url);
  const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
  return {
    queue: new Queue(hopQueue, { connection }),
    worker: new Worker(hopQueue, nothing, { connection, concurrency }),
  };
}

function hopOnPostgres(connectionString: string, concurrency: number) {
  const backend = withBackend(createPostgresBackend);
  const connection = { connectionString, schema: 'bullmq', migrate: true, max: 10 };
  return {
    queue: new backend.Queue(hopQueue, { connection }),
    worker: new backend.Worker(hopQueue, nothing, { connection, concurrency }),
  };
}
