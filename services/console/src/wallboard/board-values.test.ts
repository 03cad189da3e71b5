import type { BoardLayout, Figure, Wallboard } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { breaches, levelOf, nextBreaches, running, valueOf } from './board-values.ts';

const figure = (key: string, value: number | null, dimensions = {}, unit: Figure['unit'] = 'count'): Figure => ({
  key,
  value,
  unit,
  formula: 'f',
  dimensions,
});

const figures = [
  figure('waiting', 3, { queue: 'Email' }),
  figure('waiting', 2, { queue: 'Chat' }),
  figure('longest-wait', 90, { queue: 'Email' }, 'seconds'),
  figure('longest-wait', null, { queue: 'Chat' }, 'seconds'),
  figure('service-level', 0.8, {}, 'ratio'),
  figure('service-level', 0.5, { queue: 'Chat' }, 'ratio'),
  figure('backlog', 4, { queue: 'Email', age: 'a' }),
  figure('backlog', 5, { queue: 'Email', age: 'b' }),
  figure('handle', 5, { queue: 'Email' }, 'seconds'),
];

describe('the value of a tile', () => {
  it.each([
    ['waiting', {}, 5],
    ['waiting', { queue: 'Chat' }, 2],
    ['waiting', { queue: 'Fax' }, 0],
    ['longest-wait', {}, 90],
    ['longest-wait', { queue: 'Chat' }, null],
    ['service-level', {}, 0.8],
    ['service-level', { queue: 'Chat' }, 0.5],
    ['service-level', { queue: 'Fax' }, null],
    ['backlog', { queue: 'Email' }, 9],
    ['handle', {}, null],
    ['contacts-today', { channel: 'sms' }, 0],
  ] as const)('%s of %j is %s', (key, dimensions, expected) => {
    expect(valueOf({ figure: key, dimensions }, figures).value).toBe(expected);
  });

  it('runs on only where it is a wait', () => {
    expect([running('longest-wait', 5, 3), running('waiting', 5, 3), running('longest-wait', null, 3)]).toEqual([
      8,
      5,
      null,
    ]);
  });
});

it.each([
  ['above', 5, 10, 4, 'good'],
  ['above', 5, 10, 5, 'warn'],
  ['above', 5, 10, 10, 'bad'],
  ['below', 0.8, 0.7, 0.9, 'good'],
  ['below', 0.8, 0.7, 0.8, 'warn'],
  ['below', 0.8, 0.7, 0.1, 'bad'],
  ['above', null, 10, 9, 'good'],
  ['above', null, null, 1e9, 'good'],
  ['below', 1, 0, null, 'good'],
] as const)('worse %s, warned from %s, bad from %s: %s is %s', (worse, warn, bad, value, expected) => {
  expect(levelOf({ worse, warn, bad }, value)).toBe(expected);
});

describe('breaches', () => {
  const board: BoardLayout = {
    name: 'b',
    theme: 'dark',
    rotateSeconds: null,
    pages: [
      {
        name: 'p',
        tiles: [
          {
            kind: 'figure',
            size: 'small',
            figure: 'longest-wait',
            dimensions: {},
            thresholds: { worse: 'above', warn: null, bad: 100 },
            trend: false,
          },
          { kind: 'clocks', size: 'small' },
        ],
      },
    ],
  };
  const at = Date.parse('2026-11-25T10:00:00Z');
  const clock = { ticket: 7, queue: null, kind: 'resolution', round: 0, dueAt: '2026-11-25T10:00:20Z' } as const;
  const snapshot = {
    at: new Date(at).toISOString(),
    figures,
    clocks: { late: 0, items: [clock] },
  } as never as Wallboard;

  it('come with time alone', () => {
    expect([...breaches(board, snapshot, at)]).toEqual([]);
    expect([...breaches(board, snapshot, at + 10_000)]).toEqual(['figure longest-wait {}']);
    expect([...breaches(board, snapshot, at + 20_000)]).toEqual(['figure longest-wait {}', 'clock 7 resolution 0']);
  });

  it('are news once, and none when the board is opened', () => {
    const first = nextBreaches(null, new Set(['figure a', 'clock 1']));
    expect(first.fresh).toEqual([]);
    const second = nextBreaches(first.known, new Set(['figure b']));
    expect(second.fresh).toEqual(['figure b']);
    expect(nextBreaches(second.known, new Set(['figure a', 'clock 1'])).fresh).toEqual(['figure a']);
  });
});
