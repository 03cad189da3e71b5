import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { callAt } from './call-at.ts';

const day = 86_400_000;
const start = Date.parse('2026-03-02T09:00:00Z');
const now = () => new Date();

beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => void vi.useRealTimers());

it.each([0, 1, 24, 25, 90])('calls once after %i days, and not before', (days) => {
  const called: number[] = [];
  callAt(new Date(start + days * day), now, () => called.push(Date.now() - start));
  vi.advanceTimersByTime(400 * day);
  expect(called).toEqual([days * day]);
});

it('does not call what was given up', () => {
  const call = vi.fn();
  const giveUp = callAt(new Date(start + 60 * day), now, call);
  vi.advanceTimersByTime(50 * day);
  giveUp();
  vi.advanceTimersByTime(400 * day);
  expect(call).not.toHaveBeenCalled();
});
