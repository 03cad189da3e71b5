import type { Figure } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { arrange, total } from './figures.ts';

const figure = (key: string, value: number | null, dimensions: Record<string, string> = {}): Figure => ({
  key,
  value,
  unit: 'count',
  formula: 'f',
  dimensions,
});

describe('wallboard', () => {
  it('puts both figures of a queue together', () => {
    const board = arrange([
      figure('waiting', 3, { queue: 'Email' }),
      figure('waiting', 0, { queue: 'Chat' }),
      figure('longest-wait', 90, { queue: 'Email' }),
    ]);
    expect(board.queues.map((queue) => [queue.name, queue.waiting?.value, queue.longest?.value])).toEqual([
      ['Email', 3, 90],
      ['Chat', 0, undefined],
    ]);
  });

  it('shows the overall response first, then the channels', () => {
    const board = arrange([
      figure('first-response-median', 60, { channel: 'chat' }),
      figure('first-response-median', 300),
      figure('first-response-p90', 900),
    ]);
    expect(board.response.map((row) => [row.channel, row.median?.value, row.p90?.value])).toEqual([
      [null, 300, 900],
      ['chat', 60, undefined],
    ]);
  });

  it('has a tile for every channel and state of presence, also where nothing is counted', () => {
    const board = arrange([
      figure('contacts-today', 4, { channel: 'chat' }),
      figure('contacts-today', 1, { channel: 'fax' }),
      figure('agents', 2, { state: 'offline' }),
    ]);
    expect(board.contacts.map((one) => [one.dimensions['channel'], one.value])).toEqual([
      ['email', 0],
      ['sms', 0],
      ['whatsapp', 0],
      ['chat', 4],
      ['phone', 0],
      ['http', 0],
      ['fax', 1],
    ]);
    expect(board.agents.map((one) => [one.dimensions['state'], one.value])).toEqual([
      ['online', 0],
      ['away', 0],
      ['busy', 0],
      ['wrap-up', 0],
      ['offline', 2],
    ]);
  });

  it('loses no figure that it does not know', () => {
    expect(arrange([figure('abandoned', 2)]).others).toHaveLength(1);
    expect(total([figure('a', 2), figure('a', null), figure('a', 3)])).toBe(5);
  });
});
