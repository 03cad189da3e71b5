/** Warnings and breaches, each told once and on time: by a delayed job, and by a sweep that finds what a lost job left behind. */
import { clockEvents } from '@patchbay/domain/sla/facts';
import { comingMoments, fireClocks } from '@patchbay/store/queries/clocks';
import { hasClockRun } from '@patchbay/store/queries/clock-runs';
import type { Parts } from '../parts.ts';

/** A moment gets a job of its own when it is so near. Milliseconds; more than the sweep's interval. */
export const soonMs = 10_000;
const batch = 200;
const mostJobs = 200;

type FiringParts = Pick<Parts, 'db' | 'now' | 'relay'>;

/** Handles the job `fire-clocks`. */
export async function fireDueClocks({ db, now, relay }: FiringParts): Promise<void> {
  let fired: number;
  do {
    fired = await fireClocks(db.sql, now(), clockEvents, batch);
    if (fired > 0) relay.nudge();
  } while (fired === batch);
}

/** The clock's part. */
export async function sweepClocks(parts: FiringParts & Pick<Parts, 'jobs'>): Promise<void> {
  await fireDueClocks(parts);
  const now = parts.now();
  for (const at of await comingMoments(parts.db.sql, now, new Date(now.getTime() + soonMs), mostJobs))
    parts.jobs.add('fire-clocks', { fireAt: at.getTime() }, { delayMs: at.getTime() - now.getTime() });
  if (await hasClockRun(parts.db.sql)) parts.jobs.add('run-clocks', { clockRuns: true });
}
