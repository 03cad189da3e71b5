import type { UseMutationResult } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { arranged, moved } from './order.ts';

export interface Ordered<T> {
  /** As the hand left them. */
  readonly shown: readonly T[];
  readonly move: (from: number, to: number) => void;
}

/**
 * An order that follows the hand at once and is written after it. What is moved while an order is being written is written next, by one write
 * whichever number of moves it took; where a write fails, the hub's order is shown again.
 * @param write an action that reads `items` anew before it ends
 */
export function useOrder<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  write: Pick<UseMutationResult<unknown, Error, readonly T[]>, 'mutateAsync' | 'isPending'>,
): Ordered<T> {
  const { mutateAsync, isPending } = write;
  const [wished, setWished] = useState<readonly string[] | null>(null);
  const begun = useRef<readonly string[] | null>(null);
  const shown = wished === null ? items : arranged(items, wished, keyOf);
  useEffect(() => {
    if (wished === null || isPending || begun.current === wished) return;
    begun.current = wished;
    const isOver = () => setWished((now) => (now === wished ? null : now));
    mutateAsync(shown).then(isOver, isOver);
  }, [wished, isPending, mutateAsync, shown]);
  return {
    shown,
    move: (from, to) => {
      const next = moved(shown, from, to);
      if (next) setWished(next.map(keyOf));
    },
  };
}
