/** When the quarantine needs a person now: it grows, it is full, or something in it has waited too long. */
import type { AlertReason, WatchLimits } from '@patchbay/contracts';

export interface QuarantineSituation {
  readonly now: Date;
  /** Put aside within the window of the limits. */
  readonly newContacts: number;
  readonly waiting: number;
  readonly oldestAt: Date | null;
}

/** A limit that was reached is left only below this part of it: what comes and goes around a limit is one alert. */
const leftBelow = 0.5;

/**
 * Which limits are reached, the most pressing first; none when all is well. The alert fires while there is any. Ages are in seconds, of full
 * minutes. @param reached those of which the alert tells already
 */
export function quarantineAlert(
  situation: QuarantineSituation,
  limits: WatchLimits['quarantine'],
  reached: readonly AlertReason['code'][],
): AlertReason[] {
  const { now, newContacts, waiting, oldestAt } = situation;
  const oldest = oldestAt === null ? 0 : Math.max(0, (now.getTime() - oldestAt.getTime()) / 1000);
  const candidates: AlertReason[] = [
    { code: 'many-new', value: newContacts, limit: limits.newContacts },
    { code: 'many-waiting', value: waiting, limit: limits.waiting },
    { code: 'old', value: Math.floor(oldest / 60) * 60, limit: limits.oldestMinutes * 60 },
  ];
  return candidates.filter(
    ({ code, value, limit }) => waiting > 0 && value >= (reached.includes(code) ? limit * leftBelow : limit),
  );
}
