import { HubError } from '@patchbay/contracts';

/**
 * Work on many pieces of which a bad one does not cost the others: when the whole fails, each is worked on alone. Answers for each piece
 * what gives its result, or throws its error. A `HubError` is about the world and not about a piece, and is everybody's.
 */
export function pieceByPiece<T, R>(
  work: (items: readonly T[]) => Promise<readonly R[]>,
): (items: readonly T[]) => Promise<(() => R)[]> {
  return async (items) => {
    try {
      return (await work(items)).map((result) => () => result);
    } catch (error) {
      if (error instanceof HubError || items.length === 1) return items.map(() => thrower(error));
      return Promise.all(items.map((item) => alone(work, item)));
    }
  };
}

async function alone<T, R>(work: (items: readonly T[]) => Promise<readonly R[]>, item: T): Promise<() => R> {
  try {
    const [result] = await work([item]);
    return () => result as R;
  } catch (error) {
    return thrower(error);
  }
}

const thrower = (error: unknown) => (): never => {
  throw error;
};
