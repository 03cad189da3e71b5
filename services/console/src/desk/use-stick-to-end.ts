import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How near to the end, in pixels, still counts as reading the newest. */
const NEAR = 80;

/** Whether a box and what is in it are as large as when this was asked last. */
function keepsSize({ scrollHeight, clientHeight }: HTMLElement, measured: { current: string }): boolean {
  const before = measured.current;
  measured.current = `${clientHeight} of ${scrollHeight}`;
  return before === measured.current;
}

/**
 * Keeps a growing log at its end while its reader is there; whoever has scrolled back keeps their place and is told how
 * many lines came since.
 */
export function useStickToEnd(count: number) {
  const ref = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const read = useRef(count);
  const measured = useRef('');
  const [below, setBelow] = useState(0);

  const toEnd = useCallback(() => {
    const box = ref.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);
  const onScroll = useCallback(() => {
    const box = ref.current;
    // Between two sizes its place says nothing of its reader: it is put right as soon as the new one is seen.
    if (!box || !keepsSize(box, measured)) return;
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    if (!atEnd.current) return;
    read.current = count;
    setBelow(0);
  }, [count]);

  useLayoutEffect(() => {
    if (atEnd.current || read.current === 0) {
      read.current = count;
      toEnd();
    } else setBelow(Math.max(0, count - read.current));
  }, [count, toEnd]);

  // Mail and pictures grow after they are drawn.
  const shown = count > 0;
  useEffect(() => {
    const content = inner.current;
    if (!content) return undefined;
    const observer = new ResizeObserver(() => {
      if (ref.current) keepsSize(ref.current, measured);
      if (atEnd.current) toEnd();
    });
    observer.observe(content);
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, [shown, toEnd]);

  return { ref, inner, below, onScroll, toEnd };
}
