import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../metrics/roll-up.ts';
import { backTest, errorOf, forecastWeek, mondayBefore, weeksOf, type History, type IntervalPast } from './forecast.ts';

const monday = '2026-06-01';
const hour = 4;

/** `weeks` weeks before the Monday, with so many contacts at ten on each day. */
function history(weeks: number, contacts: (day: string, week: number) => number, holidays: string[] = []): History {
  const rows: IntervalPast[] = [];
  for (let back = 1; back <= 7 * weeks; back++) {
    const day = addDays(monday, -back);
    const count = contacts(day, Math.ceil(back / 7));
    rows.push({ day, quarter: 40, contacts: count, handled: count, handleSeconds: count * 200 });
  }
  return { rows, since: weeks ? addDays(monday, -7 * weeks) : null, holidays: new Set(holidays), gaps: new Set() };
}
const at = ({ rows }: ReturnType<typeof forecastWeek>, day: string) =>
  rows.find((row) => row.day === day && row.quarter === 40);

describe('the forecast', () => {
  it('is what always was, where nothing changes', () => {
    const found = forecastWeek(
      history(8, () => 30),
      monday,
      monday,
      hour,
    );
    expect(at(found, monday)?.contacts).toBeCloseTo(30, 9);
    expect(at(found, monday)?.handleSeconds).toBe(200);
    expect([found.weeks, found.level]).toEqual([8, expect.closeTo(1, 9)]);
    expect(found.rows).toHaveLength(7 * 24);
    const error = backTest(
      history(8, () => 30),
      monday,
      hour,
    );
    expect(error).toEqual({ wape: expect.closeTo(0, 9), mape: expect.closeTo(0, 9), weeks: 4 });
  });

  it('knows weekdays apart', () => {
    const found = forecastWeek(
      history(8, (day) => (mondayBefore(day) === day ? 50 : 10)),
      monday,
      monday,
      hour,
    );
    expect(at(found, monday)?.contacts).toBeCloseTo(50, 9);
    expect(at(found, addDays(monday, 1))?.contacts).toBeCloseTo(10, 9);
  });

  it('leaves holidays out', () => {
    const off = addDays(monday, -7);
    const found = forecastWeek(
      history(8, (day) => (day === off ? 0 : 30), [off]),
      monday,
      monday,
      hour,
    );
    expect(at(found, monday)?.contacts).toBeCloseTo(30, 9);
  });

  it('leaves out days on which nothing at all was counted, and says that it knows fewer weeks', () => {
    const off = new Set(Array.from({ length: 21 }, (_, index) => addDays(monday, -index - 1)));
    const whole = history(8, () => 30);
    const past = { ...whole, rows: whole.rows.filter(({ day }) => !off.has(day)), gaps: off };
    const found = forecastWeek(past, monday, monday, hour);
    expect(at(found, monday)?.contacts).toBeCloseTo(30, 9);
    expect([found.weeks, found.level]).toEqual([5, expect.closeTo(1, 9)]);
    expect(backTest(past, monday, hour)).toEqual({ wape: expect.closeTo(0, 9), mape: expect.closeTo(0, 9), weeks: 4 });
  });

  it('follows a new level faster than the mean alone', () => {
    const found = forecastWeek(
      history(8, (_, week) => (week <= 2 ? 60 : 30)),
      monday,
      monday,
      hour,
    );
    expect(found.level).toBeCloseTo(Math.SQRT2, 9);
    expect(at(found, monday)?.contacts).toBeGreaterThan(50);
  });

  it('says how little it knows', () => {
    expect(
      forecastWeek(
        history(0, () => 0),
        monday,
        monday,
        hour,
      ),
    ).toMatchObject({ weeks: 0, level: 1 });
    expect(
      backTest(
        history(0, () => 0),
        monday,
        hour,
      ),
    ).toEqual({ wape: null, mape: null, weeks: 0 });
    expect(
      backTest(
        history(3, () => 9),
        monday,
        hour,
      ),
    ).toMatchObject({ weeks: 2, wape: expect.closeTo(0, 9) });
    expect(weeksOf({ since: addDays(monday, -200), gaps: new Set() }, monday)).toBe(8);
  });

  it('uses nothing of what comes after', () => {
    const later = { ...history(8, () => 30) };
    const rows = [...later.rows, { day: monday, quarter: 40, contacts: 900, handled: 9, handleSeconds: 9 }];
    expect(at(forecastWeek({ ...later, rows }, monday, monday, hour), monday)?.contacts).toBeCloseTo(30, 9);
  });

  it('scales with the history', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 8, maxLength: 8 }), (counts) => {
        const of = (factor: number) =>
          at(
            forecastWeek(
              history(8, (_, week) => factor * (counts[week - 1] ?? 0)),
              monday,
              monday,
              hour,
            ),
            monday,
          );
        expect(of(3)?.contacts).toBeCloseTo(3 * (of(1)?.contacts ?? 0), 6);
      }),
    );
  });
});

it('errors: 10 too many of 50 and 5 too few of 50 are 15 %', () => {
  const found = errorOf([
    { expected: 60, found: 50 },
    { expected: 45, found: 50 },
    { expected: 0, found: 0 },
  ]);
  expect(found.wape).toBeCloseTo(0.15, 9);
  expect(found.mape).toBeCloseTo(0.15, 9);
});
