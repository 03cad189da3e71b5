/** A report as a spreadsheet. Durations are seconds, ratios parts of one. */
import type { Report, ReportPart } from '@patchbay/contracts';
import { csvLine } from '@patchbay/domain';
import type { SheetData } from 'write-excel-file/node';
import { definitionOf } from './report.ts';

export type ReportFormat = 'csv' | 'xlsx';
export type ReportLanguage = 'en' | 'zh';

export const reportTypes: Readonly<Record<ReportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

const words = {
  en: { period: 'Period', start: 'Start', by: 'Of', total: 'Total', none: 'None', seconds: 's' },
  zh: { period: '期间', start: '开始', by: '维度', total: '合计', none: '无', seconds: '秒' },
} as const;

type Cell = string | number | null;
/** How a value and where a row begins are written. */
export interface CellForm {
  value: (value: number | null, figure: string) => Cell;
  start: (start: string) => string;
}

const plain: CellForm = { value: (value) => value, start: (start) => start };

export function reportHeader({ figures }: Report, language: ReportLanguage): string[] {
  const { period, start, by, seconds } = words[language];
  const titles = figures.map((key) => {
    const { title, unit } = definitionOf(key);
    return unit === 'seconds' ? `${title[language]} (${seconds})` : title[language];
  });
  return [period, start, by, ...titles];
}

/** The rows of a period and, last, its totals. */
export function reportLines(
  part: ReportPart,
  { figures, by }: Report,
  language: ReportLanguage,
  form: CellForm = plain,
): Cell[][] {
  const { total, none } = words[language];
  const period = `${part.from}..${part.to}`;
  const values = (of: Record<string, number | null>) => figures.map((key) => form.value(of[key] ?? null, key));
  return [
    ...part.rows.map(({ start, name, values: of }) => [
      period,
      form.start(start),
      by ? (name ?? none) : null,
      ...values(of),
    ]),
    [period, total, null, ...values(part.totals)],
  ];
}

/** The period that was asked for, and the one that it is compared with. */
export const partsOf = (report: Report): ReportPart[] => [report, ...(report.compared ? [report.compared] : [])];

const allLines = (report: Report, language: ReportLanguage): Cell[][] =>
  partsOf(report).flatMap((part) => reportLines(part, report, language));

export async function reportFile(report: Report, format: ReportFormat, language: ReportLanguage): Promise<Buffer> {
  const rows = allLines(report, language);
  if (format === 'csv') {
    const text = [reportHeader(report, language), ...rows.map((row) => row.map((cell) => cell ?? ''))];
    // The mark without which Excel takes UTF-8 for something else.
    return Buffer.from(`\uFEFF${text.map(csvLine).join('')}`);
  }
  // A hub that is asked for none starts without it.
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  const sheet: SheetData = [reportHeader(report, language).map((value) => ({ value, fontWeight: 'bold' })), ...rows];
  return await writeXlsxFile(sheet, { stickyRowsCount: 1 }).toBuffer();
}

export const reportFilename = ({ from, to }: Pick<Report, 'from' | 'to'>, format: ReportFormat): string =>
  `report-${from}-${to}.${format}`;
