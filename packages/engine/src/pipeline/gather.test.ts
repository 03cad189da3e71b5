import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { gather } from './gather.ts';

describe('gather', () => {
  it('works on one piece at once and alone', async () => {
    const batches: number[][] = [];
    const double = gather(
      async (items: readonly number[]) => {
        batches.push([...items]);
        return items.map((item) => item * 2);
      },
      { atOnce: 1, most: 10 },
    );
    expect(await double(4)).toBe(8);
    expect(batches).toEqual([[4]]);
  });

  it('works together on what came while it was busy', async () => {
    const gate = Promise.withResolvers<void>();
    const batches: number[][] = [];
    const double = gather(
      async (items: readonly number[]) => {
        batches.push([...items]);
        await gate.promise;
        return items.map((item) => item * 2);
      },
      { atOnce: 1, most: 3 },
    );
    const first = double(1);
    await Promise.resolve();
    const rest = [2, 3, 4, 5, 6].map(double);
    gate.resolve();
    expect(await Promise.all([first, ...rest])).toEqual([2, 4, 6, 8, 10, 12]);
    expect(batches).toEqual([[1], [2, 3, 4], [5, 6]]);
  });

  it('begins no batch sooner after another than it may, and the first at once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    try {
      const batches: number[][] = [];
      const double = gather(
        async (items: readonly number[]) => {
          batches.push([...items]);
          return items.map((item) => item * 2);
        },
        { atOnce: 1, most: 10, apartMs: 25 },
      );
      expect(await double(1)).toBe(2);
      const rest = [2, 3].map(double);
      await vi.advanceTimersByTimeAsync(20);
      const last = double(4);
      await vi.advanceTimersByTimeAsync(4);
      expect(batches).toEqual([[1]]);
      await vi.advanceTimersByTimeAsync(1);
      expect(await Promise.all([...rest, last])).toEqual([4, 6, 8]);
      expect(batches).toEqual([[1], [2, 3, 4]]);
      await vi.advanceTimersByTimeAsync(25);
      expect(await double(5)).toBe(10);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives every piece its own answer, or its own failure, whatever comes when', async () => {
    const piece = fc.record({ value: fc.integer(), fails: fc.boolean(), after: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (pieces, atOnce, most) => {
          let running = 0;
          const work = gather(
            async (items: readonly (typeof pieces)[number][]) => {
              running += 1;
              expect(running).toBeLessThanOrEqual(atOnce);
              expect(items.length).toBeLessThanOrEqual(most);
              await Promise.resolve();
              running -= 1;
              if (items.some(({ fails }) => fails)) throw new Error('failed');
              return items.map(({ value }) => value);
            },
            { atOnce, most },
          );
          const answers = await Promise.allSettled(
            pieces.map(async (one) => {
              for (let turn = 0; turn < one.after; turn += 1) await Promise.resolve();
              return work(one);
            }),
          );
          for (const [index, answer] of answers.entries()) {
            if (answer.status === 'fulfilled') expect(answer.value).toBe(pieces[index]?.value);
            if (pieces[index]?.fails) expect(answer.status).toBe('rejected');
          }
        },
      ),
    );
  });
});
