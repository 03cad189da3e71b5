/**
 * Waiting in a queue with many servers: Poisson arrivals, exponential handling times, and in Erlang A exponential patience.
 * Sources: Gans, Koole, Mandelbaum, "Telephone Call Centers: Tutorial, Review, and Research Prospects", M&SOM 5 (2003), section 4;
 * Garnett, Mandelbaum, Reiman, "Designing a Call Center with Impatient Customers", M&SOM 4 (2002), section 3.
 */

export interface Demand {
  /** Contacts per second. */
  readonly rate: number;
  /** Mean time that an agent is busy with one, in seconds. */
  readonly handleSeconds: number;
  /** Mean time after which who waits gives up; null: nobody does (Erlang C). */
  readonly patienceSeconds: number | null;
}

export interface Performance {
  /** Answered within the target, of all offered. */
  readonly serviceLevel: number;
  /** Mean wait of all offered, in seconds; Infinity where the queue grows without end. */
  readonly averageWaitSeconds: number;
  readonly waitProbability: number;
  readonly abandonment: number;
  readonly occupancy: number;
}

/** Contacts in work at the same time if nobody waited, in Erlang. */
export const offeredLoad = ({ rate, handleSeconds }: Pick<Demand, 'rate' | 'handleSeconds'>): number =>
  rate * handleSeconds;

/** 1/B by the recursion 1/B(n) = 1 + n/a · 1/B(n − 1), which adds positive numbers only and so stays exact for any n. */
function inverseErlangB(load: number, agents: number): number {
  let inverse = 1;
  for (let n = 1; n <= agents && inverse < Infinity; n++) inverse = 1 + (n / load) * inverse;
  return inverse;
}

/** Erlang B: how many find all agents busy where nobody can wait. */
export function erlangB(load: number, agents: number): number {
  return load === 0 ? Number(agents === 0) : 1 / inverseErlangB(load, agents);
}

/** Erlang C: how many have to wait where nobody gives up. 1 from full load on. */
export function erlangC(load: number, agents: number): number {
  if (load === 0) return Number(agents === 0);
  if (agents <= load) return 1;
  // C = B / (1 − ρ(1 − B))
  const ratio = load / agents;
  return 1 / (ratio + (1 - ratio) * inverseErlangB(load, agents));
}

/** How `agents` do with the demand; the target is the time within which one should be answered, in seconds. */
export function performanceOf(demand: Demand, agents: number, targetSeconds: number): Performance {
  if (offeredLoad(demand) === 0) return idle;
  if (agents === 0) return nobody(demand.patienceSeconds);
  return demand.patienceSeconds === null
    ? patient(demand, agents, targetSeconds)
    : impatient({ ...demand, patienceSeconds: demand.patienceSeconds }, agents, targetSeconds);
}

const idle: Performance = {
  serviceLevel: 1,
  averageWaitSeconds: 0,
  waitProbability: 0,
  abandonment: 0,
  occupancy: 0,
};

const nobody = (patience: number | null): Performance => ({
  serviceLevel: 0,
  averageWaitSeconds: patience ?? Infinity,
  waitProbability: 1,
  abandonment: patience === null ? 0 : 1,
  occupancy: 1,
});

function patient(demand: Demand, agents: number, targetSeconds: number): Performance {
  const load = offeredLoad(demand);
  if (agents <= load) return { ...nobody(null) };
  const waitProbability = erlangC(load, agents);
  const spare = (agents - load) / demand.handleSeconds;
  return {
    serviceLevel: 1 - waitProbability * Math.exp(-spare * targetSeconds),
    averageWaitSeconds: waitProbability / spare,
    waitProbability,
    abandonment: 0,
    occupancy: load / agents,
  };
}

/** Palm's formulas: with x = Nμ/θ and y = λ/θ everything follows from B and A(x, y) = 1 + y/(x+1) + y²/((x+1)(x+2)) + … */
function impatient(
  demand: Demand & { readonly patienceSeconds: number },
  agents: number,
  targetSeconds: number,
): Performance {
  const load = offeredLoad(demand);
  const patience = demand.patienceSeconds;
  const capacity = agents / demand.handleSeconds;
  const logA = logPalm(capacity * patience, demand.rate * patience);
  const waitProbability = 1 / (1 + (inverseErlangB(load, agents) - 1) * Math.exp(-logA));
  const ratio = load / agents;
  // Who waits gives up with probability 1/(ρA) + 1 − 1/ρ; rounding may lead just beyond its ends.
  const givenUp = Math.min(1, Math.max(0, (Math.exp(-logA) - 1) / ratio + 1));
  const abandonment = waitProbability * givenUp;
  const served = servedInTime(demand, capacity, logA, targetSeconds);
  return {
    serviceLevel: Math.min(1, 1 - waitProbability + waitProbability * served),
    averageWaitSeconds: abandonment * patience,
    waitProbability,
    abandonment,
    occupancy: Math.min(1, ratio * (1 - abandonment)),
  };
}

/** The logarithm of A(x, y), whose terms rise until x + j passes y. */
function logPalm(x: number, y: number): number {
  const large = 1e250;
  let term = 1;
  let sum = 1;
  let scale = 0;
  for (let j = 1; term > sum * 1e-17; j++) {
    term *= y / (x + j);
    sum += term;
    if (sum < large) continue;
    sum /= large;
    term /= large;
    scale += Math.log(large);
  }
  return scale + Math.log(sum);
}

/**
 * Of those who wait, how many are answered within the target: ∫ e^(−θv) f(v) dv from 0 to there, where
 * f(v) = Nμ/A · exp(λ/θ (1 − e^(−θv)) − Nμv) is the density of the wait that one would have with endless patience. By Simpson's rule.
 */
function servedInTime(
  { rate, patienceSeconds }: { rate: number; patienceSeconds: number },
  capacity: number,
  logA: number,
  until: number,
): number {
  const panels = 2 * Math.min(2_000, Math.max(50, Math.ceil(2 * capacity * until)));
  const step = until / panels;
  const density = (v: number): number =>
    capacity *
    Math.exp(-rate * patienceSeconds * Math.expm1(-v / patienceSeconds) - capacity * v - v / patienceSeconds - logA);
  let sum = density(0) + density(until);
  for (let i = 1; i < panels; i++) sum += density(i * step) * (i % 2 === 1 ? 4 : 2);
  return Math.min(1, (sum * step) / 3);
}
