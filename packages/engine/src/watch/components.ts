/** The parts that all accounts depend on, and the ways in that are no account of their own. */
import type { ComponentHealth } from '@patchbay/contracts';
import { health, isMailboxFailing } from '@patchbay/domain';
import type { AccountRow } from '@patchbay/store/queries/channel-health';
import { lastClockBeat } from '@patchbay/store/queries/clock-beat';
import { countMailAccounts, listMailAccounts, type MailAccountRow } from '@patchbay/store/queries/mail-accounts';
import type { InletStatus } from '@patchbay/channels/channel';
import { readUnsent, type UnsentRow } from '@patchbay/store/queries/unsent-mail';
import type { Parts } from '../parts.ts';

/** A part that has not answered by then does not answer. Milliseconds. */
const patienceMs = 2_000;
/** A clock that has not beaten for so long does not run. Seconds. */
const clockSilence = 60;
/** Shown at the most. */
const mostMailboxes = 200;

type Blank = Omit<ComponentHealth, 'kind' | 'name' | 'state' | 'reason'>;
const blank: Blank = {
  address: null,
  lastContactAt: null,
  lastErrorAt: null,
  lastError: null,
  nextTryAt: null,
  counts: {},
};

export async function readComponents(parts: Parts, accounts: readonly AccountRow[]): Promise<ComponentHealth[]> {
  return [
    ...inlets(parts),
    ...(await mailboxes(parts)),
    ...providers(parts, accounts),
    await queue(parts),
    await database(parts),
    await clock(parts),
  ];
}

/** Accounts of mail that is fetched, whichever process fetches it; some have a server of their own that what is written as them leaves by. */
async function mailboxes(parts: Parts): Promise<ComponentHealth[]> {
  const { items } = await listMailAccounts(parts.db.sql, { limit: mostMailboxes, after: null });
  const unsent = items.some(({ smtpHost }) => smtpHost !== null) ? await readUnsent(parts.db.sql) : [];
  return items.map((account) =>
    mailbox(
      account,
      account.smtpHost === null ? undefined : unsent.find(({ address }) => address === account.address.toLowerCase()),
    ),
  );
}

function mailbox(account: MailAccountRow, unsent: UnsentRow | undefined): ComponentHealth {
  const fetching = mailboxState(account);
  // Where neither way works, what comes is spoken of: nobody knows yet that it waits.
  const isOfFetching = unsent === undefined || fetching.state === 'failing';
  const { at, error, nextTryAt } = isOfFetching
    ? {
        at: account.lastErrorAt,
        error: account.state === 'off' ? null : account.lastError,
        nextTryAt: account.state === 'failing' ? account.nextTryAt : null,
      }
    : unsent;
  return {
    ...blank,
    kind: 'mailbox',
    name: account.address,
    ...(isOfFetching ? fetching : health('failing', 'not-sending', unsent.count, 1)),
    address: `${account.host}:${account.port}`,
    lastContactAt: account.lastContactAt?.toISOString() ?? null,
    lastErrorAt: at?.toISOString() ?? null,
    lastError: error,
    nextTryAt: nextTryAt?.toISOString() ?? null,
    // Servers tell the moment of an arrival in full seconds.
    counts: {
      backlog: account.backlog,
      ...(account.lastDelay !== null && { delay: Math.round(account.lastDelay) }),
      ...notedOf(account),
      ...(unsent && { unsent: unsent.count }),
    },
  };
}

/** How many mailboxes there are that are not shown. */
export async function moreMailboxes({ db }: Pick<Parts, 'db'>): Promise<number> {
  return Math.max(0, (await countMailAccounts(db.sql)) - mostMailboxes);
}

/** Mails that the server does not hand out and of which a note is in quarantine, or was: they are no trouble of the account. */
function notedOf({ passedOver }: MailAccountRow): Record<string, number> {
  const noted = passedOver.filter(({ note }) => note !== undefined).length;
  return noted === 0 ? {} : { noted };
}

function mailboxState({
  state,
  backlog,
  lastError,
  lastErrorCode,
  connectedAt,
}: Pick<MailAccountRow, 'state' | 'backlog' | 'lastError' | 'lastErrorCode' | 'connectedAt'>) {
  if (state === 'off') return health('off', 'paused');
  if (isMailboxFailing({ state, lastError, connectedAt })) {
    const refused = lastErrorCode === 'authentication' || lastErrorCode === 'sign-in-again';
    return health('failing', refused ? 'sign-in-refused' : 'not-answering');
  }
  if (state === 'connecting') return health('ok', 'connecting');
  // More waits than is taken at once: a first import, or the mail of an outage.
  return state === 'importing' || backlog > 0 ? health('slow', 'backlog', backlog) : health('ok', 'fine');
}

