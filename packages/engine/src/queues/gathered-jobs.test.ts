import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gatheredJobs } from './gathered-jobs.ts';
import type { RawJob } from './wiring.ts';

const job = (n: number): RawJob => ({ name: 'deliver-webhooks', data: { endpointId: `endpoint-${n}` }, options: {} });

/** A queue that says what came to it by one request, and a turn that is given by hand. */
function ground() {
  const requests: (readonly RawJob[])[] = [];
  let next = Promise.withResolvers<void>();
  let turns = 0;
  const closing = new AbortController();
  const jobs = gatheredJobs(
    { addAll: async (some) => void requests.push(some) },
    { warn: () => undefined },
    {
      lullMs: 0,
      turn: () => {
        turns += 1;
        return next.promise;
      },
      closing: closing.signal,
    },
  );
  const giveTurn = () => {
    next.resolve();
    next = Promise.withResolvers();
  };
  return { jobs, giveTurn, requests, turns: () => turns };
}

it('lets everything that has come leave in one turn, however much it is, and each once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 }), async (rounds) => {
      const { jobs, giveTurn, requests, turns } = ground();
      let count = 0;
      for (const [index, come] of rounds.entries()) {
        const before = requests.flat().length;
        for (let n = 0; n < come; n += 1) jobs.push(job((count += 1)));
        await new Promise((resolve) => setTimeout(resolve, 2));
        expect(requests.flat()).toHaveLength(before);
        expect(turns()).toBe(index + 1);
        giveTurn();
        await new Promise((resolve) => setTimeout(resolve, 2));
        expect(requests.flat()).toHaveLength(count);
      }
      expect(requests.flat().map(({ data }) => data)).toEqual(Array.from({ length: count }, (_, n) => job(n + 1).data));
      expect(Math.max(...requests.map(({ length }) => length))).toBeLessThanOrEqual(200);
    }),
    { numRuns: 20 },
  );
});

it('goes on after a request that failed', async () => {
  const requests: number[] = [];
  const told: string[] = [];
  const jobs = gatheredJobs(
    {
      async addAll(some) {
        requests.push(some.length);
        if (requests.length === 1) throw new Error('The queue does not answer');
      },
    },
    { warn: (_: object, words: string) => void told.push(words) } as never,
    { lullMs: 0, closing: new AbortController().signal },
  );
  for (let n = 0; n < 250; n += 1) jobs.push(job(n));
  await jobs.drain();
  expect(requests).toEqual([200, 50]);
  expect(told).toEqual(['jobs not queued; the sweep will find their rows']);
});

it('pauses for nothing once it is closing', async () => {
  const closing = new AbortController();
  const requests: number[] = [];
  const jobs = gatheredJobs(
    { addAll: async (some) => void requests.push(some.length) },
    { warn: () => undefined },
    {
      lullMs: 3_600_000,
      closing: closing.signal,
    },
  );
  jobs.push(job(1));
  await new Promise((resolve) => setTimeout(resolve, 2));
  for (let n = 2; n <= 450; n += 1) jobs.push(job(n));
  closing.abort();
  await jobs.drain();
  expect(requests).toEqual([1, 200, 200, 49]);
});
