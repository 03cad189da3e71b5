import { describe, expect, it } from 'vitest';
import type { QueueRing } from '@patchbay/contracts';
import { lineEnd, lowerSkills, mayLeaveWait, openRings, ringsDue } from './rings.ts';

const now = new Date('2026-03-02T12:00:00Z');
const rings: QueueRing[] = [
  { kind: 'wider', afterSeconds: 30, lower: 1 },
  { kind: 'wider', afterSeconds: 60, lower: 3 },
  { kind: 'queue', afterSeconds: 90, queueId: 'r' },
  { kind: 'queue', afterSeconds: 120, queueId: 's' },
];

describe('ringsDue', () => {
  it.each<[number, string[], number, string | null]>([
    [0, [], 0, null],
    [29, [], 0, null],
    [30, [], 1, null],
    [60, [], 3, null],
    [90, [], 3, 'r'],
    [90, ['r'], 3, null],
    [120, ['r'], 3, 's'],
    [120, ['r', 's'], 3, null],
  ])('after %i s, having been in %j: %i levels less, to %s', (seconds, overflowed, lowered, overflowTo) => {
    const item = { inQueueSince: new Date(now.getTime() - seconds * 1000), overflowed };
    expect(ringsDue({ queueId: 'q', rings }, item, now)).toEqual({ lowered, overflowTo });
  });

  it('never leads to the queue itself', () => {
    const item = { inQueueSince: new Date(0), overflowed: [] };
    expect(ringsDue({ queueId: 'r', rings: rings.slice(2, 3) }, item, now).overflowTo).toBeNull();
  });
});

it('leads from an open queue to none that is closed', () => {
  const left = (...open: string[]) =>
    openRings({ queueId: 'q', rings }, (id) => open.includes(id)).rings.flatMap((ring) =>
      ring.kind === 'queue' ? ring.queueId : [],
    );
  expect([left('q', 's'), left('q', 'r', 's'), left('q'), left('s'), left()]).toEqual([
    ['s'],
    ['r', 's'],
    [],
    ['r', 's'],
    ['r', 's'],
  ]);
});

it('asks for less, and in the end for nothing', () => {
  const skills = [
    { skillId: 'a', level: 1 },
    { skillId: 'b', level: 3 },
  ];
  expect(lowerSkills(skills, 1)).toEqual([{ skillId: 'b', level: 2 }]);
  expect(lowerSkills(skills, 3)).toEqual([]);
});

it('ends the wait on the line by the first of its ends', () => {
  expect(lineEnd(rings)).toBeNull();
  expect(
    lineEnd([
      { kind: 'voicemail', afterSeconds: 200 },
      { kind: 'call-back', afterSeconds: 100 },
    ]),
  ).toEqual({ how: 'call-back', afterSeconds: 100 });
});

it.each<[string, object, boolean]>([
  ['nobody offers it', {}, false],
  ['the queue offers it to everybody', { callBack: true }, true],
  ['the queue is closed', { open: false }, true],
  ['the wait is not over', { rings: [{ kind: 'voicemail', afterSeconds: 61 }] }, false],
  ['the wait is over', { rings: [{ kind: 'voicemail', afterSeconds: 60 }] }, true],
])('leaving the wait of a chat: %s', (_why, more, may) => {
  const queuedAt = new Date(now.getTime() - 60_000);
  expect(mayLeaveWait({ callBack: false, rings: [], queuedAt, open: true, ...more }, now)).toBe(may);
});
