/** A report as a mail: its figures as a table, and the same attached as a file. */
import type { Notice } from '@patchbay/channels/channel';
import type { Report, SavedReport } from '@patchbay/contracts';
import { escapeHtml } from '@patchbay/domain';
import type { ReportRunRow } from '@patchbay/store/queries/report-mail';
import { definitionOf, readReport } from '../figures/report.ts';
import {
  partsOf,
  reportFile,
  reportFilename,
  reportHeader,
  reportLines,
  reportTypes,
  type CellForm,
  type ReportLanguage,
} from '../figures/report-file.ts';
import { askedOn } from '../figures/saved-report.ts';
import type { Parts } from '../parts.ts';
import { presentAnswer } from '../privacy/door.ts';

/** Rows of a period that stand in the mail; the file has all. */
const mostRows = 50;

const words = {
  en: {
    counted: (at: string, zone: string) => `Counted up to ${at} (${zone}). Durations are hours:minutes:seconds.`,
    cut: (shown: number, all: number) => `The first ${shown} of ${all} rows; the attached file has all.`,
    open: 'Reports in Patchbay',
  },
  zh: {
    counted: (at: string, zone: string) => `统计截至 ${at}（${zone}）。时长为 时:分:秒。`,
    cut: (shown: number, all: number) => `仅列前 ${shown} 行，共 ${all} 行；附件中为全部。`,
    open: '在 Patchbay 中查看报表',
  },
} as const;

type Run = Pick<ReportRunRow, 'dueAt' | 'language' | 'format'>;

/** @throws HubError `invalid_input` for what cannot be asked for any more */
export async function writeNotice(
  parts: Parts,
  saved: SavedReport,
  run: Run,
): Promise<Omit<Notice, 'id' | 'tryId' | 'to'>> {
  const { language, format } = run;
  const read = await readReport(parts, askedOn(parts, run.dueAt, saved));
  // It leaves the house: whoever gets it sees no more than an agent who works for nobody.
  const { name, report } = await presentAnswer(
    parts,
    { role: 'agent', agentId: '' },
    { name: saved.name, report: read },
  );
  const days = report.from === report.to ? report.from : `${report.from} – ${report.to}`;
  return {
    subject: `${name}: ${days}`,
    ...bodyOf(`${name}: ${days}`, report, language, `${parts.config.publicUrl}/reports`),
    attachments: [
      {
        filename: reportFilename(report, format),
        contentType: reportTypes[format],
        content: await reportFile(report, format, language),
      },
    ],
  };
}

function bodyOf(title: string, report: Report, language: ReportLanguage, url: string): { text: string; html: string } {
  const { counted, open } = words[language];
  const form = formOf(report, language);
  const note = counted(form.start(report.at), report.timeZone);
  const tables = partsOf(report).map((part) => {
    const lines = reportLines(part, report, language, form).map((line) => line.map((cell) => String(cell ?? '')));
    const isLong = lines.length - 1 > mostRows;
    const shown = isLong ? [...lines.slice(0, mostRows), ...lines.slice(-1)] : lines;
    return { shown, cut: isLong ? words[language].cut(mostRows, lines.length - 1) : null };
  });
  const header = reportHeader(report, language);
  return {
    text: [
      title,
      ...tables.map(({ shown, cut }) => [textTable([header, ...shown]), ...(cut ? [cut] : [])].join('\n')),
      note,
      `${open}: ${url}`,
    ].join('\n\n'),
    html: [
      `<h2>${escapeHtml(title)}</h2>`,
      ...tables.map(({ shown, cut }) => htmlTable(header, shown) + (cut ? `<p>${escapeHtml(cut)}</p>` : '')),
      `<p>${escapeHtml(note)}</p><p><a href="${escapeHtml(url)}">${escapeHtml(open)}</a></p>`,
    ].join('\n'),
  };
}

function formOf({ timeZone, interval }: Report, language: ReportLanguage): CellForm {
  // Swedish writes moments as ISO 8601 does.
  const moment = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  return {
    start: (start) => (start.includes('T') ? moment.format(new Date(start)) : interval === null ? '' : start),
    value(value, figure) {
      if (value === null) return '–';
      const { unit } = definitionOf(figure);
      if (unit === 'seconds') return clockTime(value);
      return unit === 'ratio' ? percent.format(value) : number.format(value);
    },
  };
}

function clockTime(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(Math.floor(value) % 60).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(whole / 60)}:${two(whole)}`;
}

/** Columns are told apart by bars, so that it can be read in any font. */
const textTable = (rows: readonly string[][]): string => rows.map((row) => row.join(' | ')).join('\n');

const cellStyle = 'border:1px solid #d0d5dd;padding:4px 8px';

function htmlTable(header: readonly string[], rows: readonly string[][]): string {
  const head = header.map((cell) => `<th style="${cellStyle};text-align:left">${escapeHtml(cell)}</th>`);
  const body = rows.map((row, place) => {
    const weight = place === rows.length - 1 ? ';font-weight:bold' : '';
    const cells = row.map((cell, column) => {
      const align = column > 2 ? ';text-align:right' : '';
      return `<td style="${cellStyle}${align}${weight}">${escapeHtml(cell)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table style="border-collapse:collapse"><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}
