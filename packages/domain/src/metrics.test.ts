import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelName, figure, messageKind } from '@patchbay/contracts';
import { bucketOf, mergeHistograms, valueOf } from './histogram.ts';
import { contactsByChannel, firstResponseHistogram, wallboardFigures } from './metrics.ts';
import type { FigureEvent, WallboardSnapshot } from './metrics.ts';

const ID = '0190c1f4-0000-7000-8000-000000000001';
const zone = 'Europe/Berlin';
const received = (at: string, channel = 'sms', kind = 'customer'): FigureEvent => ({
  type: 'message.received',
  at,
  data: { messageId: ID, channel, kind },
});
const answered = (at: string, firstResponseSeconds?: number | null): FigureEvent => ({
  type: 'message.created',
  at,
  data: { messageId: ID, channel: 'sms', kind: 'agent', visibility: 'public', direction: 'out', firstResponseSeconds },
});

describe('contactsByChannel', () => {
  it('counts customer messages of the local day', () => {
    const events = [
      received('2026-03-01T22:59:59Z'),
      received('2026-03-01T23:00:00Z'),
      received('2026-03-02T10:00:00+01:00'),
      received('2026-03-02T10:00:00Z', 'email'),
      received('2026-03-02T10:00:00Z', 'email', 'bounce'),
      received('2026-03-02T23:00:00Z'),
      answered('2026-03-02T10:00:00Z', 5),
    ];
    expect(contactsByChannel(events, '2026-03-02', zone)).toEqual(
      new Map([
        ['sms', 2],
        ['email', 1],
      ]),
    );
  });
});

describe('firstResponseHistogram', () => {
  it('holds first responses of the local day only', () => {
    const events = [
      answered('2026-03-02T10:00:00Z', 60),
      answered('2026-03-02T10:00:00Z', null),
      answered('2026-03-02T11:00:00Z'),
      answered('2026-03-01T10:00:00Z', 60),
      received('2026-03-02T10:00:00Z'),
    ];
    expect(firstResponseHistogram(events, '2026-03-02', zone)).toEqual(new Map([[bucketOf(60), 1]]));
  });

  it('can be added up from any parts of the events, and so can the counts', () => {
    const at = fc.constantFrom('2026-03-01T23:30:00Z', '2026-03-02T10:00:00Z', '2026-03-02T23:30:00Z');
    const event = fc.oneof(
      fc
        .tuple(at, fc.option(fc.double({ min: 0, max: 1e5, noNaN: true })))
        .map(([when, seconds]) => answered(when, seconds)),
      fc
        .tuple(at, fc.constantFrom(...channelName.options), fc.constantFrom(...messageKind.options))
        .map((given) => received(...given)),
    );
    const total = (counts: ReadonlyMap<unknown, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (one, other) => {
        const figures = (events: readonly FigureEvent[]) => firstResponseHistogram(events, '2026-03-02', zone);
        const contacts = (events: readonly FigureEvent[]) => total(contactsByChannel(events, '2026-03-02', zone));
        expect(mergeHistograms([figures(one), figures(other)])).toEqual(figures([...one, ...other]));
        expect(contacts(one) + contacts(other)).toBe(contacts([...other, ...one]));
      }),
    );
  });
});

describe('wallboardFigures', () => {
  const now = new Date('2026-03-02T12:00:00Z');
  const snapshot: WallboardSnapshot = {
    now,
    timeZone: zone,
    queues: [
      { name: 'Email', waiting: 2, oldestWaitingSince: new Date(now.getTime() - 90_500) },
      { name: 'Phone', waiting: 0, oldestWaitingSince: null },
      { name: 'Chat', waiting: 1, oldestWaitingSince: new Date(now.getTime() + 20) },
    ],
    agents: [{ state: 'online', count: 3 }],
    contactsToday: [{ channel: 'sms', count: 7 }],
    firstResponse: new Map([
      [bucketOf(10), 5],
      [bucketOf(100), 5],
    ]),
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
      firstResponse: new Map(),
    });
    expect(figures.map(({ key, value }) => [key, value])).toEqual([
      ['first-response-median', null],
      ['first-response-p90', null],
    ]);
  });
});
