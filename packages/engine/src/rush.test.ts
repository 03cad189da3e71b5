import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { watchRush } from './rush.ts';

/** A clock and a process that are told how it stands with them. */
function gauge(busy = 1) {
  const state = { ms: 0, busy };
  return { state, now: () => state.ms, busy: () => state.busy };
}

/** Contacts that come at even distances for a second. */
function takeIn(perSecond: number, busy: number) {
  const known = gauge(busy);
  const rush = watchRush(known);
  for (let n = 1; n <= perSecond; n += 1) {
    known.state.ms = (n * 1000) / perSecond;
    rush.note();
  }
  return { rush, state: known.state };
}

describe('a rush', () => {
  it.each([
    { perSecond: 400, busy: 1, isOn: true },
    { perSecond: 40, busy: 0.8, isOn: true },
    { perSecond: 400, busy: 0.5, isOn: false },
    { perSecond: 8, busy: 1, isOn: false },
  ])('$perSecond contacts a second, the process busy for $busy of its time: $isOn', ({ perSecond, busy, isOn }) => {
    expect(takeIn(perSecond, busy).rush.isOn()).toBe(isOn);
  });

  it('begins with no first contact, and ends when none follow', () => {
    const known = gauge();
    const first = watchRush(known);
    first.note();
    expect(first.isOn()).toBe(false);
    const { rush, state } = takeIn(400, 1);
    state.ms += 400;
    expect(rush.isOn()).toBe(true);
    state.ms += 200;
    expect(rush.isOn()).toBe(false);
    expect(rush.isOn(5_000)).toBe(true);
    state.ms += 5_000;
    expect(rush.isOn(5_000)).toBe(false);
  });

  it('counts a lone contact after a long time for no more than it is', () => {
    const { rush, state } = takeIn(400, 1);
    state.ms += 60_000;
    rush.note();
    expect(rush.isOn()).toBe(false);
  });
});

describe('who waits for its end', () => {
  it('goes on at once where there is none', async () => {
    await expect(takeIn(8, 1).rush.passed(60_000, new AbortController().signal)).resolves.toBeUndefined();
  });

  it.each([
    { what: 'when it is over', end: { ms: 600, abort: false } },
    { what: 'after so long, though it lasts', end: { ms: 4_000, abort: false } },
    { what: 'when it is told to', end: { ms: 0, abort: true } },
  ])('goes on $what', async ({ end }) => {
    const { rush, state } = takeIn(400, 1);
    const stopping = new AbortController();
    let goesOn = false;
    const waiting = rush.passed(4_000, stopping.signal).then(() => (goesOn = true));
    // Long enough for it to have looked again.
    await delay(120);
    expect(goesOn).toBe(false);
    const until = 1_000 + end.ms;
    for (; state.ms < until && end.ms === 4_000; state.ms += 10) rush.note();
    state.ms = until;
    expect(rush.isOn()).toBe(end.ms !== 600);
    if (end.abort) stopping.abort();
    await waiting;
  });
});
