import { openInterval, type OpenInterval } from '@patchbay/contracts';

/** `09:00-12:00, 13:00-17:00` */
export const hoursText = (intervals: readonly OpenInterval[]): string =>
  intervals.map(({ from, to }) => `${from}-${to}`).join(', ');

/** Opening times as typed; a dash of any kind, and hours alone, will do. Null when they cannot be read. */
export function parseHours(text: string): OpenInterval[] | null {
  const found: OpenInterval[] = [];
  for (const part of text.split(/[,，;；]/u).map((one) => one.trim())) {
    if (part === '') continue;
    const [from, to, ...more] = part.split(/\s*[-–—~至]\s*/u).map(timeOf);
    const interval = openInterval.safeParse({ from, to });
    if (more.length > 0 || !interval.success) return null;
    found.push(interval.data);
  }
  return found;
}

function timeOf(text: string): string {
  const [, hour = '', minute = '00'] = /^(\d{1,2})(?:[:.：](\d{2}))?$/u.exec(text) ?? [];
  return hour === '' ? text : `${hour.padStart(2, '0')}:${minute}`;
}
