/** One backend: its processes started, and hub and bare parts measured in turn. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { carrierEnvironment } from '../support/carrier.ts';
import { createDatabase, freePort, startHub, startLoad, startRedis, startStandIns } from './ground.ts';
import type { Load } from './ground.ts';
import { prepareDatabase } from './history.ts';
import { perItem, totalMs } from './processor.ts';
import { writeStatements } from './profile.ts';
import type { Customers } from './protocol.ts';
import { settings } from './settings.ts';
import type { Backend } from './settings.ts';
import type { Leg, Round } from './shares.ts';

const apiKey = 'bench-key-0123456789abcdef0123456789abcdef';

export interface Machine {
  readonly folder: string;
  readonly artifacts: string;
  readonly postgres: { readonly url: string; readonly pid: number };
  readonly redisServer: string | null;
}

/** As many rounds as the settings ask for and `seconds` allow, at least one. */
export async function measureBackend(
  machine: Machine,
  backend: Backend,
  seconds: number,
  onRound: (done: number) => void,
): Promise<Round[]> {
  const end = performance.now() + seconds * 1_000;
  await using stack = new AsyncDisposableStack();
  const { load, pids, hubDatabaseUrl } = await start(machine, backend, stack);
  const round = async (count: number): Promise<Round> => ({
    known: await measureLeg(load, pids, 'known', count),
    new: await measureLeg(load, pids, 'new', count),
  });
  // Everything is compiled and every connection made before the first figure that counts.
  await round(Math.min(50, settings.count));
  await using statements = await writeStatements(machine, hubDatabaseUrl, backend, settings.profile);
  const rounds: Round[] = [];
  let longest = 0;
  while (rounds.length < settings.rounds && (rounds.length === 0 || performance.now() + longest < end)) {
    const began = performance.now();
    rounds.push(await round(settings.count));
    longest = Math.max(longest, performance.now() - began);
    onRound(rounds.length);
  }
  await statements.write();
  await load.ask({ do: 'close' });
  return rounds;
}

interface Pids {
  readonly hub: number;
  readonly stores: readonly number[];
}

async function measureLeg(load: Load, pids: Pids, customers: Customers, count: number): Promise<Leg> {
  const before = await load.ask({ do: 'bare', count });
  const used = () => [totalMs([pids.hub]), totalMs(pids.stores)] as const;
  const [hubBefore, storesBefore] = used();
  const hub = await load.ask({ do: 'hub', customers, count });
  const [hubAfter, storesAfter] = used();
  const after = await load.ask({ do: 'bare', count });
  const contacts = hub.burst.shown.count + hub.steady.shown.count;
  const processorMs = {
    hub: perItem(hubBefore, hubAfter, contacts),
    stores: perItem(storesBefore, storesAfter, contacts),
  };
  return { hub, bare: [before, after], processorMs };
}

async function start(machine: Machine, backend: Backend, stack: AsyncDisposableStack) {
  const redis =
    backend === 'redis' && machine.redisServer
      ? stack.use(await startRedis(machine.redisServer, machine.folder))
      : undefined;
  const standIns = stack.use(await startStandIns());
  const hubDatabaseUrl = await createDatabase(machine.postgres.url, `bench_hub_${backend}`);
  const bareDatabaseUrl = await createDatabase(machine.postgres.url, `bench_bare_${backend}`);
  for (const url of [hubDatabaseUrl, bareDatabaseUrl]) await prepareDatabase(url);
  const hubUrl = `http://127.0.0.1:${await freePort()}`;
  const dataDir = join(machine.folder, `data-${backend}`);
  await mkdir(dataDir);
  const env = {
    NODE_ENV: 'production',
    PORT: new URL(hubUrl).port,
    PUBLIC_URL: hubUrl,
    SMTP_INLET_PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: hubDatabaseUrl,
    PATCHBAY_API_KEY: apiKey,
    TIME_ZONE: 'UTC',
    ...(redis && { REDIS_URL: redis.url }),
    ...carrierEnvironment(standIns.url),
  };
  const profiling = settings.profile
    ? `--cpu-prof --cpu-prof-dir=${join(machine.artifacts, `profile-${backend}`)}`
    : '';
  const hub = stack.use(await startHub(env, join(machine.folder, `hub-${backend}.log`), profiling));
  const stores = [machine.postgres.pid, ...(redis ? [redis.pid] : [])];
  const load = stack.use(startLoad());
  const target = {
    hubUrl,
    apiKey,
    hubDatabaseUrl,
    bareDatabaseUrl,
    bareServerUrl: standIns.url,
    redisUrl: redis?.url,
    pids: { bareServer: standIns.pid, stores },
  };
  const { concurrency, knownCustomers } = settings;
  await load.ask({ do: 'open', target, concurrency, knownCustomers });
  return { load, pids: { hub: hub.pid, stores }, hubDatabaseUrl };
}
