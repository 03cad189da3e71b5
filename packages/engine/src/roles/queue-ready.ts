import type { Jobs } from '../queues/jobs.ts';

/** False when the queue does not answer soon. */
export function queueReady(jobs: Jobs): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 2_000).unref());
  return Promise.race([
    jobs.ping().then(
      () => true,
      () => false,
    ),
    late,
  ]);
}
