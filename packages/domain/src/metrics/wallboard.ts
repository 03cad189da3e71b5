/** The wallboard, as a function over running figures. The formulas are shown on screen. */
import type { ChannelName, Figure, PresenceState } from '@patchbay/contracts';
import type { AgeBand } from './backlog.ts';
import { figureDefinition } from './definitions.ts';
import type { FactTotals } from './totals.ts';

/** The centre at one moment, with the running figures of its local day. */
export interface WallboardSnapshot {
  now: Date;
  queues: readonly { name: string; waiting: number; oldestWaitingSince: Date | null }[];
  agents: readonly { state: PresenceState; count: number }[];
  contactsToday: readonly { channel: ChannelName; count: number }[];
  /** The local day so far. */
  today: FactTotals;
  todayByQueue: readonly { queue: string; totals: FactTotals }[];
  /** Tickets that are not settled. */
  backlog: readonly { queue: string; age: AgeBand; count: number }[];
}

/** What only a wallboard shows: the moment, not a period. */
export const momentFigures = {
  waiting: {
    unit: 'count',
    title: { en: 'Waiting', zh: '等待数' },
    en: 'Tickets in the queue that no agent has taken, now',
    zh: '队列中当前尚无坐席接手的工单数',
  },
  'longest-wait': {
    unit: 'seconds',
    title: { en: 'Longest wait', zh: '最长等待' },
    en: 'Now minus the moment since when the ticket that waits longest in the queue has been waiting; none when nothing waits',
    zh: '当前时间减去队列中等待最久的工单开始等待的时间；无等待则无值',
  },
  agents: {
    unit: 'count',
    title: { en: 'Agents', zh: '坐席数' },
    en: 'Agents in the presence state, now',
    zh: '当前处于该状态的坐席数',
  },
  'contacts-today': {
    unit: 'count',
    title: { en: 'Contacts today', zh: '今日联系量' },
    en: "Messages of kind customer received on the channel since the local midnight of the centre's time zone",
    zh: '自中心所在时区当日零点起该渠道收到的客户消息数',
  },
  backlog: {
    unit: 'count',
    title: { en: 'Backlog', zh: '积压' },
    en: 'Tickets that are neither resolved nor closed, by the time since they were opened, now',
    zh: '当前既未解决也未关闭的工单数，按打开以来的时间分段',
  },
} as const;

function momentFigure(
  key: keyof typeof momentFigures,
  value: number | null,
  dimensions: Figure['dimensions'] = {},
): Figure {
  const { unit, en } = momentFigures[key];
  return { key, value, unit, formula: en, formulaKey: key, dimensions };
}

const todayOfCentre = [
  'first-response-median',
  'first-response-p90',
  'next-response-median',
  'resolution-median',
  'service-level',
  'offered',
  'answered',
  'abandoned',
  'abandonment',
  'average-speed-of-answer',
  'average-handle-time',
  'occupancy',
  'transfer-rate',
  'first-contact-resolution',
  'reopen-rate',
] as const;
const todayOfQueue = ['service-level', 'offered', 'answered', 'abandoned', 'average-speed-of-answer'] as const;

/** Figures whose course over the last hours is kept; that of agents' time is not by the hour and queue. */
export const trendFigures: { readonly centre: readonly string[]; readonly queue: readonly string[] } = {
  centre: todayOfCentre.filter((key) => figureDefinition(key)?.about === 'contacts'),
  queue: todayOfQueue,
};

function todayFigures(keys: readonly string[], totals: FactTotals, dimensions: Figure['dimensions']): Figure[] {
  return keys.flatMap((key) => {
    const found = figureDefinition(key);
    if (!found) return [];
    const { unit, formula, compute } = found;
    const said = `${formula.en}; since local midnight`;
    return [{ key, value: compute(totals), unit, formula: said, formulaKey: key, dimensions }];
  });
}

/** Seconds since a moment, never less than zero: two clocks may differ a little. */
function secondsSince(since: Date | null, now: Date): number | null {
  return since === null ? null : Math.max(0, (now.getTime() - since.getTime()) / 1000);
}

/** Every figure of the wallboard: of this moment, and of the local day so far. */
export function wallboardFigures(snapshot: WallboardSnapshot): Figure[] {
  return [
    ...snapshot.queues.flatMap(({ name, waiting, oldestWaitingSince }) => [
      momentFigure('waiting', waiting, { queue: name }),
      momentFigure('longest-wait', secondsSince(oldestWaitingSince, snapshot.now), { queue: name }),
    ]),
    ...snapshot.agents.map(({ state, count }) => momentFigure('agents', count, { state })),
    ...snapshot.contactsToday.map(({ channel, count }) => momentFigure('contacts-today', count, { channel })),
    ...todayFigures(todayOfCentre, snapshot.today, {}),
    ...snapshot.todayByQueue.flatMap(({ queue, totals }) => todayFigures(todayOfQueue, totals, { queue })),
    ...snapshot.backlog.map(({ queue, age, count }) => momentFigure('backlog', count, { queue, age })),
  ];
}
