import fc from 'fast-check';
import { expect, it } from 'vitest';
import { agentsNeeded, rostered } from './agents-needed.ts';
import { erlangB, erlangC, performanceOf, type Demand } from './erlang.ts';

/** 100 contacts in half an hour, of three minutes each. */
const stated: Demand = { rate: 100 / 1800, handleSeconds: 180, patienceSeconds: null };
const target = { serviceLevel: 0.8, targetSeconds: 20, maximumOccupancy: 1 };

it.each([
  [14, 0.8884],
  [13, 0.7956],
])('100 calls per half hour of 180 s: %i agents answer %f within 20 s', (agents, share) => {
  expect(performanceOf(stated, agents, 20).serviceLevel).toBeCloseTo(share, 4);
});

it('finds the fewest agents that reach the target, by service level or by occupancy', () => {
  expect(agentsNeeded(stated, target)).toMatchObject({ agents: 14 });
  expect(agentsNeeded(stated, { ...target, serviceLevel: 0.79 }).agents).toBe(13);
  expect(agentsNeeded(stated, { ...target, maximumOccupancy: 0.625 }).agents).toBe(16);
  expect(agentsNeeded({ ...stated, rate: 0 }, target)).toMatchObject({ agents: 0, serviceLevel: 1 });
  expect(agentsNeeded({ ...stated, patienceSeconds: 120 }, target).agents).toBeLessThan(14);
});

it.each([
  [14, 0.3, 20],
  [7, 0.3, 10],
  [0, 0.3, 0],
  [14, 0, 14],
])('%i at work with shrinkage %f are %i on the roster', (agents, shrinkage, roster) => {
  expect(rostered(agents, shrinkage)).toBe(roster);
});

it('holds for five thousand agents, under and over full load', () => {
  for (const patienceSeconds of [null, 60, 3600])
    for (const load of [4_000, 4_950, 5_200, 9_000]) {
      const found = performanceOf({ rate: load / 300, handleSeconds: 300, patienceSeconds }, 5_000, 20);
      for (const share of [found.serviceLevel, found.abandonment, found.occupancy, found.waitProbability]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
    }
  // Beyond full load who is not served gives up.
  const over = performanceOf({ rate: 30, handleSeconds: 300, patienceSeconds: 60 }, 5_000, 20);
  expect(over.abandonment).toBeCloseTo(1 - 5_000 / 9_000, 6);
});

const load = fc.double({ min: 0.1, max: 30, noNaN: true });
const demand = fc.record({
  rate: fc.double({ min: 0.001, max: 1, noNaN: true }),
  handleSeconds: fc.double({ min: 5, max: 600, noNaN: true }),
  patienceSeconds: fc.option(fc.double({ min: 5, max: 3600, noNaN: true })),
});

it('the recursion equals the formula aⁿ/n! / Σ aᵏ/k! for few agents', () => {
  fc.assert(
    fc.property(load, fc.integer({ min: 0, max: 20 }), (a, agents) => {
      let term = 1;
      let sum = 1;
      for (let k = 1; k <= agents; k++) {
        term *= a / k;
        sum += term;
      }
      expect(erlangB(a, agents)).toBeCloseTo(term / sum, 10);
      expect(erlangC(a, agents)).toBeGreaterThanOrEqual(erlangB(a, agents) - 1e-12);
    }),
  );
});

it('one more agent is never worse', () => {
  fc.assert(
    fc.property(
      demand,
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 1, max: 120 }),
      (asked, agents, seconds) => {
        const [before, after] = [performanceOf(asked, agents, seconds), performanceOf(asked, agents + 1, seconds)];
        const slack = 1e-6;
        expect(after.serviceLevel).toBeGreaterThanOrEqual(before.serviceLevel - slack);
        expect(after.averageWaitSeconds).toBeLessThanOrEqual(before.averageWaitSeconds + slack);
        expect(after.abandonment).toBeLessThanOrEqual(before.abandonment + slack);
        expect(after.occupancy).toBeLessThanOrEqual(before.occupancy + slack);
      },
    ),
  );
});

it('Erlang A becomes Erlang C as patience grows without end', () => {
  fc.assert(
    fc.property(load, fc.integer({ min: 1, max: 20 }), (a, spare) => {
      const agents = Math.ceil(a) + spare;
      const asked = { rate: a / 180, handleSeconds: 180 };
      const c = performanceOf({ ...asked, patienceSeconds: null }, agents, 20);
      const limit = performanceOf({ ...asked, patienceSeconds: 1e9 }, agents, 20);
      expect(limit.serviceLevel).toBeCloseTo(c.serviceLevel, 4);
      expect(limit.waitProbability).toBeCloseTo(c.waitProbability, 4);
      expect(limit.abandonment).toBeCloseTo(0, 4);
    }),
  );
});
