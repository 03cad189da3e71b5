import { useCallback, useEffect, useState } from 'react';

/** The page that is shown; it turns by itself every so many seconds until it is held. */
export function usePages(count: number, rotateSeconds: number | null) {
  const [page, setPage] = useState(0);
  const [held, setHeld] = useState(false);
  const turn = useCallback((by: number) => setPage((at) => (at + by + count) % count), [count]);
  const shown = Math.min(page, count - 1);
  useEffect(() => {
    if (held || rotateSeconds === null || count < 2) return;
    const timer = setTimeout(() => turn(1), rotateSeconds * 1000);
    return () => clearTimeout(timer);
  }, [held, rotateSeconds, count, turn, shown]);
  return { page: shown, show: setPage, turn, held, hold: setHeld };
}
