/** The whole hub: `createHub(config)` starts the roles that the configuration names and answers how to stop them. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { HubConfig } from '@patchbay/config';
import { seed } from '@patchbay/config/seed';
import { migrate, openDatabase, seedQueues, settingOnce, startEmbeddedPostgres } from '@patchbay/store';
import { assertWritable } from '@patchbay/store/embedded/data-folder';
import type { Logger } from 'pino';
import { createChannels } from './channels.ts';
import { seedPlan } from './clocks/plans.ts';
import { createFileStore } from './files/store.ts';
import type { HubOverrides } from './hub-overrides.ts';
import { createRelay } from './live/relay.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { openingHoursOf } from './opening-hours.ts';
import type { Parts } from './parts.ts';
import { openBlindIndex, openVault, startKeyRefresh } from './privacy/keys.ts';
import { openJobs, type Jobs } from './queues/jobs.ts';
import { openBackend } from './queues/wiring.ts';
import { startClockRole } from './roles/clock.ts';
import { startHealth } from './roles/health.ts';
import { startWeb } from './roles/web.ts';
import { startWorkers } from './roles/worker.ts';
import { watchRush } from './rush.ts';
import { seedIntake } from './seed-intake.ts';
import { createSources } from './sources.ts';
import { observeWatch } from './watch/observe.ts';

export interface Hub extends AsyncDisposable {
  readonly parts: Parts & { readonly jobs: Jobs };
  /** Where the console is; undefined when this process has no `web` role. */
  readonly url: string | undefined;
  /** `host:port` of the SMTP inlet; undefined when there is none. */
  readonly smtp: string | undefined;
  readonly databaseUrl: string;
  /** The one-time link by which the first administrator is made; undefined when there is one. */
  readonly setupLink: string | undefined;
}

/**
 * @param signal gives a start up, which then rejects with its reason and leaves nothing behind; a hub that has started does not heed it
 * @throws {StartError} with one line when a port is taken, the data folder cannot be written, or the database or Redis cannot be used
 */
export async function createHub(
  config: HubConfig,
  overrides: HubOverrides = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Hub> {
  await using stack = new AsyncDisposableStack();
  const log = overrides.log ?? createLog(config);
  const databaseUrl = await openDataFolder(config, log, stack);
  signal.throwIfAborted();
  await migrate(databaseUrl);
  signal.throwIfAborted();
  const db = stack.use(
    openDatabase({ url: databaseUrl, onError: (error) => log.warn({ err: error }, 'database connection lost') }),
  );
  await seedQueues(db.sql, seed.queues);
  const signingKey = Buffer.from(
    await settingOnce(db.sql, 'signing-key', randomBytes(32).toString('base64url')),
    'base64url',
  );

  const metrics = createMetrics();
  const stopping = new AbortController();
  // Also when a later part does not start: what polls would keep the process alive.
  stack.defer(() => stopping.abort());
  const backend = stack.use(
    await openBackend(
      config.redisUrl ? { kind: 'redis', url: config.redisUrl } : { kind: 'postgres', url: databaseUrl },
      (error) => log.warn({ err: error }, 'queue connection lost'),
      signal,
    ),
  );
  const rush = overrides.rush ?? watchRush();
  const jobs = openJobs(backend, log, rush);
  stack.defer(() => jobs.close());
  const relay = createRelay({ db, log, metrics, rush, signal: stopping.signal });
  stack.defer(() => relay.drain());
  const vault = await openVault(config, db);
  stack.use(startKeyRefresh(vault, log));
  const sending = {
    limitMs: 60_000,
    reconcileMs: [30_000, 120_000, 600_000],
    partingMs: 5_000,
    writeAgainMs: [250, 1_000, 3_000, 6_000],
    ...overrides.sending,
  };
  const base = {
    config,
    log,
    metrics,
    db,
    jobs,
    relay,
    rush,
    signingKey,
    vault,
    blindIndex: await openBlindIndex(db, vault),
    files: createFileStore(join(config.dataDir, 'files')),
    openingHours: openingHoursOf(config),
    now: overrides.now ?? (() => new Date()),
    fileGraceMs: overrides.fileGraceMs ?? 3_600_000,
    sending,
    leaving: abortedLater(stopping.signal, sending.partingMs),
  };
  const sources = createSources(base);
  await seedIntake({ ...base, sources });
  await seedPlan(base);
  const channels = createChannels(() => parts, base, overrides.dns);
  const parts: Hub['parts'] = { ...base, sources, channels: overrides.channels?.(channels) ?? channels };

  observeWatch(parts);
  if (config.roles.includes('worker')) await startWorkers(parts, backend, overrides, stopping.signal, stack);
  if (config.roles.includes('clock')) await startClockRole(parts, stopping.signal, stack);
  const web = config.roles.includes('web') ? await startWeb(parts, overrides, stopping, stack) : undefined;
  if (!web && config.healthPort !== undefined) await startHealth(parts, config.healthPort, stack);
  // Begun last and so the first to end: what polls stops, before what it polls is closed.
  stack.defer(() => stopping.abort());
  const running = stack.move();
  return {
    parts,
    databaseUrl,
    url: web?.url,
    smtp: web?.smtp,
    setupLink: web?.setupLink ?? undefined,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function abortedLater(signal: AbortSignal, graceMs: number): AbortSignal {
  const later = new AbortController();
  const abort = () => later.abort(new Error('The hub stops'));
  signal.addEventListener('abort', () => setTimeout(abort, graceMs).unref(), { once: true });
  return later.signal;
}

async function openDataFolder(config: HubConfig, log: Logger, stack: AsyncDisposableStack): Promise<string> {
  if (config.databaseUrl) {
    await assertWritable(config.dataDir);
    return config.databaseUrl;
  }
  const embedded = stack.use(await startEmbeddedPostgres({ dataDir: config.dataDir, log }));
  return embedded.url;
}
