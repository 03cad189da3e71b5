/** How an account of a channel is doing, in one word, with the figure that says so. */
import type { HealthReason, HealthState, WatchLimits } from '@patchbay/contracts';
import { untilHourEnds } from './metrics/roll-up.ts';

export interface AccountFigures {
  /** Its channel is set up in this hub. */
  readonly setUp: boolean;
  readonly lastContactAt: Date | null;
  readonly lastSentAt: Date | null;
  readonly lastSendErrorAt: Date | null;
  readonly oldestPendingAt: Date | null;
  /** Of the messages that wait to be sent, those aside that were put off. */
  readonly oldestOutgoingAt: Date | null;
  /** Waiting to be tried again after a failure that was not about one recipient. */
  readonly retrying: number;
  /** Recipients whom the provider, which was reached, takes nothing for at the moment. */
  readonly putOff: number;
  /** Sends of the last hour that failed, or whose outcome nobody knows. */
  readonly failed: number;
  readonly unknown: number;
  /** 95th percentile from receipt to message over the last hour, in seconds. */
  readonly ingestDelay: number | null;
}

export interface Health {
  readonly state: HealthState;
  readonly reason: HealthReason;
}

const since = (at: Date | null, now: Date): number =>
  at === null ? 0 : Math.max(0, Math.floor((now.getTime() - at.getTime()) / 1000));

export function health(
  state: HealthState,
  code: HealthReason['code'],
  value: number | null = null,
  limit: number | null = null,
): Health {
  return { state, reason: { code, value, limit } };
}

/**
 * The first that holds, the worst first. A failed send counts only while none has succeeded since: a single wrong number or full mailbox
 * says nothing about the account, a provider that refuses everything does.
 */
export function accountHealth(figures: AccountFigures, limits: WatchLimits['channels'], now: Date): Health {
  if (!figures.setUp) return health('off', 'not-set-up');
  return (
    failing(figures, limits, now) ??
    slow(figures, limits, now) ??
    silent(figures, limits, now) ??
    health('ok', figures.lastContactAt === null ? 'no-contact-yet' : 'fine')
  );
}

function failing(figures: AccountFigures, limits: WatchLimits['channels'], now: Date): Health | null {
  const { lastSendErrorAt, lastSentAt, retrying } = figures;
  const lost = figures.failed + figures.unknown + figures.putOff;
  const sendsFail = lastSendErrorAt !== null && (lastSentAt === null || lastSendErrorAt > lastSentAt);
  if (sendsFail && retrying > 0) return health('failing', 'not-reached', retrying, 1);
  if (sendsFail && lost >= limits.failedSends) return health('failing', 'sends-fail', lost, limits.failedSends);
  return behind(figures, limits.failingSeconds, 'failing', now);
}

function slow(figures: AccountFigures, limits: WatchLimits['channels'], now: Date): Health | null {
  const late = behind(figures, limits.slowSeconds, 'slow', now);
  if (late) return late;
  const { ingestDelay } = figures;
  if (ingestDelay !== null && ingestDelay >= limits.slowSeconds)
    return health('slow', 'delay', ingestDelay, limits.slowSeconds);
  return null;
}

function behind(figures: AccountFigures, limit: number, state: 'slow' | 'failing', now: Date): Health | null {
  const pending = since(figures.oldestPendingAt, now);
  if (pending >= limit) return health(state, 'backlog', pending, limit);
  const outgoing = since(figures.oldestOutgoingAt, now);
  return outgoing >= limit ? health(state, 'outgoing-backlog', outgoing, limit) : null;
}

function silent({ lastContactAt }: AccountFigures, { silentHours }: WatchLimits['channels'], now: Date): Health | null {
  if (lastContactAt === null || silentHours === null) return null;
  const seconds = since(lastContactAt, now);
  return seconds >= silentHours * 3600 ? health('silent', 'silent', seconds, silentHours * 3600) : null;
}

const hourMs = 3_600_000;

/** Contacts by hour from those by stretches of five minutes: `hours` sums, that of the present hour of the time zone last. */
export function hourlyTrend(
  course: readonly { at: string; contacts: number }[],
  now: Date,
  timeZone: string,
  hours = 24,
): number[] {
  const end = now.getTime() + untilHourEnds(now.getTime(), timeZone);
  const trend = Array.from({ length: hours }, () => 0);
  for (const { at, contacts } of course) {
    const index = hours - Math.ceil((end - Date.parse(at)) / hourMs);
    if (index >= 0 && index < hours) trend[index] = (trend[index] ?? 0) + contacts;
  }
  return trend;
}
