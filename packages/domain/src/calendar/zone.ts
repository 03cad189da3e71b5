/** What the clocks of a time zone show, as stretches of one offset. Moments are milliseconds since the epoch. */

/** From here to the next stretch, local time is UTC plus `offset` milliseconds. */
export interface OffsetStretch {
  readonly from: number;
  readonly offset: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
const formatters = new Map<string, Intl.DateTimeFormat>();
const years = new Map<string, readonly OffsetStretch[]>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const kept = formatters.get(timeZone);
  if (kept !== undefined) return kept;
  const made = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  formatters.set(timeZone, made);
  return made;
}

/** Minutes exact: offsets with seconds ended before 1972. */
function offsetAt(moment: number, timeZone: string): number {
  const minute = Math.floor(moment / minuteMs) * minuteMs;
  const part: Record<string, number> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(minute)) part[type] = Number(value);
  return Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute']) - minute;
}

/** The first minute within (low, high] whose offset is not that of `low`. */
function changeWithin(low: number, high: number, timeZone: string): number {
  const before = offsetAt(low, timeZone);
  let [from, to] = [low, high];
  while (to - from > minuteMs) {
    const middle = from + Math.floor((to - from) / 2 / minuteMs) * minuteMs;
    if (offsetAt(middle, timeZone) === before) from = middle;
    else to = middle;
  }
  return to;
}

function stretchesOfYear(year: number, timeZone: string): readonly OffsetStretch[] {
  const key = `${timeZone} ${year}`;
  const kept = years.get(key);
  if (kept !== undefined) return kept;
  const end = Date.UTC(year + 1, 0, 1);
  let at = Date.UTC(year, 0, 1);
  let offset = offsetAt(at, timeZone);
  const found: OffsetStretch[] = [{ from: at, offset }];
  while (at < end) {
    const next = Math.min(at + dayMs, end);
    if (offsetAt(next, timeZone) !== offset) {
      const from = changeWithin(at, next, timeZone);
      offset = offsetAt(next, timeZone);
      if (from < end) found.push({ from, offset });
    }
    at = next;
  }
  years.set(key, found);
  return found;
}

/**
 * When clocks show what `shown` would be in UTC. What they show twice is meant the first time; what they skip is read by the offset before.
 * Throws RangeError for an unknown time zone.
 */
export function localMoment(shown: number, timeZone: string): number {
  const stretches = offsetStretches(shown - dayMs, shown + dayMs, timeZone);
  const meant = stretches.find(({ offset, from, to }) => shown - offset >= from && shown - offset < to) ?? stretches[0];
  return shown - (meant?.offset ?? 0);
}

/** The stretches that [from, to) lies in, the first of them cut to begin at `from`. Throws RangeError for an unknown time zone. */
export function offsetStretches(from: number, to: number, timeZone: string): (OffsetStretch & { to: number })[] {
  const first = new Date(from).getUTCFullYear();
  const last = new Date(to - 1).getUTCFullYear();
  const all = Array.from({ length: last - first + 1 }, (_, index) => stretchesOfYear(first + index, timeZone)).flat();
  return all
    .map((stretch, index) => ({
      offset: stretch.offset,
      from: Math.max(stretch.from, from),
      to: Math.min(all[index + 1]?.from ?? to, to),
    }))
    .filter((stretch) => stretch.from < stretch.to);
}
