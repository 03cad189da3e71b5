/** How long somebody who waits will probably wait. */

/** What was taken longer ago says nothing about how fast it goes now. */
const paceWindowMs = 60 * 60_000;
const mostAnswers = 20;
const fewestAnswers = 3;

/**
 * Seconds until it is the turn of whoever has `ahead` others before them, from the pace at which the last items were taken out of the queue:
 * the time since the first of them divided by their number, so that it grows while nothing is taken. Null while fewer than three were taken
 * within the hour: it is not known yet.
 * @param taken when items were taken, in any order
 */
export function expectedWaitSeconds(ahead: number, taken: readonly Date[], now: Date): number | null {
  const recent = taken
    .map((at) => now.getTime() - at.getTime())
    .filter((age) => age >= 0 && age <= paceWindowMs)
    .toSorted((a, b) => a - b)
    .slice(0, mostAnswers);
  const oldest = recent.at(-1);
  if (oldest === undefined || recent.length < fewestAnswers) return null;
  return Math.ceil(((ahead + 1) * oldest) / recent.length / 1000);
}

/** Whole minutes as people are told them: at least one, above ten in steps of five. */
export function toldMinutes(seconds: number): number {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return minutes <= 10 ? minutes : Math.ceil(minutes / 5) * 5;
}
