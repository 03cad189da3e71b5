/** How accounts and parts are doing. One reading serves everybody who asks within a few seconds. */
import type {
  AccountHealth,
  ChannelHealth,
  ChannelTile,
  ComponentHealth,
  DelayFigures,
  WatchLimits,
} from '@patchbay/contracts';
import { accountHealth, hourlyTrend, localDate, quantile } from '@patchbay/domain';
import { databaseNow, readAccounts } from '@patchbay/store/queries/channel-health';
import type { AccountRow, Buckets } from '@patchbay/store/queries/channel-health';
import type { Parts } from '../parts.ts';
import { moreMailboxes, readComponents } from './components.ts';
import { readLimits } from './limits.ts';

/** A reading is given out again for so long. */
const freshMs = 5_000;

const readings = new WeakMap<object, { at: number; reading: Promise<ChannelHealth> }>();

/** @throws HubError `unavailable` when the database does not answer */
export function readHealth(parts: Parts): Promise<ChannelHealth> {
  const known = readings.get(parts.db);
  const now = performance.now();
  if (known && now - known.at < freshMs) return known.reading;
  const reading = takeReading(parts);
  readings.set(parts.db, { at: now, reading });
  // What failed is not given out again.
  reading.catch(() => {
    if (readings.get(parts.db)?.reading === reading) readings.delete(parts.db);
  });
  return reading;
}

async function takeReading(parts: Parts): Promise<ChannelHealth> {
  const now = await databaseNow(parts.db.sql);
  const limits = await readLimits(parts.db.sql);
  const { timeZone } = parts.config;
  const rows = await readAccounts(parts.db.sql, localDate(now, timeZone), timeZone);
  const accounts = rows.map((row) => present(parts, row, limits.channels, now));
  return {
    accounts,
    components: await readComponents(parts, rows),
    moreMailboxes: await moreMailboxes(parts),
    mailStays: parts.config.smtpUrl === undefined,
  };
}

const date = (at: string | null): Date | null => (at === null ? null : new Date(at));
const moment = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString());

function delay(buckets: Buckets): DelayFigures {
  const histogram = new Map(buckets);
  const count = buckets.reduce((sum, [, n]) => sum + n, 0);
  return { count, median: rounded(quantile(histogram, 0.5)), p95: rounded(quantile(histogram, 0.95)) };
}

const rounded = (seconds: number | null): number | null => (seconds === null ? null : Number(seconds.toPrecision(3)));

function present(parts: Parts, row: AccountRow, limits: WatchLimits['channels'], now: Date): AccountHealth {
  const ingestDelay = delay(row.ingestDelay);
  const figures = {
    setUp: parts.channels.has(row.channel),
    lastContactAt: date(row.lastContactAt),
    lastSentAt: date(row.lastSentAt),
    lastSendErrorAt: date(row.lastSendErrorAt),
    oldestPendingAt: date(row.oldestPendingAt),
    oldestOutgoingAt: date(row.oldestSendableAt),
    retrying: row.retrying,
    putOff: row.putOff,
    failed: row.failed,
    unknown: row.unknown,
    ingestDelay: ingestDelay.p95,
  };
  const { channel, account, name, contactsToday, pending, outgoing, quarantined, sent, failed, unknown, lastError } =
    row;
  return {
    channel,
    account,
    name,
    contactsToday,
    pending,
    outgoing,
    quarantined,
    sent,
    failed,
    unknown,
    lastError,
    ...accountHealth(figures, limits, now),
    lastContactAt: moment(row.lastContactAt),
    lastSentAt: moment(row.lastSentAt),
    oldestPendingAt: moment(row.oldestPendingAt),
    oldestOutgoingAt: moment(row.oldestOutgoingAt),
    lastErrorAt: moment(row.lastErrorAt),
    providerDelay: delay(row.providerDelay),
    ingestDelay,
    trend: hourlyTrend(row.course, now, parts.config.timeZone),
  };
}

/** Errors may carry addresses and what a provider wrote: they are for managers. */
export function withoutErrors(health: ChannelHealth): ChannelHealth {
  return {
    ...health,
    accounts: health.accounts.map((account) => ({ ...account, lastError: null })),
    components: health.components.map((component) => ({ ...component, lastError: null })),
  };
}

/** The wallboard's tiles: every account, and every mailbox that is fetched. */
export async function readTiles(parts: Parts): Promise<ChannelTile[]> {
  const { accounts, components } = await readHealth(parts);
  return [...accounts.map(accountTile), ...components.filter(({ kind }) => kind === 'mailbox').map(mailboxTile)];
}

function accountTile({ pending, outgoing, failed, unknown, ...figures }: AccountHealth): ChannelTile {
  const { channel, account, name, state, reason, lastContactAt, lastErrorAt, quarantined } = figures;
  return {
    channel,
    account,
    name,
    state,
    reason,
    lastContactAt,
    lastErrorAt,
    quarantined,
    lost: failed + unknown,
    backlog: pending + outgoing,
    oldestAt: [figures.oldestPendingAt, figures.oldestOutgoingAt].filter((at) => at !== null).toSorted()[0] ?? null,
    delay: figures.providerDelay.p95 ?? figures.ingestDelay.p95,
  };
}

/** Mail that nobody has fetched yet is in no account's figures. What is in quarantine of it is with that of all mail. */
function mailboxTile({ name, state, reason, lastContactAt, lastErrorAt, counts }: ComponentHealth): ChannelTile {
  return {
    channel: 'email',
    account: name,
    name: null,
    state,
    reason,
    lastContactAt,
    lastErrorAt,
    quarantined: 0,
    lost: 0,
    backlog: counts['backlog'] ?? 0,
    // How old the mail of a backlog is nobody knows before it is fetched.
    oldestAt: state === 'failing' && reason.code !== 'not-sending' ? lastContactAt : null,
    delay: counts['delay'] ?? null,
  };
}
