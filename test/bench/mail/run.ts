/**
 * How fast mail becomes tickets: `npm run bench:mail`. Every mail is from a new sender, so each makes a customer, a ticket and an
 * acknowledgement; then as many that wait in a mailbox (Dovecot). The bare part, the same SMTP server and parser with one INSERT, is measured before and after in the same run.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@patchbay/store';
import { createClient } from '../../support/client.ts';
import { mailPassword, startDovecot } from '../../support/dovecot.ts';
import { prepareDatabase } from '../history.ts';
import { writeStatements } from '../profile.ts';
import { artifactsFolder, createDatabase, findProgram, freePort, owned, startHub, startPostgres } from '../ground.ts';
import { perItem, totalMs } from '../processor.ts';
import { benchMails } from './mails.ts';
import type { Delivered, Delivery } from './sender.ts';

const count = Number(process.env['BENCH_N'] ?? 2000);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const connections = 8;
const profiled = process.env['BENCH_PROFILE'] === '1';
const apiKey = 'bench-key-0123456789abcdef0123456789abcdef';
const aims = { perSecond: 340, p95Ms: 50, processorMs: 3 };
const say = (text: string) => process.stdout.write(`${text}\n`);

interface MailRound {
  readonly bare: Delivered['accepted'];
  readonly accepted: Delivered['accepted'];
  /** From the first MAIL FROM until all tickets are there. */
  readonly ticketsPerSecond: number;
  /** Milliseconds of processor time for each ticket, until everything that follows is done. */
  readonly hubMs: number | null;
  readonly storeMs: number | null;
  /** Bytes of resident memory after the round. */
  readonly residentBytes: number;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-bench-mail-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const artifacts = await artifactsFolder();
  const postgres = stack.use(await startPostgres(join(folder, 'postgres'), profiled));
  const hubDatabase = await createDatabase(postgres.url, 'bench_hub');
  const bare = await startBare(await createDatabase(postgres.url, 'bench_bare'), stack);
  await prepareDatabase(hubDatabase);
  const hub = await startMailHub(folder, artifacts, hubDatabase, stack);
  const deliver = await startSender(stack);
  await using db = openDatabase({ url: hubDatabase, poolSize: 1 });

  // The customers of the past are looked at once, which is no part of any round.
  await quiet(db);
  await using statements = await writeStatements({ artifacts }, hubDatabase, 'mail', profiled);
  const measured: MailRound[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const bareRun = await deliver({ port: bare, run: `bare${round}`, count, connections });
    const before = [totalMs([hub.pid]), totalMs([postgres.pid])] as const;
    const run = `hub${round}`;
    const { accepted, began } = await deliver({ port: hub.smtpPort, run, count, connections });
    const last = await ticketsDone(db, run, count);
    await quiet(db);
    const sample = {
      bare: bareRun.accepted,
      accepted,
      ticketsPerSecond: (count * 1000) / (last - began),
      hubMs: perItem(before[0], totalMs([hub.pid]), count),
      storeMs: perItem(before[1], totalMs([postgres.pid]), count),
      residentBytes: residentBytes(hub.pid),
    };
    // The first round warms up and counts for nothing: a hub at work compiled its code long ago.
    if (round > 0) measured.push(sample);
    say(lineOf(round, sample));
  }
  const fetched = await measureMailbox(hub, postgres.pid, db);
  await statements.write();
  await writeFile(
    join(artifacts, 'bench-mail.json'),
    `${JSON.stringify({ count, connections, aims, measured, fetched }, null, 2)}\n`,
  );
  say(
    `\n  Aims: ${aims.perSecond} tickets/s, p95 ${aims.p95Ms} ms, ${aims.processorMs} ms of processor time for each ticket`,
  );
}

/** Mails that wait in a mailbox, from the moment the account is entered; null without Dovecot. */
async function measureMailbox(hub: { pid: number; url: string }, store: number, db: Db) {
  const program = findProgram('dovecot') ?? (existsSync('/usr/sbin/dovecot') ? '/usr/sbin/dovecot' : null);
  if (!program) {
    say('\n*** NOT MEASURED: mail in a mailbox, because dovecot is not on this machine ***');
    return null;
  }
  await using dovecot = await startDovecot({ program });
  await dovecot.deliver(
    'box',
    (await benchMails('imap', count)).map(({ raw }) => raw),
  );
  const api = createClient(hub.url, { authorization: `Bearer ${apiKey}` });
  const before = [totalMs([hub.pid]), totalMs([store])] as const;
  const began = Date.now();
  const { status, body } = await api('POST', '/api/v1/mail-accounts', {
    address: 'box@patchbay.test',
    host: '127.0.0.1',
    port: dovecot.port,
    security: 'none',
    username: 'box',
    password: mailPassword,
  });
  if (status !== 201) throw new Error(`The mailbox was not taken: ${status} ${JSON.stringify(body)}`);
  const last = await ticketsDone(db, 'imap', count);
  await quiet(db);
  const sample = {
    ticketsPerSecond: (count * 1000) / (last - began),
    hubMs: perItem(before[0], totalMs([hub.pid]), count),
    storeMs: perItem(before[1], totalMs([store]), count),
    residentBytes: residentBytes(hub.pid),
  };
  say(
    `  mailbox: ${sample.ticketsPerSecond.toFixed(0)} tickets/s, processor ${sample.hubMs?.toFixed(2)} + ${sample.storeMs?.toFixed(2)} ms, ` +
      `memory ${(sample.residentBytes / 2 ** 20).toFixed(0)} MiB`,
  );
  return sample;
}

