/**
 * Service level: the part of contacts that was answered within X seconds. Four ways to count those who gave up are in use, and they differ by
 * points; with X = 20 s, 1,000 answered (860 in time) and 60 abandoned (20 in time) they give 83.02, 86.00, 81.13 and 82.69 %.
 * Sources: Cleveland, Call Center Management on Fast Forward (ICMI); ISO 18295-1:2017.
 */
export interface ServiceLevelCounts {
  answered: number;
  answeredInTarget: number;
  abandoned: number;
  /** Gave up within X. */
  abandonedInTarget: number;
  /** Gave up within the threshold of short abandons. */
  abandonedShort: number;
}

/** A part of a whole; null where there is no whole. */
export const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/** (answered in time + abandoned in time) / (answered + abandoned) */
export const serviceLevelWithAbandoned = (c: ServiceLevelCounts): number | null =>
  ratio(c.answeredInTarget + c.abandonedInTarget, c.answered + c.abandoned);

/** answered in time / answered: who gave up is left out. */
export const serviceLevelOfAnswered = (c: ServiceLevelCounts): number | null => ratio(c.answeredInTarget, c.answered);

/** answered in time / (answered + abandoned): everybody who gave up counts against it. */
export const serviceLevelOfOffered = (c: ServiceLevelCounts): number | null =>
  ratio(c.answeredInTarget, c.answered + c.abandoned);

/** answered in time / (answered + abandoned after X): who gave up within X is left out. */
export const serviceLevelWithoutEarlyAbandons = (c: ServiceLevelCounts): number | null =>
  ratio(c.answeredInTarget, c.answered + c.abandoned - c.abandonedInTarget);

/** answered in time / (answered + abandoned − short abandons): only who did not wait in earnest is left out. */
export const serviceLevelWithoutShortAbandons = (c: ServiceLevelCounts): number | null =>
  ratio(c.answeredInTarget, c.answered + c.abandoned - c.abandonedShort);

/** (abandoned − short abandons) / (answered + abandoned − short abandons). Source: COPC CX Standard. */
export const abandonment = (c: ServiceLevelCounts): number | null =>
  ratio(c.abandoned - c.abandonedShort, c.answered + c.abandoned - c.abandonedShort);
