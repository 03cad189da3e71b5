import { describe, expect, it } from 'vitest';
import { figure } from '@patchbay/contracts';
import { bucketOf, valueOf } from './sketch.ts';
import { totalsOf } from './totals.ts';
import { wallboardFigures, type WallboardSnapshot } from './wallboard.ts';

describe('wallboardFigures', () => {
  const now = new Date('2026-03-02T12:00:00Z');
  const snapshot: WallboardSnapshot = {
    now,
    queues: [
      { name: 'Email', waiting: 2, oldestWaitingSince: new Date(now.getTime() - 90_500) },
      { name: 'Phone', waiting: 0, oldestWaitingSince: null },
      { name: 'Chat', waiting: 1, oldestWaitingSince: new Date(now.getTime() + 20) },
    ],
    agents: [{ state: 'online', count: 3 }],
    contactsToday: [{ channel: 'sms', count: 7 }],
    today: totalsOf({
      sums: { offered: 4, answered: 3, answeredInTarget: 3, abandoned: 1, waitMs: 6_000 },
      durations: {
        firstResponse: new Map([
          [bucketOf(10), 5],
          [bucketOf(100), 5],
        ]),
      },
    }),
    todayByQueue: [{ queue: 'Email', totals: totalsOf({ sums: { offered: 2, answered: 2, answeredInTarget: 1 } }) }],
    backlog: [{ queue: 'Email', age: 'under-1-day', count: 3 }],
  };

  it('gives every figure with its dimensions', () => {
    expect(
      wallboardFigures(snapshot).map(({ key, value, unit, dimensions }) => [key, value, unit, dimensions]),
    ).toEqual([
      ['waiting', 2, 'count', { queue: 'Email' }],
      ['longest-wait', 90.5, 'seconds', { queue: 'Email' }],
      ['waiting', 0, 'count', { queue: 'Phone' }],
      ['longest-wait', null, 'seconds', { queue: 'Phone' }],
      ['waiting', 1, 'count', { queue: 'Chat' }],
      ['longest-wait', 0, 'seconds', { queue: 'Chat' }],
      ['agents', 3, 'count', { state: 'online' }],
      ['contacts-today', 7, 'count', { channel: 'sms' }],
      ['first-response-median', valueOf(bucketOf(10)), 'seconds', {}],
      ['first-response-p90', valueOf(bucketOf(100)), 'seconds', {}],
      ['next-response-median', null, 'seconds', {}],
      ['resolution-median', null, 'seconds', {}],
      ['service-level', 0.75, 'ratio', {}],
      ['offered', 4, 'count', {}],
      ['answered', 3, 'count', {}],
      ['abandoned', 1, 'count', {}],
      ['abandonment', 0.25, 'ratio', {}],
      ['average-speed-of-answer', 2, 'seconds', {}],
      ['average-handle-time', null, 'seconds', {}],
      ['occupancy', null, 'ratio', {}],
      ['transfer-rate', null, 'ratio', {}],
      ['first-contact-resolution', null, 'ratio', {}],
      ['reopen-rate', null, 'ratio', {}],
      ['service-level', 0.5, 'ratio', { queue: 'Email' }],
      ['offered', 2, 'count', { queue: 'Email' }],
      ['answered', 2, 'count', { queue: 'Email' }],
      ['abandoned', 0, 'count', { queue: 'Email' }],
      ['average-speed-of-answer', 0, 'seconds', { queue: 'Email' }],
      ['backlog', 3, 'count', { queue: 'Email', age: 'under-1-day' }],
    ]);
  });

  it('keeps to the contract and explains each figure', () => {
    for (const one of wallboardFigures(snapshot)) {
      expect(figure.parse(one)).toEqual(one);
      expect(one.formula).not.toBe('');
    }
  });

  it('has no value where there is nothing to compute it from', () => {
    const figures = wallboardFigures({
      ...snapshot,
      queues: [],
      agents: [],
      contactsToday: [],
      today: totalsOf({}),
      todayByQueue: [],
      backlog: [],
    });
    expect(figures.filter(({ value, unit }) => value !== null && unit !== 'count')).toEqual([]);
  });
});