function lineOf(
  round: number,
  { bare, accepted, ticketsPerSecond, hubMs, storeMs, residentBytes: rss }: MailRound,
): string {
  const ms = (value: number | null) => (value ?? Number.NaN).toFixed(2);
  return (
    `  ${round === 0 ? 'warm-up' : `round ${round}`}: ${ticketsPerSecond.toFixed(0)} tickets/s (bare ${bare.rate.toFixed(0)}/s, share ` +
    `${((100 * ticketsPerSecond) / bare.rate).toFixed(0)} %), accepted ${accepted.rate.toFixed(0)}/s p50 ${ms(accepted.p50)} p95 ${ms(accepted.p95)} ms ` +
    `(bare p95 ${ms(bare.p95)}), processor ${ms(hubMs)} + ${ms(storeMs)} ms, memory ${(rss / 2 ** 20).toFixed(0)} MiB`
  );
}

async function startBare(databaseUrl: string, stack: AsyncDisposableStack): Promise<number> {
  const child = fork(fileURLToPath(new URL('./bare.ts', import.meta.url)), [databaseUrl]);
  stack.use(owned(child));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return port;
}

async function startMailHub(folder: string, artifacts: string, databaseUrl: string, stack: AsyncDisposableStack) {
  const [port, smtpPort] = [await freePort(), await freePort()];
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  const env = {
    NODE_ENV: 'production',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SMTP_INLET_PORT: String(smtpPort),
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    PATCHBAY_API_KEY: apiKey,
    TIME_ZONE: 'UTC',
  };
  const profiling = profiled ? `--cpu-prof --cpu-prof-dir=${join(artifacts, 'profile-mail')}` : '';
  const hub = stack.use(await startHub(env, join(folder, 'hub.log'), profiling));
  return { pid: hub.pid, smtpPort, url: `http://127.0.0.1:${port}` };
}

async function startSender(stack: AsyncDisposableStack): Promise<(delivery: Delivery) => Promise<Delivered>> {
  const child = fork(fileURLToPath(new URL('./sender.ts', import.meta.url)));
  stack.use(owned(child));
  return async (delivery) => {
    child.send(delivery);
    const [message] = (await once(child, 'message')) as [{ answer?: Delivered; error?: string }];
    if (!message.answer) throw new Error(message.error);
    return message.answer;
  };
}

type Db = ReturnType<typeof openDatabase>;

/**
 * When the last of the run's tickets was committed, in milliseconds since 1970, by the database's own clock: looking seldom makes it no later,
 * and takes little of the processors that are measured.
 */
async function ticketsDone(db: Db, run: string, amount: number): Promise<number> {
  for (;;) {
    const { rows } = await db.sql.query<{ n: number; last: number }>(
      `select count(*)::int as n, max(extract(epoch from pg_xact_commit_timestamp(t.xmin)) * 1000)::float8 as last
       from message m join ticket t on t.id = m.ticket_id where m.direction = 'in' and m.external_id like $1`,
      [`<${run}.%`],
    );
    if (rows[0] && rows[0].n >= amount) return rows[0].last;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Until nothing is left that follows from what came in: sends, events without numbers, their readers, and what is looked up about customers. */
async function quiet(db: Db): Promise<void> {
  for (;;) {
    const { rows } = await db.sql.query<{ busy: boolean }>(
      `select exists (select 1 from outbound where status in ('queued', 'sending')) or exists (select 1 from event where seq is null)
         or exists (select 1 from relay_state s, event_reader r where r.seq < s.last_seq)
         or exists (select 1 from relay_state s, grading_cursor g where g.seq < s.last_seq)
         or exists (select 1 from identity_work) or exists (select 1 from customer where file_checked_at is null) as busy`,
    );
    if (!rows[0]?.busy) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

await main();
