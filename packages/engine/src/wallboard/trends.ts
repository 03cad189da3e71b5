/** The course of figures over the last hours, from the sums that are kept by the quarter of an hour. */
import type { BoardTrend } from '@patchbay/contracts';
import {
  durationNames,
  figureDefinition,
  quartersOf,
  slices,
  sumNames,
  trendFigures,
  type FactTotals,
  type LocalQuarter,
} from '@patchbay/domain';
import { readSums, type SumsGroup } from '@patchbay/store/queries/reports';
import { addTotals, totalsOfStored } from '../figures/stored.ts';
import type { Parts } from '../parts.ts';

const hours = 8;
const hourMs = 3_600_000;
/** A reading is given out again for so long. */
const freshMs = 5_000;

interface Queue {
  id: string;
  name: string;
}

const readings = new WeakMap<object, { at: number; reading: Promise<BoardTrend[]> }>();

export function readTrends(parts: Parts, queues: readonly Queue[]): Promise<BoardTrend[]> {
  const known = readings.get(parts.db);
  const at = performance.now();
  if (known && at - known.at < freshMs) return known.reading;
  const reading = takeTrends(parts, queues);
  readings.set(parts.db, { at, reading });
  // What failed is not given out again.
  reading.catch(() => {
    if (readings.get(parts.db)?.reading === reading) readings.delete(parts.db);
  });
  return reading;
}

async function takeTrends({ db, config, now }: Parts, queues: readonly Queue[]): Promise<BoardTrend[]> {
  const quarterOf = quartersOf(config.timeZone);
  const slots = Array.from({ length: hours }, (_, index) => {
    const { day, quarter } = quarterOf(now().getTime() - (hours - 1 - index) * hourMs);
    return { day, quarter: Math.floor(quarter / 4) * 4 };
  });
  const groups = await readSums(
    db.sql,
    {
      slice: slices.contact.number,
      from: slots[0]?.day ?? '',
      to: slots.at(-1)?.day ?? '',
      interval: '1h',
      by: 'queue',
      filter: {},
      names: { sums: sumNames, durations: durationNames },
    },
    10_000,
  );
  const totals = (queueId: string | null): (FactTotals | null)[] =>
    slots.map((slot) => {
      const found = groups.filter((one) => isIn(one, slot) && (queueId === null || one.key === queueId));
      return found.length === 0 ? null : addTotals(found.map(totalsOfStored));
    });
  return [
    ...trendsOf(trendFigures.centre, null, totals(null)),
    ...queues.flatMap(({ id, name }) => trendsOf(trendFigures.queue, name, totals(id))),
  ];
}

function trendsOf(keys: readonly string[], queue: string | null, totals: readonly (FactTotals | null)[]): BoardTrend[] {
  return keys.flatMap((key) => {
    const found = figureDefinition(key);
    if (!found) return [];
    // An hour in which nothing happened has none of what is counted, and no value of what is averaged.
    const nothing = found.unit === 'count' ? 0 : null;
    return [{ key, queue, points: totals.map((one) => (one ? found.compute(one) : nothing)) }];
  });
}

const isIn = (group: SumsGroup, slot: LocalQuarter): boolean =>
  group.day === slot.day && group.quarter === slot.quarter;
