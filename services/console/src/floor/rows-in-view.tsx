import { useEffect, useRef, useState, type ReactNode } from 'react';

/** More rows above and below what is seen, so that scrolling shows no gaps. */
const beyond = 6;

interface RowsInViewProps<T> {
  rows: readonly T[];
  /** Height of a row in px; all are alike. */
  height: number;
  label: string;
  keyOf: (row: T) => string;
  children: (row: T) => ReactNode;
}

/** A long list of which only what is in view is drawn. It takes the focus, so that the keyboard scrolls it. */
export function RowsInView<T>({ rows, height, label, keyOf, children }: RowsInViewProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, size: 600 });
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const look = () => setView({ top: element.scrollTop, size: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  const first = Math.max(0, Math.floor(view.top / height) - beyond);
  const shown = rows.slice(first, Math.ceil((view.top + view.size) / height) + beyond);
  return (
    <div ref={box} className="floor-rows" role="region" aria-label={label} tabIndex={0}>
      <div role="list" style={{ height: rows.length * height }} className="floor-all">
        {shown.map((row, index) => (
          <div
            key={keyOf(row)}
            role="listitem"
            aria-setsize={rows.length}
            aria-posinset={first + index + 1}
            className="floor-row"
            style={{ top: (first + index) * height, height }}
          >
            {children(row)}
          </div>
        ))}
      </div>
    </div>
  );
}
