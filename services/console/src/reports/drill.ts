/** Which tickets are behind a value of a report. */
import type { Report, ReportDimension } from '@patchbay/contracts';
import type { ReportAddress } from '@patchbay/ui';
import { lastDayOf, type PanelRow, type PanelSeries } from './panel.ts';
import { dayIn, type FilterName, type Question } from './report-question.ts';

const filterOf: Record<ReportDimension, FilterName> = {
  queue: 'queueId',
  channel: 'channel',
  team: 'teamId',
  agent: 'agentId',
  type: 'type',
  grade: 'grade',
};
const widths = { '15m': 15, '30m': 30, '1h': 60 } as const;

/** Null where the tickets cannot be told, as those of no channel. */
export function drillOf(
  report: Report,
  question: Question,
  figure: string,
  series: PanelSeries,
  row: PanelRow | null,
): ReportAddress | null {
  const member = series.role === 'member' ? series : row?.member;
  const days = series.role === 'compared' ? report.compared : report;
  // An interval of the compared days stands under the other's name: its own tickets are found by its own report.
  if (!days || (series.role === 'compared' && row?.start)) return null;
  if (member && member.key === '' && report.by === 'channel') return null;
  return {
    figure,
    ...question.filter,
    ...(member && report.by && { [filterOf[report.by]]: member.key === '' ? 'none' : member.key }),
    ...(row?.start ? intervalOf(report, row.start) : { from: days.from, to: days.to }),
  };
}

function intervalOf(report: Report, start: string): ReportAddress {
  const { interval, from, to, timeZone } = report;
  if (interval === '15m' || interval === '30m' || interval === '1h') {
    const day = dayIn(timeZone, new Date(start));
    return {
      from: day,
      to: day,
      since: start,
      until: new Date(Date.parse(start) + widths[interval] * 60_000).toISOString(),
    };
  }
  const last = lastDayOf(report, start);
  return { from: start < from ? from : start, to: last > to ? to : last };
}
