import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Room } from './room.ts';

it.each<[string, number[], string[]]>([
  ['all that fit', [2, 3, 5], ['begin 0', 'begin 1', 'begin 2', 'end 0', 'end 1', 'end 2']],
  ['in their order', [9, 2, 1], ['begin 0', 'end 0', 'begin 1', 'begin 2', 'end 1', 'end 2']],
  ['a small one behind a large one', [6, 10, 1], ['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']],
  ['alone what is larger than the room', [99, 1], ['begin 0', 'end 0', 'begin 1', 'end 1']],
])('lets in %s', async (_name, sizes, expected) => {
  const room = new Room(10);
  const told: string[] = [];
  const ends = sizes.map(() => Promise.withResolvers<void>());
  const runs = sizes.map((size, index) =>
    room.run(size, async () => {
      told.push(`begin ${index}`);
      await ends[index]?.promise;
      told.push(`end ${index}`);
    }),
  );
  for (const [index, run] of runs.entries()) {
    ends[index]?.resolve();
    await run;
  }
  expect(told).toEqual(expected);
});

it('runs each once, within the limit, whatever fails', async () => {
  const sizes = fc.array(fc.record({ size: fc.integer({ min: 1, max: 12 }), fails: fc.boolean() }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.scheduler(), async (tasks, scheduler) => {
      const room = new Room(10);
      let [inside, most, ran] = [0, 0, 0];
      const runs = tasks.map(({ size, fails }, index) =>
        room.run(size, async () => {
          inside += Math.min(size, 10);
          most = Math.max(most, inside);
          await scheduler.schedule(Promise.resolve(), `task ${index}`);
          inside -= Math.min(size, 10);
          ran += 1;
          if (fails) throw new Error('Failed');
        }),
      );
      const all = Promise.allSettled(runs);
      await scheduler.waitFor(all);
      expect(most).toBeLessThanOrEqual(10);
      expect(ran).toBe(tasks.length);
      expect((await all).map(({ status }) => status === 'rejected')).toEqual(tasks.map(({ fails }) => fails));
    }),
  );
});

it('whoever gives up its turn takes no room, and everybody else gets in', async () => {
  const task = fc.record({ size: fc.integer({ min: 1, max: 12 }), givesUp: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(task, { maxLength: 40 }), fc.scheduler(), async (tasks, scheduler) => {
      const room = new Room(10);
      const begun = new Set<number>();
      let [inside, most] = [0, 0];
      const runs = tasks.map(({ size, givesUp }, index) => {
        const stop = new AbortController();
        const reason = new Error('Given up');
        if (givesUp) void scheduler.schedule(Promise.resolve(), `stop ${index}`).then(() => stop.abort(reason));
        const within = async () => {
          begun.add(index);
          most = Math.max(most, (inside += Math.min(size, 10)));
          await scheduler.schedule(Promise.resolve(), `task ${index}`);
          inside -= Math.min(size, 10);
        };
        return room.run(size, within, stop.signal).catch((error: unknown) => expect(error).toBe(reason));
      });
      await scheduler.waitFor(Promise.all(runs));
      expect(most).toBeLessThanOrEqual(10);
      expect(tasks.flatMap(({ givesUp }, index) => (givesUp || begun.has(index) ? [] : [index]))).toEqual([]);
      // All of the room is free again.
      let ran = false;
      void room.run(10, async () => void (ran = true));
      expect(ran).toBe(true);
    }),
  );
});

it('lets in who waited behind one that gives up', async () => {
  const room = new Room(10);
  const [end, stop] = [Promise.withResolvers<void>(), new AbortController()];
  const first = room.run(5, () => end.promise);
  const large = room.run(10, async () => 'large', stop.signal);
  const small = room.run(5, async () => 'small');
  stop.abort(new Error('Given up'));
  await expect(large).rejects.toThrow('Given up');
  expect(await small).toBe('small');
  end.resolve();
  await first;
  await expect(room.run(1, async () => 'late', stop.signal)).rejects.toThrow('Given up');
});
