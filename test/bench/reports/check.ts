/** Whether the figures that were made are those that the hub makes of the same events: every day, and every month added up from its days. */
import { isDeepStrictEqual } from 'node:util';
import { addDays } from '@patchbay/domain';
import { factNames } from '@patchbay/engine/figures/keep';
import { recomputeDay } from '@patchbay/engine/figures/recompute';
import type { Database } from '@patchbay/store';
import { rebuildMonth } from '@patchbay/store/queries/figure-days';
import { daysOfYear, firstDay, timeZone } from './centre.ts';

const parts = { config: { timeZone }, openingHours: { timeZone, intervals: [] } };
/** What came at the end of the year goes on for so long. */
const after = 5;

/** @throws Error that says where they part */
export async function checkFigures(db: Database): Promise<{ days: number; facts: number }> {
  let counted = 0;
  for (let day = 0; day < daysOfYear + after; day += 1) {
    const { facts, differences } = await recomputeDay(db, parts, addDays(firstDay, day), false);
    counted += facts;
    if (differences.length > 0)
      throw new Error(`${addDays(firstDay, day)} differs: ${JSON.stringify(differences.slice(0, 5))}`);
  }
  for (let month = 1; month <= 12; month += 1) {
    const first = `${firstDay.slice(0, 5)}${String(month).padStart(2, '0')}-01`;
    const made = await rowsOf(db, first);
    await db.transaction((tx) => rebuildMonth(tx, first, factNames));
    if (made.length === 0 || !isDeepStrictEqual(made, await rowsOf(db, first))) throw new Error(`${first} differs`);
  }
  return { days: daysOfYear + after, facts: counted };
}

async function rowsOf(db: Database, month: string): Promise<unknown[]> {
  const { rows } = await db.sql.query<{ row: unknown }>(
    `select to_jsonb(f) as row from figure_sum f where grain = 2 and day = $1::date
     order by slice, queue_id, channel, agent_id, team_id, type, grade`,
    [month],
  );
  return rows.map(({ row }) => row);
}
