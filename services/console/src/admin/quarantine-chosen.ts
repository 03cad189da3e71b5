import { bulkLimit } from '@patchbay/contracts';

/** Of those that are shown the chosen ones, as many as go at once, and how many stay chosen beyond them. */
export function chosenOf(shown: readonly string[], chosen: ReadonlySet<string>): { ids: string[]; left: number } {
  const all = shown.filter((id) => chosen.has(id));
  const ids = all.slice(0, bulkLimit);
  return { ids, left: all.length - ids.length };
}
