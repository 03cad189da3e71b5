import { staffingQuery, type Staffing, type StaffingQuery } from '@patchbay/contracts';
import { csvLine } from '@patchbay/domain';
import { planWeek } from '../../staffing/plan-week.ts';
import { sendDownload } from '../file-answer.ts';
import { route } from '../route.ts';

const headings = {
  en: [
    'Start',
    'Forecast',
    'Actual',
    'Handle time (s)',
    'Agents',
    'With shrinkage',
    'Service level',
    'Occupancy',
    'Average wait (s)',
    'Abandonment',
  ],
  zh: [
    '开始',
    '预测',
    '实际',
    '处理时长（秒）',
    '所需坐席',
    '含损耗',
    '服务水平',
    '占用率',
    '平均等待（秒）',
    '放弃率',
  ],
} as const;

function staffingFile({ rows }: Staffing, language: StaffingQuery['language']): Buffer {
  const lines = rows.map((row) =>
    [
      row.start,
      row.forecast,
      row.actual,
      row.handleSeconds,
      row.agents,
      row.rostered,
      row.serviceLevel,
      row.occupancy,
      row.averageWaitSeconds,
      row.abandonment,
    ].map((cell) => (typeof cell === 'number' ? String(Math.round(cell * 10_000) / 10_000) : (cell ?? ''))),
  );
  // The mark without which Excel takes UTF-8 for something else.
  return Buffer.from(`\uFEFF${[[...headings[language]], ...lines].map(csvLine).join('')}`);
}

export const staffingRoutes = [
  route({
    method: 'get',
    path: '/staffing',
    summary: 'Expected contacts of a week, and the agents that they need by Erlang C or A; as CSV by format',
    tag: 'Figures',
    access: 'manager',
    query: staffingQuery,
    answer: 'Staffing',
    async handle({ parts, query, response }) {
      const plan = await planWeek(parts, query);
      if (query.format === 'csv')
        sendDownload(
          response,
          `staffing-${plan.from}-${plan.interval}.csv`,
          'text/csv; charset=utf-8',
          staffingFile(plan, query.language),
        );
      return plan;
    },
  }),
];
