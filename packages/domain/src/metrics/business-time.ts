/** Time in which the centre is open. */
import { isOpen, type OpeningHours } from '../calendar.ts';

/** Milliseconds of business time between two moments in milliseconds since 1970; never less than zero. */
export type BusinessTime = (from: number, to: number) => number;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Hours that are kept: more than a year of them. */
const mostHours = 10_000;

/** Opening hours are exact to the minute, so each hour is looked at once, minute by minute, and then kept. */
export function businessTimeOf(hours: OpeningHours): BusinessTime {
  if (hours.intervals.length === 0) return (from, to) => Math.max(0, to - from);
  const kept = new Map<number, Uint8Array>();
  const minutesOf = (hour: number): Uint8Array => {
    const known = kept.get(hour);
    if (known) return known;
    if (kept.size >= mostHours) kept.clear();
    const minutes = Uint8Array.from({ length: 60 }, (_, minute) =>
      isOpen(new Date(hour + minute * minuteMs), hours) ? 1 : 0,
    );
    kept.set(hour, minutes);
    return minutes;
  };
  return (from, to) => {
    let open = 0;
    for (let hour = Math.floor(from / hourMs) * hourMs; hour < to; hour += hourMs)
      open += openWithin(minutesOf(hour), from - hour, to - hour);
    return open;
  };
}

function openWithin(minutes: Uint8Array, from: number, to: number): number {
  let open = 0;
  minutes.forEach((isMinuteOpen, minute) => {
    if (isMinuteOpen === 0) return;
    const start = minute * minuteMs;
    open += Math.max(0, Math.min(to, start + minuteMs) - Math.max(from, start));
  });
  return open;
}
