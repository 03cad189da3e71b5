/** Figures as pure functions over events, and the wallboard as one over running figures. The formulas are shown on screen. */
import { eventData } from '@patchbay/contracts';
import type { ChannelName, Figure, HubEvent, PresenceState } from '@patchbay/contracts';
import { localDate } from './calendar.ts';
import { histogramOf, quantile } from './histogram.ts';
import type { Histogram } from './histogram.ts';

/** What figures need of an event. */
export type FigureEvent = Pick<HubEvent, 'type' | 'at' | 'data'>;

/** Only what the figures are computed from, so that they can also be recomputed from events of earlier versions. */
const receivedData = eventData['message.received'].pick({ kind: true, channel: true });
const createdData = eventData['message.created'].pick({ firstResponseSeconds: true });

function onDay(events: readonly FigureEvent[], type: HubEvent['type'], day: string, timeZone: string): FigureEvent[] {
  return events.filter((event) => event.type === type && localDate(new Date(event.at), timeZone) === day);
}

/** Customer messages received on a local day (`YYYY-MM-DD`), by channel; channels without any are left out. */
export function contactsByChannel(
  events: readonly FigureEvent[],
  day: string,
  timeZone: string,
): Map<ChannelName, number> {
  const counts = new Map<ChannelName, number>();
  for (const event of onDay(events, 'message.received', day, timeZone)) {
    const { kind, channel } = receivedData.parse(event.data);
    if (kind === 'customer') counts.set(channel, (counts.get(channel) ?? 0) + 1);
  }
  return counts;
}

/** Histogram of the first responses given on a local day (`YYYY-MM-DD`), in seconds, all channels. */
export function firstResponseHistogram(
  events: readonly FigureEvent[],
  day: string,
  timeZone: string,
): Map<number, number> {
  const seconds = onDay(events, 'message.created', day, timeZone).map(
    (event) => createdData.parse(event.data).firstResponseSeconds ?? null,
  );
  return histogramOf(seconds.filter((value) => value !== null));
}

/** The centre at one moment, with the running figures of its local day. */
export interface WallboardSnapshot {
  now: Date;
  timeZone: string;
  queues: readonly { name: string; waiting: number; oldestWaitingSince: Date | null }[];
  agents: readonly { state: PresenceState; count: number }[];
  contactsToday: readonly { channel: ChannelName; count: number }[];
  /** First responses given today, all channels. */
  firstResponse: Histogram;
}

const formulas = {
  waiting: 'Tickets in the queue that no agent has taken, now',
  'longest-wait':
    'Now minus the moment since when the ticket that waits longest in the queue has been waiting; none when nothing waits',
  agents: 'Agents in the presence state, now',
  'contacts-today':
    "Messages of kind customer received on the channel since the local midnight of the centre's time zone",
  'first-response-median':
    "50th percentile (nearest rank, within 1 %) of the seconds from a ticket's opening to its first public answer by an agent, over first answers given since local midnight, all channels",
  'first-response-p90':
    "90th percentile (nearest rank, within 1 %) of the seconds from a ticket's opening to its first public answer by an agent, over first answers given since local midnight, all channels",
} as const;

function figure(
  key: keyof typeof formulas,
  unit: Figure['unit'],
  value: number | null,
  dimensions: Figure['dimensions'] = {},
): Figure {
  return { key, value, unit, formula: formulas[key], dimensions };
}

/** Seconds since a moment, never less than zero: two clocks may differ a little. */
function secondsSince(since: Date | null, now: Date): number | null {
  return since === null ? null : Math.max(0, (now.getTime() - since.getTime()) / 1000);
}

/** The first wallboard: waiting and longest wait per queue, agents by state, contacts today by channel, first response. */
export function wallboardFigures(snapshot: WallboardSnapshot): Figure[] {
  return [
    ...snapshot.queues.flatMap(({ name, waiting, oldestWaitingSince }) => [
      figure('waiting', 'count', waiting, { queue: name }),
      figure('longest-wait', 'seconds', secondsSince(oldestWaitingSince, snapshot.now), { queue: name }),
    ]),
    ...snapshot.agents.map(({ state, count }) => figure('agents', 'count', count, { state })),
    ...snapshot.contactsToday.map(({ channel, count }) => figure('contacts-today', 'count', count, { channel })),
    figure('first-response-median', 'seconds', quantile(snapshot.firstResponse, 0.5)),
    figure('first-response-p90', 'seconds', quantile(snapshot.firstResponse, 0.9)),
  ];
}
