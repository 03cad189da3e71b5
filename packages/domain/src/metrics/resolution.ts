/** Whether matters are settled, and stay so. Sources: COPC CX Standard; ICMI glossary (FCR). */
import { ratio } from './service-level.ts';

/** (settled at the first contact − those of them that were reopened) / settled. */
export const firstContactResolution = (c: {
  firstContact: number;
  firstContactUndone: number;
  resolved: number;
}): number | null => ratio(Math.max(0, c.firstContact - c.firstContactUndone), c.resolved);

/** Reopened by the customer or by hand / settled. */
export const reopenRate = (c: { reopened: number; resolved: number }): number | null => ratio(c.reopened, c.resolved);
