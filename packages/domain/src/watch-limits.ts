import type { WatchLimits } from '@patchbay/contracts';

/** What holds until a manager changes it. */
export const defaultWatchLimits: WatchLimits = {
  quarantine: { newContacts: 10, windowMinutes: 15, waiting: 50, oldestMinutes: 60 },
  channels: { slowSeconds: 60, failingSeconds: 900, failedSends: 3, silentHours: 72 },
};
