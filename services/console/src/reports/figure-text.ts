/** Figures and moments of reports in the reader's language. Moments are those of the centre's clock. */
import type { Report, ReportDefinition } from '@patchbay/contracts';
import { duration } from '@patchbay/ui';

/** `–` is not known. */
export function figureText(value: number | null, unit: ReportDefinition['unit'], language: string): string {
  if (value === null) return '–';
  if (unit === 'seconds') return duration(value, language);
  const style = unit === 'ratio' ? ({ style: 'percent', maximumFractionDigits: 1 } as const) : {};
  return new Intl.NumberFormat(language, style).format(value);
}

/** `+12 %`; of ratios the difference in points, as `+3.1`. */
export function changeText(
  [value, before]: readonly (number | null | undefined)[],
  unit: ReportDefinition['unit'],
  language: string,
): string {
  if (value === null || value === undefined || before === null || before === undefined) return '–';
  const signed = { signDisplay: 'exceptZero', maximumFractionDigits: 1 } as const;
  if (unit === 'ratio') return new Intl.NumberFormat(language, signed).format((value - before) * 100);
  if (before === 0) return '–';
  return new Intl.NumberFormat(language, { ...signed, style: 'percent' }).format((value - before) / Math.abs(before));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format is slow, and a table has hundreds of rows. */
function formatOf(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, format);
  return format;
}

export function startText(start: string, { interval, timeZone, from, to }: Report, language: string): string {
  if (start.includes('T')) {
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    const day = from === to ? {} : ({ month: 'numeric', day: 'numeric' } as const);
    return formatOf(language, { timeZone, ...day, ...time }).format(new Date(start));
  }
  return dayText(start, interval === 'month' ? 'month' : 'day', language);
}

export function dayText(day: string, grain: 'day' | 'month', language: string): string {
  const shown =
    grain === 'month'
      ? ({ year: 'numeric', month: 'short' } as const)
      : ({ weekday: 'short', month: 'short', day: 'numeric' } as const);
  return formatOf(language, { timeZone: 'UTC', ...shown }).format(new Date(`${day}T00:00:00Z`));
}

/** `1 Nov 2026`, or `1 Nov 2026 – 7 Nov 2026`. */
export function daysText(from: string, to: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, { timeZone: 'UTC', dateStyle: 'medium' });
  const [first, last] = [from, to].map((day) => new Date(`${day}T00:00:00Z`)) as [Date, Date];
  return from === to ? format.format(first) : format.formatRange(first, last);
}
