import { describe, expect, it } from 'vitest';
import { backlogChange } from './backlog.ts';
import { figureDefinition, figureDefinitions } from './definitions.ts';
import { averageHandleTime, averageSpeedOfAnswer, averageTimeToAbandon, perHandled, transferRate } from './handling.ts';
import { occupancy, utilisation } from './occupancy.ts';
import { firstContactResolution, reopenRate } from './resolution.ts';
import { responseTime } from './response.ts';
import {
  abandonment,
  serviceLevelOfAnswered,
  serviceLevelOfOffered,
  serviceLevelWithAbandoned,
  serviceLevelWithoutEarlyAbandons,
  serviceLevelWithoutShortAbandons,
} from './service-level.ts';
import { sketchOf } from './sketch.ts';
import { totalsOf } from './totals.ts';

/** X is 20 seconds, and who gives up within 5 did not wait in earnest. */
const day = { answered: 1000, answeredInTarget: 860, abandoned: 60, abandonedInTarget: 20, abandonedShort: 10 };
const nothing = { answered: 0, answeredInTarget: 0, abandoned: 0, abandonedInTarget: 0, abandonedShort: 0 };

describe('service level', () => {
  it.each([
    ['abandoned in time counted as answered in time', serviceLevelWithAbandoned, 83.02],
    ['abandoned ignored', serviceLevelOfAnswered, 86],
    ['abandoned counted against it', serviceLevelOfOffered, 81.13],
    ['abandoned in time excluded', serviceLevelWithoutEarlyAbandons, 82.69],
    ['short abandons excluded', serviceLevelWithoutShortAbandons, 81.9],
    ['abandonment without short abandons', abandonment, 4.76],
  ])('%s', (_name, formula, percent) => {
    expect((formula(day) ?? 0) * 100).toBeCloseTo(percent, 2);
    expect(formula(nothing)).toBeNull();
  });

  it('is between the variant that counts everybody against it and the one that counts nobody', () => {
    for (const formula of [
      serviceLevelWithAbandoned,
      serviceLevelWithoutEarlyAbandons,
      serviceLevelWithoutShortAbandons,
    ]) {
      expect(formula(day)).toBeGreaterThan(serviceLevelOfOffered(day) ?? 1);
      expect(formula(day)).toBeLessThan(serviceLevelOfAnswered(day) ?? 0);
    }
  });
});

it.each<[string, number | null, number | null]>([
  ['average speed of answer', averageSpeedOfAnswer({ waitMs: 90_000, answered: 6 }), 15],
  ['of nothing', averageSpeedOfAnswer({ waitMs: 0, answered: 0 }), null],
  ['average handle time', averageHandleTime({ talkMs: 600_000, holdMs: 60_000, wrapMs: 120_000, handled: 4 }), 195],
  ['handle time of nothing', averageHandleTime({ talkMs: 0, holdMs: 0, wrapMs: 5_000, handled: 0 }), null],
  ['hold per contact', perHandled(60_000, 4), 15],
  ['average time to abandon', averageTimeToAbandon({ abandonedWaitMs: 9_000, abandoned: 2 }), 4.5],
  ['transfer rate', transferRate({ transferred: 3, resolved: 9 }), 0.25],
  ['every contact passed on twice', transferRate({ transferred: 20, resolved: 10 }), 2 / 3],
  ['occupancy', occupancy({ occupiedMs: 45_000, availableMs: 15_000 }), 0.75],
  ['occupancy of who was never there', occupancy({ occupiedMs: 0, availableMs: 0 }), null],
  ['utilisation', utilisation({ occupiedMs: 45_000, staffedMs: 90_000 }), 0.5],
  ['first contact resolution', firstContactResolution({ firstContact: 6, firstContactUndone: 1, resolved: 10 }), 0.5],
  ['more undone today than done', firstContactResolution({ firstContact: 0, firstContactUndone: 1, resolved: 2 }), 0],
  ['reopen rate', reopenRate({ settledAgain: 1, resolved: 8 }), 0.125],
  ['growth of the backlog', backlogChange({ opened: 5, reopened: 2, resolved: 9 }), -2],
])('%s', (_name, value, expected) => expect(value).toBe(expected));

it('percentiles are within 1 % of the exact ones', () => {
  const sketch = sketchOf(Array.from({ length: 100 }, (_, index) => (index + 1) * 60));
  for (const [percentile, exact] of [
    ['median', 3000],
    ['p90', 5400],
    ['p95', 5700],
  ] as const)
    expect(Math.abs((responseTime(sketch, percentile) ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.01);
  expect(responseTime(new Map(), 'median')).toBeNull();
});

describe('every figure', () => {
  it('has a key of its own, and words, a formula and a source to show', () => {
    expect(new Set(figureDefinitions.map(({ key }) => key)).size).toBe(figureDefinitions.length);
    for (const { title, formula, source } of figureDefinitions)
      for (const text of [title.en, title.zh, formula.en, formula.zh, source]) expect(text).not.toBe('');
    for (const { title, formula } of figureDefinitions) expect(title.zh + formula.zh).toMatch(/\p{Script=Han}/u);
  });

  it('can be computed where nothing happened', () => {
    for (const { unit, compute, key } of figureDefinitions) {
      const value = compute(totalsOf({}));
      if (unit === 'ratio') expect(value, key).toBeNull();
      else expect([0, null], key).toContain(value);
    }
  });

  it('is computed by the formula that stands beside it', () => {
    const totals = totalsOf({ sums: { ...day, offered: 1070 } });
    expect(figureDefinition('service-level')?.compute(totals)).toBeCloseTo(0.8302, 4);
    expect(figureDefinition('service-level-of-offered')?.compute(totals)).toBeCloseTo(0.8113, 4);
    expect(figureDefinition('offered')?.compute(totals)).toBe(1070);
  });
});
