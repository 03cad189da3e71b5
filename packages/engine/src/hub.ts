/** The whole hub: `createHub(config)` starts the roles that the configuration names and answers how to stop them. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { HubConfig } from '@patchbay/config';
import { seed } from '@patchbay/config/seed';
import { assertWritable } from '@patchbay/store/embedded/data-folder';
import type { ChannelDeps } from '@patchbay/channels/channel';
import { createCarrierSimulator, smtpMail } from '@patchbay/channels/simulator/index';
import { migrate, openDatabase, seedQueues, settingOnce, startEmbeddedPostgres, StartError } from '@patchbay/store';
import type { Logger } from 'pino';
import { createAuth, ensureFirstAdministrator } from './auth/index.ts';
import { carrierAccount, createChannels } from './channels.ts';
import { createFileStore } from './files/store.ts';
import { figuresReader } from './figures/reader.ts';
import { automationReader } from './automation/reader.ts';
import { runAutomation } from './automation/run.ts';
import { escalationReader } from './clocks/escalate.ts';
import { fireDueClocks } from './clocks/fire.ts';
import { seedPlan } from './clocks/plans.ts';
import { clockReader } from './clocks/reader.ts';
import { runClocks } from './clocks/runs.ts';
import { runImport } from './imports/run-import.ts';
import { gradeCustomers } from './grading/job.ts';
import { createHttpApp } from './http/app.ts';
import { createHealthApp } from './http/system.ts';
import { type EventReader, startEventReaders } from './live/event-readers.ts';
import { createRelay } from './live/relay.ts';
import { reviewIdentity } from './identity/review.ts';
import { createLiveServer } from './live/server.ts';
import { createTail } from './live/tail.ts';
import { createLog } from './log.ts';
import { type MailAccountOptions, startMailAccounts } from './mail-accounts/supervisor.ts';
import { createMetrics } from './metrics.ts';
import { openingHoursOf } from './opening-hours.ts';
import type { Parts } from './parts.ts';
import { assignWaiting, serveAgent } from './pipeline/offer-waiting.ts';
import { connectCall } from './pipeline/calls.ts';
import { continueOutgoing } from './pipeline/outgoing-calls.ts';
import { sendOutbound, sendOutbounds } from './pipeline/deliver.ts';
import { releaseReply } from './pipeline/held-replies.ts';
import { ingestContact } from './pipeline/ingest.ts';
import { createIngestion } from './pipeline/ingest-batch.ts';
import { startClock } from './pipeline/clock.ts';
import { replayRequested } from './pipeline/replay.ts';
import { observeWatch } from './watch/observe.ts';
import { reconcileOutbound } from './pipeline/reconcile.ts';
import { openJobs, openWorkers } from './queues/jobs.ts';
import type { Jobs } from './queues/jobs.ts';
import { openBackend, type QueueBackend } from './queues/wiring.ts';
import { deliverWebhooks } from './outgoing-webhooks/deliver.ts';
import { webhookReader } from './outgoing-webhooks/reader.ts';
import { sendReport } from './report-mail/send.ts';
import { openBlindIndex, openVault, startKeyRefresh } from './privacy/keys.ts';
import { runPrivacyRequest } from './privacy/run.ts';
import { seedIntake } from './seed-intake.ts';
import { createSources } from './sources.ts';

export interface HubOverrides {
  /** What adapters are made of; tests put a part of their own here. */
  channels?: (channels: Parts['channels']) => Parts['channels'];
  log?: Logger;
  now?: () => Date;
  /** Name service for the checks of mail. */
  dns?: ChannelDeps['dns'];
  /** How many jobs run at once in this process. */
  concurrency?: { ingest: number; media: number; dispatch: number };
  sending?: Partial<Parts['sending']>;
  /** So long bytes stay that were just stored. Milliseconds. */
  fileGraceMs?: number;
  /** How mailboxes are watched. */
  mailAccounts?: MailAccountOptions;
  /** Simulated seconds in a real one, for the carrier simulator. */
  simulatorSpeed?: number;
}

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
  const jobs = openJobs(backend, log);
  stack.defer(() => jobs.close());
  const relay = createRelay({ db, log, metrics, signal: stopping.signal });
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
  if (config.roles.includes('clock')) {
    stack.use(await startClock(parts));
    stack.use(await startEventReaders(parts, eventReaders(parts), stopping.signal));
  }
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

/** What follows the events, each at its own pace. */
function eventReaders(parts: Parts): EventReader[] {
  return [
    figuresReader(parts),
    clockReader(parts),
    escalationReader(parts),
    automationReader(parts),
    webhookReader(parts),
  ];
}

