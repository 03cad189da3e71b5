/** A report as a spreadsheet. Durations are seconds, ratios parts of one. */
import type { Report, ReportPart } from '@patchbay/contracts';
import { csvLine } from '@patchbay/domain';
import writeXlsxFile, { type SheetData } from 'write-excel-file/node';
import { definitionOf } from './report.ts';

export type ReportFormat = 'csv' | 'xlsx';
type Language = 'en' | 'zh';

export const reportTypes: Readonly<Record<ReportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

const words = {
  en: { period: 'Period', start: 'Start', by: 'Of', total: 'Total', none: 'None', seconds: 's' },
  zh: { period: '期间', start: '开始', by: '维度', total: '合计', none: '无', seconds: '秒' },
} as const;

type Cell = string | number | null;

function header({ figures }: Report, language: Language): string[] {
  const { period, start, by, seconds } = words[language];
  const titles = figures.map((key) => {
    const { title, unit } = definitionOf(key);
    return unit === 'seconds' ? `${title[language]} (${seconds})` : title[language];
  });
  return [period, start, by, ...titles];
}

function lines(part: ReportPart, { figures, by }: Report, language: Language): Cell[][] {
  const { total, none } = words[language];
  const period = `${part.from}..${part.to}`;
  const values = (of: Record<string, number | null>) => figures.map((key) => of[key] ?? null);
  return [
    ...part.rows.map(({ start, name, values: of }) => [period, start, by ? (name ?? none) : null, ...values(of)]),
    [period, total, null, ...values(part.totals)],
  ];
}

const allLines = (report: Report, language: Language): Cell[][] =>
  [report, ...(report.compared ? [report.compared] : [])].flatMap((part) => lines(part, report, language));

export async function reportFile(report: Report, format: ReportFormat, language: Language): Promise<Buffer> {
  const rows = allLines(report, language);
  if (format === 'csv') {
    const text = [header(report, language), ...rows.map((row) => row.map((cell) => cell ?? ''))];
    // The mark without which Excel takes UTF-8 for something else.
    return Buffer.from(`\uFEFF${text.map(csvLine).join('')}`);
  }
  const sheet: SheetData = [header(report, language).map((value) => ({ value, fontWeight: 'bold' })), ...rows];
  return await writeXlsxFile(sheet, { stickyRowsCount: 1 }).toBuffer();
}

export const reportFilename = ({ from, to }: Pick<Report, 'from' | 'to'>, format: ReportFormat): string =>
  `report-${from}-${to}.${format}`;
