import { describe, expect, it } from 'vitest';
import { age, clock, duration, fileSize, moment, secondsSince } from './time-format.ts';

describe('time format', () => {
  it('runs a clock', () => {
    expect([0, 65, 3729, -4, 59.9].map(clock)).toEqual(['0:00', '1:05', '1:02:09', '0:00', '0:59']);
  });

  it('names the two largest units in the language', () => {
    expect([0, 45, 60, 125, 7500, 90_000].map((s) => duration(s, 'en'))).toEqual([
      '0s',
      '45s',
      '1m',
      '2m 5s',
      '2h 5m',
      '1d 1h',
    ]);
    expect([45, 125].map((s) => duration(s, 'zh-CN'))).toEqual(['45秒', '2分钟5秒']);
  });

  it('names the largest unit alone', () => {
    expect([0, 0.4, 59, 60, 7_199, 90_000].map((s) => age(s, 'en'))).toEqual(['0s', '0s', '59s', '1m', '1h', '1d']);
    expect([45, 125].map((s) => age(s, 'zh-CN'))).toEqual(['45秒', '2分钟']);
  });

  it('shows only as much of a date as is needed', () => {
    const now = new Date(2026, 4, 20, 15, 0).getTime();
    expect(moment(new Date(2026, 4, 20, 9, 5).toISOString(), now, 'en')).toBe('09:05');
    expect(moment(new Date(2026, 1, 3, 9, 5).toISOString(), now, 'en')).toMatch(/Feb 3.*09:05/);
    expect(moment(new Date(2024, 1, 3, 9, 5).toISOString(), now, 'en')).toBe('Feb 3, 2024');
  });

  it('never counts backwards', () => {
    expect(secondsSince('2026-01-01T00:00:10Z', Date.parse('2026-01-01T00:00:00Z'))).toBe(0);
  });

  it('says how large a file is', () => {
    expect([734, 1500, 12_345, 3_400_000].map(fileSize)).toEqual(['734 B', '1.5 kB', '12 kB', '3.4 MB']);
  });
});
