import { afterAll, beforeAll } from 'vitest';

/** One resource for all tests of a `describe`, made before the first and disposed of after the last. */
export function shared<T extends AsyncDisposable>(make: () => Promise<T>): () => T {
  let made: T | undefined;
  beforeAll(async () => void (made = await make()));
  afterAll(async () => {
    await made?.[Symbol.asyncDispose]();
  });
  return () => {
    if (made === undefined) throw new Error('Asked for before the tests began');
    return made;
  };
}
