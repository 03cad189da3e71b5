/** How a panel is drawn. */
import type { ReportDefinition } from '@patchbay/contracts';
import type { EChartsCoreOption } from 'echarts/core';
import type { Panel } from './panel.ts';

/** More lines than these cannot be told apart; the table has them all. */
export const mostSeries = 8;
/** More bars than these cannot be read; the table has them all. */
export const mostBars = 20;

const colours = ['#0b7a75', '#7d52c7', '#b85a1e', '#2f6fd0', '#9a5b00', '#c8372d', '#1f8a4c', '#5a6675'];
const ink = '#5a6675';
/** By name: room for labels is measured before they are drawn, where nothing is inherited. */
const fontFamily = "Inter, system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const comparedColour = '#98a3ae';

export interface ChartWords {
  /** Of a row: an interval or a member. */
  row: (index: number) => string;
  /** Of a series. */
  series: (index: number) => string;
  /** Of a value, as the table says it. */
  value: (value: number | null) => string;
  /** Of the line of the target. */
  target: string;
}

export function chartOptions(
  panel: Panel,
  { unit }: Pick<ReportDefinition, 'unit'>,
  words: ChartWords,
  /** As a value of the figure. */
  target: number | null,
): EChartsCoreOption {
  const isOfMembers = panel.rows.some(({ member }) => member !== null);
  const rows = isOfMembers ? panel.rows.slice(0, mostBars) : panel.rows;
  const labels = rows.map((_, index) => words.row(index));
  const category = {
    type: 'category',
    data: labels,
    axisLabel: { color: ink, hideOverlap: true, width: 130, overflow: 'truncate' },
  };
  const value = {
    type: 'value',
    axisLabel: { color: ink, hideOverlap: true, formatter: (one: number) => words.value(one) },
    splitLine: { lineStyle: { color: '#e4e9ee' } },
    ...(unit === 'count' && { minInterval: 1 }),
  };
  return {
    animation: false,
    color: colours,
    textStyle: { fontFamily },
    grid: { left: 12, right: 20, top: panel.series.length > 1 ? 36 : 16, bottom: 8, containLabel: true },
    legend: { show: panel.series.length > 1, itemGap: 28, type: 'scroll', top: 0, left: 0, textStyle: { color: ink } },
    tooltip: {
      trigger: 'axis',
      confine: true,
      renderMode: 'richText',
      valueFormatter: (one: number | null | undefined) => words.value(one ?? null),
    },
    ...(isOfMembers ? { xAxis: value, yAxis: { ...category, inverse: true } } : { xAxis: category, yAxis: value }),
    series: panel.series.slice(0, mostSeries).map((series, index) => {
      const isCompared = series.role === 'compared';
      // A line through two points that have nothing between them says what is not known.
      const isBar = isOfMembers || (unit === 'count' && series.role === 'value');
      return {
        type: isBar ? 'bar' : 'line',
        name: words.series(index),
        data: rows.map(({ values }) => values[index] ?? null),
        connectNulls: false,
        symbolSize: 5,
        showSymbol: rows.length < 40 || isSparse(rows.map(({ values }) => values[index] ?? null)),
        ...(isBar ? { barMaxWidth: 22 } : {}),
        ...(isCompared
          ? { itemStyle: { color: comparedColour }, lineStyle: { type: 'dashed', width: 1.5 }, z: 1 }
          : {}),
        ...(index === 0 && target !== null
          ? {
              markLine: {
                silent: true,
                symbol: 'none',
                lineStyle: { color: '#c8372d', type: 'solid', width: 1 },
                label: { formatter: words.target, position: 'insideEndTop', color: '#8f211a' },
                data: [isOfMembers ? { xAxis: target } : { yAxis: target }],
              },
            }
          : {}),
      };
    }),
  };
}

/** Whether values stand alone, so that a line would not show them. */
const isSparse = (values: readonly (number | null)[]): boolean =>
  values.some(
    (value, index) => value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null,
  );
