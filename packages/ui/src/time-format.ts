/** Time as people in a contact centre read it. All durations are seconds. */

/** `4:05`, `1:02:09`: a running clock. Never negative. */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const pad = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** The two largest units, in the language's own short words: `2h 5m`, `3分钟12秒`. */
export function duration(seconds: number, language: string): string {
  const total = Math.max(0, Math.round(seconds));
  const first = Math.max(
    0,
    units.findIndex(([, size]) => total >= size),
  );
  const start = total === 0 ? units.length - 1 : first;
  const parts: string[] = [];
  let rest = total;
  for (const [unit, size] of units.slice(start, start + 2)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 || parts.length === 0) parts.push(unitFormat(language, unit).format(amount));
  }
  return parts.join(language.startsWith('zh') ? '' : ' ');
}

/** The largest unit alone, in full: `2h`, `3分钟`; for what is read from afar. */
export function age(seconds: number, language: string): string {
  const total = Math.max(0, Math.round(seconds));
  const [unit, size] = units.find((one) => total >= one[1]) ?? ['second', 1];
  return unitFormat(language, unit).format(Math.floor(total / size));
}

/** Seconds from `since` to `now` (ms since the epoch). */
export function secondsSince(since: string, now: number): number {
  return Math.max(0, (now - Date.parse(since)) / 1000);
}

/** Today the time of day, this year day and month, before that the year too. */
export function moment(at: string, now: number, language: string): string {
  const date = new Date(at);
  const today = new Date(now);
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  if (date.toDateString() === today.toDateString()) return dateFormat(language, time).format(date);
  if (date.getFullYear() === today.getFullYear())
    return dateFormat(language, { month: 'short', day: 'numeric', ...time }).format(date);
  return dateFormat(language, { year: 'numeric', month: 'short', day: 'numeric' }).format(date);
}

/** Date and time in full, for tooltips and records. */
export function fullMoment(at: string, language: string): string {
  return dateFormat(language, { dateStyle: 'full', timeStyle: 'medium', hourCycle: 'h23' }).format(new Date(at));
}

/** Date and time by the clock of a place. */
export function momentIn(at: string, timeZone: string, language: string): string {
  return dateFormat(language, { timeZone, dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }).format(
    new Date(at),
  );
}

/** `734 B`, `12 kB`, `3.4 MB` in decimal units. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Building a format is slow and a ticking list asks for the same ones every second. */
function kept<F extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => F): F {
  const found = (formats.get(key) as F | undefined) ?? make();
  formats.set(key, found);
  return found;
}
const unitFormat = (language: string, unit: string): Intl.NumberFormat =>
  kept(`${language} ${unit}`, () => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }));
const dateFormat = (language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(`${language} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, options));
