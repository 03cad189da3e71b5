import type { EChartsCoreOption } from 'echarts/core';
import { useEffect, useRef } from 'react';

type Drawn = ReturnType<typeof import('./charts.ts').startChart>;

/** A picture of the table beside it, which says the same to those who cannot see it. */
export function Chart({ options, label, height }: { options: EChartsCoreOption; label: string; height: number }) {
  const element = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    const place = element.current;
    if (!place) return;
    let isGone = false;
    const resized = new ResizeObserver(() => drawn.current?.resize());
    void import('./charts.ts').then(({ startChart }) => {
      if (isGone) return;
      drawn.current = startChart(place);
      drawn.current.setOption(latest.current, true);
      resized.observe(place);
    });
    return () => {
      isGone = true;
      resized.disconnect();
      drawn.current?.dispose();
      drawn.current = null;
    };
  }, []);
  useEffect(() => drawn.current?.setOption(options, true), [options]);
  return (
    <div ref={element} className="report-chart" style={{ height }} role="img" aria-label={label} data-testid="chart" />
  );
}
