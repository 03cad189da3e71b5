import type { ChannelTile } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { channelLines } from './channel-lines.ts';

const tile = (account: string, more: Partial<ChannelTile> = {}): ChannelTile => ({
  channel: 'email',
  account,
  name: null,
  state: 'ok',
  reason: { code: 'fine', value: null, limit: null },
  lastContactAt: '2026-05-20T10:00:00.000Z',
  lastErrorAt: null,
  quarantined: 0,
  lost: 0,
  backlog: 0,
  oldestAt: null,
  delay: null,
  ...more,
});
const drawn = (tiles: readonly ChannelTile[], room: number) =>
  channelLines(tiles, room).shown.map(({ tile: { account }, told }) => (told ? `${account}+` : account));
const numbered = (count: number, more: Partial<ChannelTile> = {}) =>
  Array.from({ length: count }, (_, n) => tile(`${more.state ?? 'ok'}-${n}`, more));

describe('the lines of channels', () => {
  it('has the worst first, with what the matter is', () => {
    const tiles = [
      tile('off', { state: 'off' }),
      tile('fine'),
      tile('late', { lastContactAt: '2026-05-20T09:00:00.000Z' }),
      tile('never', { lastContactAt: null }),
      tile('aside', { quarantined: 2 }),
      tile('lost', { lost: 1, backlog: 1 }),
      tile('slow', { state: 'slow', backlog: 3 }),
      tile('slower', { state: 'slow', backlog: 40 }),
      tile('silent', { state: 'silent' }),
      tile('failing', { state: 'failing' }),
    ];
    const order = ['failing+', 'silent+', 'slower+', 'slow+', 'lost+', 'aside+', 'late', 'fine', 'never', 'off'];
    expect(drawn(tiles, 16)).toEqual(order);
    expect(channelLines(tiles, 16).rest).toBeNull();
  });

  it.each([
    ['as many as there is room for', numbered(3), 3, 3, null],
    ['one less where more are to be named', numbered(4), 3, 2, { well: 2, off: 0, unwell: 0 }],
    ['those with two lines', numbered(5, { state: 'failing' }), 7, 3, { well: 0, off: 0, unwell: 2 }],
    ['the last of them with one', numbered(4, { state: 'failing' }), 7, 4, null],
    [
      'the well after them',
      [...numbered(2, { state: 'slow' }), ...numbered(30)],
      7,
      4,
      { well: 28, off: 0, unwell: 0 },
    ],
    ['what is off last', [...numbered(3, { state: 'off' }), ...numbered(1)], 3, 2, { well: 0, off: 2, unwell: 0 }],
  ])('has room for %s', (_, tiles, room, shown, rest) => {
    const lines = channelLines(tiles, room);
    expect(lines.shown).toHaveLength(shown);
    if (rest) expect(lines.rest).toMatchObject(rest);
    else expect(lines.rest).toBeNull();
    const used = lines.shown.reduce((sum, { told }) => sum + (told ? 2 : 1), lines.rest ? 1 : 0);
    expect(used).toBeLessThanOrEqual(room);
  });

  it('tells the worst of the rest, those aside that are off', () => {
    const tiles = [
      ...numbered(2, { state: 'failing' }),
      tile('a', { delay: 4, lastContactAt: '2026-05-20T09:59:00.000Z' }),
      tile('b', { delay: 9, backlog: 2 }),
      tile('c', { lastContactAt: null }),
      tile('d', { state: 'off', delay: 900, lastContactAt: '2020-01-01T00:00:00.000Z' }),
    ];
    expect(channelLines(tiles, 3).rest).toEqual({
      well: 3,
      off: 1,
      unwell: 1,
      lastContactAt: '2026-05-20T09:59:00.000Z',
      backlog: 2,
      delay: 9,
    });
    expect(channelLines([], 3)).toEqual({ shown: [], rest: null });
  });
});
