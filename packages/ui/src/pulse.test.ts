import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenForPulse } from './pulse.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000 }));
afterEach(() => void vi.useRealTimers());

const silences = () => {
  const at: number[] = [];
  const pulse = listenForPulse(() => at.push(Date.now()));
  return { at, pulse };
};

it('a connection without pulses is not taken for lost, whatever else came by it', () => {
  const { at, pulse } = silences();
  pulse.heard();
  vi.advanceTimersByTime(60_000);
  expect([at, pulse.heardAt()]).toEqual([[], 1_000]);
});

it('silence is told once, within ten seconds of the last that was heard', () => {
  const { at, pulse } = silences();
  pulse.beat();
  vi.advanceTimersByTime(3_000);
  pulse.beat();
  vi.advanceTimersByTime(2_000);
  pulse.heard();
  vi.advanceTimersByTime(60_000);
  expect(pulse.heardAt()).toBe(6_000);
  expect(at).toHaveLength(1);
  expect((at[0] ?? 0) - 6_000).toBeLessThan(10_000);
});

it('nothing is expected where nobody looks any more', () => {
  const { at, pulse } = silences();
  pulse.beat();
  pulse.rest();
  vi.advanceTimersByTime(60_000);
  expect(at).toEqual([]);
});
