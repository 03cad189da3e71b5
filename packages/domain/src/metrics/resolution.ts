/** Whether matters are settled, and stay so. Sources: COPC CX Standard; ICMI glossary (FCR). */
import { ratio } from './service-level.ts';

/**
 * (settled at the first contact − those of them that were reopened) / settled. All three are of the day on which a ticket was settled: one that
 * is reopened later takes back what it counted for on that day.
 */
export const firstContactResolution = (c: {
  firstContact: number;
  firstContactUndone: number;
  resolved: number;
}): number | null => ratio(Math.max(0, c.firstContact - c.firstContactUndone), c.resolved);

/**
 * Settled after they had been reopened / settled. Both are counted when a ticket is settled, so that it is a part of the whole on any day, also
 * when what was settled yesterday is reopened today.
 */
export const reopenRate = (c: { settledAgain: number; resolved: number }): number | null =>
  ratio(c.settledAgain, c.resolved);
