/**
 * Turns single pieces of work into batches without making anybody wait for a batch to fill: a piece that finds a free place is worked
 * on at once, alone; what comes while all places are taken is worked on together when the next is free.
 *
 * @param work settles for the whole batch; when it rejects, every piece of the batch does.
 * @param atOnce batches that run at the same time.
 * @param most pieces of a batch.
 * @param apartMs milliseconds between the beginnings of two batches at the least, also while places are free: fewer and larger ones cost less, where a moment more is nothing to whoever waits.
 */
export function gather<T, R>(
  work: (items: readonly T[]) => Promise<readonly R[]>,
  { atOnce, most, apartMs = 0 }: { atOnce: number; most: number; apartMs?: number },
): (item: T) => Promise<R> {
  const waiting: { item: T; done: PromiseWithResolvers<R> }[] = [];
  let running = 0;
  let earliest = 0;
  let pausing = false;
  const pause = (ms: number) => {
    pausing = true;
    setTimeout(() => {
      pausing = false;
      next();
    }, ms);
  };
  const next = () => {
    while (running < atOnce && waiting.length > 0 && !pausing) {
      const early = apartMs > 0 ? earliest - performance.now() : 0;
      if (early > 0) return pause(early);
      earliest = performance.now() + apartMs;
      running += 1;
      void run(waiting.splice(0, most)).finally(() => {
        running -= 1;
        next();
      });
    }
  };
  const run = async (batch: typeof waiting) => {
    try {
      const answers = await work(batch.map(({ item }) => item));
      for (const [index, { done }] of batch.entries()) done.resolve(answers[index] as R);
    } catch (error) {
      for (const { done } of batch) done.reject(error);
    }
  };
  return (item) => {
    const done = Promise.withResolvers<R>();
    waiting.push({ item, done });
    // After whatever else this turn brings, so that what came together is worked on together.
    queueMicrotask(next);
    return done.promise;
  };
}