/** Servers of this process: each process with the role `web` has its own, and answers for its own. */
function inlets(parts: Parts): ComponentHealth[] {
  return [...parts.channels.values()].flatMap((channel) => {
    const status = channel.inletStatus?.();
    return status ? [inlet(channel.name, status)] : [];
  });
}

function inlet(name: string, status: InletStatus): ComponentHealth {
  const listening = status.address !== null;
  const { connections, accepted, refused } = status;
  return {
    ...blank,
    kind: 'smtp-inlet',
    name,
    ...(listening
      ? health('ok', 'fine')
      : status.enabled
        ? health('failing', 'not-listening')
        : health('off', 'not-set-up')),
    address: status.address,
    lastContactAt: status.lastContactAt?.toISOString() ?? null,
    lastErrorAt: status.lastErrorAt?.toISOString() ?? null,
    lastError: status.lastError,
    counts: { connections, accepted, refused },
  };
}

/** `twilio` for channels whose webhooks are below `/webhooks/twilio`; null for those without a provider. */
function providerOf(paths: readonly string[]): string | null {
  return /^\/webhooks\/([^/]+)\//.exec(paths[0] ?? '')?.[1] ?? null;
}

/** What several channels share: it is in trouble when sends by all of them that sent have failed since the last that succeeded. */
function providers(parts: Parts, accounts: readonly AccountRow[]): ComponentHealth[] {
  const named = new Map<string, Set<string>>();
  for (const channel of parts.channels.values()) {
    const name = providerOf(channel.webhookPaths);
    if (name !== null) named.set(name, (named.get(name) ?? new Set()).add(channel.name));
  }
  return [...named].map(([name, channels]) =>
    provider(
      name,
      accounts.filter((account) => channels.has(account.channel)),
    ),
  );
}

const latest = (moments: readonly (string | null)[]): string | null =>
  moments
    .filter((at) => at !== null)
    .map((at) => new Date(at).toISOString())
    .toSorted()
    .at(-1) ?? null;

function provider(name: string, accounts: readonly AccountRow[]): ComponentHealth {
  const sent = latest(accounts.map((account) => account.lastSentAt));
  const error = latest(accounts.map((account) => account.lastSendErrorAt));
  const sum = (of: 'sent' | 'failed' | 'unknown' | 'retrying') =>
    accounts.reduce((total, account) => total + account[of], 0);
  const troubled =
    error !== null && (sent === null || error > sent) && sum('retrying') + sum('failed') + sum('unknown');
  const last = accounts.find(({ lastSendErrorAt }) => latest([lastSendErrorAt]) === error && error !== null);
  const reached = sum('retrying') === 0;
  return {
    ...blank,
    kind: 'provider',
    name,
    ...(troubled ? health('failing', reached ? 'refusing' : 'not-answering', troubled, 1) : health('ok', 'fine')),
    lastContactAt: latest(accounts.flatMap((account) => [account.lastContactAt, account.lastSentAt])),
    lastErrorAt: error,
    // The account keeps its last error of any kind; only that of the send itself is the provider's.
    lastError: last && latest([last.lastErrorAt]) === error ? last.lastError : null,
    counts: { sent: sum('sent'), failed: sum('failed'), unknown: sum('unknown') },
  };
}

async function queue(parts: Parts): Promise<ComponentHealth> {
  const depth = await inTime(parts.jobs.depth());
  const name = parts.config.redisUrl ? 'redis' : 'postgres';
  if (!depth) return { ...blank, kind: 'queue', name, ...health('failing', 'not-answering') };
  return { ...blank, kind: 'queue', name, ...health('ok', 'fine'), counts: { ...depth } };
}

/** It has answered already when a reading is taken; what is told here is whether it does so in good time. */
async function database(parts: Parts): Promise<ComponentHealth> {
  const began = performance.now();
  const answered = await inTime(parts.db.ping().then(() => true));
  const seconds = (performance.now() - began) / 1000;
  const state = !answered
    ? health('failing', 'not-answering')
    : seconds >= 0.5
      ? health('slow', 'delay', Number(seconds.toPrecision(2)), 0.5)
      : health('ok', 'fine');
  return { ...blank, kind: 'database', name: 'postgres', ...state };
}

/** Whether one runs anywhere: alerts, targets and sweeps are its work, and so nothing else would tell that none does. */
async function clock(parts: Parts): Promise<ComponentHealth> {
  const beat = await lastClockBeat(parts.db.sql);
  const lastContactAt = beat?.at.toISOString() ?? null;
  const state =
    beat === null || beat.age > clockSilence
      ? health('failing', 'not-answering', beat && Math.round(beat.age), clockSilence)
      : health('ok', 'fine');
  return { ...blank, kind: 'clock', name: 'clock', ...state, lastContactAt };
}

async function inTime<T>(work: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), patienceMs);
  try {
    return await Promise.race([work, late.promise]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