async function startWorkers(
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
    { webhooks: 8, mail: 8, texts: 8, ...(overrides.concurrency ?? { ingest: 16, media: 4, dispatch: 8 }) },
  );
  stack.defer(() => workers.close());
}

async function startWeb(
  parts: Parts & { jobs: Jobs },
  overrides: HubOverrides,
  stopping: AbortController,
  stack: AsyncDisposableStack,
) {
  const { config, log } = parts;
  const auth = createAuth(parts);
  const { setupLink } = await ensureFirstAdministrator(parts);
  const tail = await createTail({ db: parts.db, log, signal: stopping.signal });
  const live = createLiveServer(parts, auth, tail);
  await parts.db.listen('patchbay_figures', live.figuresMoved, stopping.signal);

  const inlets = new AbortController();
  let smtp: string | undefined;
  const simulator = config.simulator ? startSimulator(parts, overrides, () => smtp) : undefined;
  const ready = async () => ({
    database: await parts.db.ping().then(
      () => true,
      () => false,
    ),
    queue: await jobsReady(parts.jobs),
    inlets: config.smtpInletPort === 0 || smtp !== undefined,
  });
  const app = createHttpApp(parts, auth, {
    ready,
    mountWidget: (router) => void router.use(live.widget),
    ...(simulator && { simulator }),
  });
  const server = createServer(app);
  live.attach(server);
  stack.defer(async () => {
    inlets.abort();
    await simulator?.stop();
    // Sockets and server end only when every connection has, and a browser may leave one half open for as long as it likes.
    const patience = setTimeout(() => server.closeAllConnections(), 3_000);
    await live.close();
    server.closeIdleConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearTimeout(patience);
  });
  await listen(server, 'PORT', config.port, config.host);
  smtp = await startInlets(parts, inlets, stack);
  stack.use(startMailAccounts(parts, overrides.mailAccounts));
  const { port } = server.address() as AddressInfo;
  return {
    url: config.port === 0 ? `http://${config.host}:${port}` : config.publicUrl,
    smtp,
    setupLink: setupLink ?? undefined,
  };
}

function jobsReady(jobs: Jobs): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 2_000).unref());
  return Promise.race([
    jobs.ping().then(
      () => true,
      () => false,
    ),
    late,
  ]);
}

function startSimulator({ config, signingKey, now }: Parts, overrides: HubOverrides, smtp: () => string | undefined) {
  const { accountSid, authToken, number, whatsappNumber } = carrierAccount(config, signingKey);
  return createCarrierSimulator({
    publicUrl: config.publicUrl,
    accountSid,
    authToken,
    number,
    whatsappNumber,
    now,
    ...(overrides.simulatorSpeed && { speed: overrides.simulatorSpeed }),
    mailTo: `support@${config.mailDomains[0]}`,
    sendMail: async (mail) => {
      const [host = config.host, port = '0'] = (smtp() ?? '').split(/:(?=\d+$)/);
      return smtpMail({ host, port: Number(port) })(mail);
    },
  });
}

/** What watches over a process that serves nothing else. */
async function startHealth(parts: Parts & { jobs: Jobs }, port: number, stack: AsyncDisposableStack): Promise<void> {
  const server = createServer(createHealthApp(parts, async () => ({ queue: await jobsReady(parts.jobs) })));
  stack.defer(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
  await listen(server, 'HEALTH_PORT', port, parts.config.host);
}

async function listen(
  server: ReturnType<typeof createServer>,
  name: 'PORT' | 'HEALTH_PORT',
  port: number,
  host: string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new StartError(
          error.code === 'EADDRINUSE'
            ? `${name} ${port} on ${host} is taken; choose another one`
            : `${name} ${port} on ${host} cannot be used: ${error.message}`,
          { cause: error },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Channels that wait for their provider. Their messages in progress are finished before the rest of the hub ends. */
async function startInlets(
  parts: Parts,
  inlets: AbortController,
  stack: AsyncDisposableStack,
): Promise<string | undefined> {
  let address: string | undefined;
  for (const channel of parts.channels.values()) {
    if (!channel.listen) continue;
    const started = await channel.listen(inlets.signal).catch((error: unknown) => {
      throw new StartError(inletProblem(parts.config, error), { cause: error });
    });
    stack.defer(async () => {
      inlets.abort();
      await started.closed;
    });
    if (started.address) address = started.address;
  }
  return address;
}

function inletProblem({ smtpInletPort, host }: HubConfig, error: unknown): string {
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  return `SMTP_INLET_PORT ${smtpInletPort} on ${host} ${taken ? 'is taken; choose another one, or 0 for none' : `cannot be used: ${error instanceof Error ? error.message : ''}`}`;
}
