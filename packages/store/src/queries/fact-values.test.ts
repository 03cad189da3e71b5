import { describe, expect, it } from 'vitest';
import { factsOfRecord, type FactRequest, type Found, type FoundOfCustomer } from './fact-values.ts';

const now = new Date('2026-03-01T12:00:00Z');
const daysAgo = (days: number) => now.getTime() - days * 86_400_000;
const nobody: FoundOfCustomer = { createdAt: now, found: {}, record: null, channels: null };
const valueOf = (request: Omit<FactRequest, 'key'>, customer: Partial<FoundOfCustomer> = {}) =>
  factsOfRecord([{ key: 'k', ...request }], { ...nobody, ...customer }, now)['k'];
const found = (...one: Found) => ({ found: { k: one } });

describe('facts', () => {
  it.each<[string, unknown]>([
    ['purchase-sum', 0],
    ['purchase-count', 0],
    ['complaint-count', 0],
    ['low-score-count', 0],
    ['age-days', 0],
    ['purchase-trend', null],
    ['days-since-purchase', null],
    ['days-since-first-purchase', null],
    ['days-since-contact', null],
    ['score-average', null],
    ['channels', []],
    ['field', null],
    ['number-field', null],
  ])('%s of somebody without any record', (name, expected) => {
    expect(valueOf({ name })).toEqual(expected);
  });

  it.each<[string, Found, number | null]>([
    ['purchase-sum', [2, 0, 4200, daysAgo(1), daysAgo(9), null], 4200],
    ['contact-count', [3, 1, null, daysAgo(1), null, null], 3],
    ['contact-trend', [3, 4, null, daysAgo(1), null, null], 0.75],
    ['contact-trend', [3, 0, null, daysAgo(1), null, null], null],
    ['days-since-purchase', [2, 0, 1, daysAgo(1), daysAgo(9), null], 1],
    ['days-since-purchase', [2, 0, 1, daysAgo(1) + 1, daysAgo(9), null], 0],
    ['days-since-first-purchase', [2, 0, 1, daysAgo(1), daysAgo(9), null], 9],
    ['score-average', [1, 0, null, null, null, 3.5], 3.5],
  ])('%s of %j', (name, one, expected) => {
    expect(valueOf({ name }, found(...one))).toBe(expected);
  });

  it.each<[string, unknown, unknown]>([
    ['field', 'Bonn', ['Bonn']],
    ['field', ['a', 2], ['a', '2']],
    ['field', true, ['yes']],
    ['field', { sealed: 'x' }, null],
    ['number-field', ' 7.5 ', 7.5],
    ['number-field', 'seven', null],
  ])('%s that is kept as %j', (name, kept, expected) => {
    expect(valueOf({ name, field: 'city' }, { record: { city: null, fields: { city: kept } } })).toEqual(expected);
    expect(valueOf({ name, field: 'city' }, { record: { city: kept, fields: {} } })).toEqual(expected);
  });

  it.each(['constructor', '__proto__', 'toString'])('no field is called %s', (field) => {
    expect(valueOf({ name: 'field', field }, { record: { fields: {} } })).toBeNull();
  });
});
