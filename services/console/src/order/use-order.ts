import { useRef, useState } from 'react';
import { arranged, moved } from './order.ts';

export interface Ordered<T> {
  /** As the hand left them. */
  readonly shown: readonly T[];
  readonly move: (from: number, to: number) => void;
}

/**
 * An order that follows the hand at once and is written after it, also when the page is left meanwhile. What is moved while an order is being
 * written is written next, by one write whichever number of moves it took; where a write fails, the hub's order is shown again.
 * @param write orders what the hub has by then, and reads `items` anew before it ends
 */
export function useOrder<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  write: (keys: readonly string[]) => Promise<unknown>,
): Ordered<T> {
  const [wished, setWished] = useState<readonly string[] | null>(null);
  const wish = useRef<readonly string[] | null>(null);
  const writing = useRef(false);
  const shown = wished === null ? items : arranged(items, wished, keyOf);

  const writeAll = async (): Promise<void> => {
    if (writing.current) return;
    writing.current = true;
    try {
      for (let keys = wish.current; keys !== null; keys = wish.current) {
        await write(keys);
        if (wish.current === keys) wish.current = null;
      }
    } finally {
      wish.current = null;
      writing.current = false;
      setWished(null);
    }
  };

  return {
    shown,
    move: (from, to) => {
      const next = moved(shown, from, to)?.map(keyOf);
      if (!next) return;
      wish.current = next;
      setWished(next);
      // Whoever acts tells of the failure.
      writeAll().catch(() => undefined);
    },
  };
}
