import type { ClockState, TicketClocks } from '@patchbay/contracts';

/** How a clock stands at a moment (ms since the epoch): between two reads of a ticket its time goes on. */
export function standingAt({ clockState, dueAt, warnAt }: TicketClocks, now: number): ClockState {
  if (clockState === 'met' || clockState === 'missed') return clockState;
  if (dueAt !== null && now >= Date.parse(dueAt)) return 'breached';
  if (clockState === 'paused' || clockState === 'stopped') return clockState;
  return warnAt !== null && now >= Date.parse(warnAt) ? 'warning' : 'running';
}
