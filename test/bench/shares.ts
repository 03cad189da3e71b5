/** What the hub reaches of what its bare parts reach, measured in the same round with as many in flight. */
import type { BareName, BareSamples, Customers, HubSample } from './protocol.ts';
import { median } from './samples.ts';

/** One measurement of the hub, with the bare parts before it and after it, since the machine may be busier the one time than the other. */
export interface Leg {
  readonly hub: HubSample;
  readonly bare: readonly [before: BareSamples, after: BareSamples];
  /** Milliseconds of processor time for each contact; null where the system does not say. */
  readonly processorMs: { readonly hub: number | null; readonly stores: number | null };
}

export type Round = Readonly<Record<Customers, Leg>>;

/** A share over the rounds. */
export interface Share {
  readonly name: string;
  readonly of: string;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

interface Definition {
  readonly name: string;
  readonly of: string;
  share(round: Round, customers: Customers): number;
}

/** The parts on the way of one contact: form and signature, insert, hop, ingest statement; each the mean of before and after. */
function parts(round: Round, customers: Customers) {
  const [before, after] = round[customers].bare;
  const mean = (name: BareName) => ({
    rate: Math.sqrt(before[name].rate * after[name].rate),
    p50: Math.sqrt(before[name].p50 * after[name].p50),
    processorMs: ((before[name].processorMs ?? Number.NaN) + (after[name].processorMs ?? Number.NaN)) / 2,
  });
  const intake = [mean('express'), mean('insert')];
  return { intake, all: [...intake, mean('hop'), mean(customers === 'known' ? 'statement-known' : 'statement-new')] };
}

const slowest = (samples: readonly { rate: number }[]) => Math.min(...samples.map(({ rate }) => rate));
/** What the parts reach when they share one processor, one after another. */
const inTurn = (samples: readonly { rate: number }[]) =>
  1 / samples.reduce((seconds, { rate }) => seconds + 1 / rate, 0);
const sumOfWaits = (samples: readonly { p50: number }[]) => samples.reduce((ms, { p50 }) => ms + p50, 0);

export const definitions: readonly Definition[] = [
  {
    name: 'webhook → acknowledged, rate',
    of: 'the slower of Express+signature and insert',
    share: (round, who) => round[who].hub.burst.acknowledged.rate / slowest(parts(round, who).intake),
  },
  {
    name: '  the same',
    of: 'both in turn',
    share: (round, who) => round[who].hub.burst.acknowledged.rate / inTurn(parts(round, who).intake),
  },
  {
    name: 'webhook → ticket row, rate of a burst',
    of: 'the slowest of the four parts',
    share: (round, who) => round[who].hub.burst.stored.rate / slowest(parts(round, who).all),
  },
  {
    name: "webhook → agent's socket, rate of a burst",
    of: 'the slowest of the four parts',
    share: (round, who) => round[who].hub.burst.shown.rate / slowest(parts(round, who).all),
  },
  {
    name: "webhook → agent's socket, steady rate",
    of: 'the slowest of the four parts',
    share: (round, who) => round[who].hub.steady.shown.rate / slowest(parts(round, who).all),
  },
  {
    name: '  the same',
    of: 'all four in turn',
    share: (round, who) => round[who].hub.steady.shown.rate / inTurn(parts(round, who).all),
  },
  {
    name: "webhook → agent's socket, time",
    of: 'sum of the four p50 / steady p50',
    share: (round, who) => sumOfWaits(parts(round, who).all) / round[who].hub.steady.shown.p50,
  },
  {
    name: "webhook → agent's socket, processor time",
    of: 'sum of the four parts / hub with its stores',
    share: (round, who) => {
      const { hub, stores } = round[who].processorMs;
      const bare = parts(round, who).all.reduce((ms, part) => ms + part.processorMs, 0);
      return bare / ((hub ?? Number.NaN) + (stores ?? Number.NaN));
    },
  },
];

export function sharesOf(rounds: readonly Round[], customers: Customers): Share[] {
  return definitions.map(({ name, of, share }) => {
    const values = rounds.map((round) => share(round, customers));
    return { name, of, median: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
  });
}
