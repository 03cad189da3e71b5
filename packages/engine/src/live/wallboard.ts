import { ageBands, localDate, startOfDay, totalsOf, wallboardFigures, type FactTotals } from '@patchbay/domain';
import type { Wallboard } from '@patchbay/contracts';
import { readWallboardSnapshot } from '@patchbay/store';
import { listAlerts } from '@patchbay/store/queries/alerts';
import { readBoardMoment } from '@patchbay/store/queries/wallboards';
import { factNames } from '../figures/keep.ts';
import { openAgentTime } from '../figures/open-time.ts';
import { addTotals, totalsOfStored } from '../figures/stored.ts';
import type { Parts } from '../parts.ts';
import { readTrends } from '../wallboard/trends.ts';
import { readTiles } from '../watch/health.ts';

const ages = ageBands.map(({ below }) => below).filter(Number.isFinite);

/** Every figure of the wallboard with its formula, from the running figures. */
export async function readWallboard(parts: Parts): Promise<Wallboard> {
  const now = parts.now();
  const { timeZone } = parts.config;
  const snapshot = await readWallboardSnapshot(parts.db.sql, localDate(now, timeZone), factNames, ages);
  const byQueue = new Map<string, FactTotals>(snapshot.today.map((row) => [row.queueId, totalsOfStored(row)]));
  const figures = wallboardFigures({
    ...snapshot,
    now,
    today: addTotals([...byQueue.values(), ...(await timeOfToday(parts, now))]),
    todayByQueue: snapshot.queues.map(({ id, name }) => ({ queue: name, totals: byQueue.get(id) ?? totalsOf({}) })),
    backlog: snapshot.queues.flatMap(({ id, name }) => {
      const counts = snapshot.backlog.find(({ queueId }) => queueId === id)?.ages ?? [];
      return ageBands.map(({ key }, index) => ({ queue: name, age: key, count: counts[index] ?? 0 }));
    }),
  });
  const [channels, alerts, { agents, late, clocks }, trends] = await Promise.all([
    readTiles(parts),
    listAlerts(parts.db.sql),
    readBoardMoment(parts.db.sql),
    readTrends(parts, snapshot.queues),
  ]);
  return {
    at: now.toISOString(),
    timeZone,
    seq: snapshot.seq,
    figures,
    channels,
    alerts: alerts.filter(({ firing }) => firing),
    agents,
    clocks: { late, items: clocks },
    trends,
  };
}

/** Agents' time that goes on, as far as it is of today. */
async function timeOfToday({ db, config }: Parts, now: Date): Promise<FactTotals[]> {
  const midnight = startOfDay(localDate(now, config.timeZone), config.timeZone);
  return (await openAgentTime(db.sql, now)).flatMap(({ at, sums }) => (at >= midnight ? [totalsOf({ sums })] : []));
}

/** Calls `work` once for any number of calls within `intervalMs`, the first time at once. What fails is told and done again at the next call. */
export function throttle(work: () => Promise<void>, intervalMs: number, onError: (error: unknown) => void): () => void {
  let waiting = false;
  let wanted = false;
  const run = () => {
    waiting = true;
    wanted = false;
    const end = () => {
      waiting = false;
      if (wanted) run();
    };
    void work()
      .catch(onError)
      .finally(() => setTimeout(end, intervalMs).unref());
  };
  return () => {
    if (waiting) wanted = true;
    else run();
  };
}
