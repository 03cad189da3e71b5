import { describe, expect, it } from 'vitest';
import { expectedWaitSeconds, toldMinutes } from './expected-wait.ts';

const now = new Date('2026-03-02T12:00:00Z');
const secondsAgo = (...ages: number[]) => ages.map((age) => new Date(now.getTime() - age * 1000));

describe('expectedWaitSeconds', () => {
  it.each<[string, number, Date[], number | null]>([
    ['nothing taken yet', 0, [], null],
    ['too few to say', 0, secondsAgo(10, 20), null],
    ['one every minute, first in line', 0, secondsAgo(60, 120, 180), 60],
    ['one every minute, third in line', 2, secondsAgo(60, 120, 180), 180],
    ['in any order', 2, secondsAgo(180, 60, 120), 180],
    ['nothing taken for long: it takes longer', 0, secondsAgo(1800, 1860, 1920), 640],
    ['what is older than an hour does not count', 0, secondsAgo(10, 20, 3601), null],
    ['what comes from a clock that runs ahead does not count', 0, secondsAgo(-5, 10, 20), null],
    ['the last twenty', 0, secondsAgo(...Array.from({ length: 40 }, (_, index) => (index + 1) * 10)), 10],
  ])('%s', (_name, ahead, taken, expected) => {
    expect(expectedWaitSeconds(ahead, taken, now)).toBe(expected);
  });
});

it.each([
  [1, 1],
  [60, 1],
  [61, 2],
  [600, 10],
  [601, 15],
  [1801, 35],
])('tells %i seconds as %i minutes', (seconds, minutes) => {
  expect(toldMinutes(seconds)).toBe(minutes);
});
