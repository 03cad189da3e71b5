/** What dates, times and addresses look like within the lines of mails. */

export const dated = /(?<!\d)(19|20|25)\d\d(?!\d)|(?<!\d|\d[./])\d{1,2}[./]\d{1,2}[./]\d{2}(?![./]?\d)/;
export const timed = /(?<!\d)\d{1,2}([:\uff1a.h]|[时時点點시] ?)\d{2}(?!\d)/;
export const addressed = /[<(]\s?[^<>()\s]{1,64}@[^<>()\s]{1,255}\s?[>)]/;
/** Characters. Longer lines are not looked at. */
export const longestLine = 1000;

export const isMoment = (line: string): boolean => dated.test(line) && timed.test(line);

/** Without the marks of direction that stand around names and addresses in Hebrew and Arabic, and with digits as everywhere. */
export function plain(line: string): string {
  return line
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}
