/**
 * How long customers wait for an answer, as percentiles of a sketch (`sketch.ts`). First response: from a ticket's opening to its first public
 * answer by an agent. Next response: from the first message that is not answered to the answer, once there was a first. Resolution: from the
 * opening until it is settled. Each in calendar time, and in business time: the time in which the centre is open by its usual calendar, in the
 * version that holds when the duration ends.
 * Sources: COPC CX Standard (cycle time); ISO 18295-1:2017.
 */
import { quantile, type Sketch } from './sketch.ts';

export const responsePercentiles = { median: 0.5, p90: 0.9, p95: 0.95 } as const;
export type ResponsePercentile = keyof typeof responsePercentiles;

/** Seconds; null where nothing was measured. */
export const responseTime = (sketch: Sketch, percentile: ResponsePercentile): number | null =>
  quantile(sketch, responsePercentiles[percentile]);
