/** How long contacts take those who work on them. Seconds. Sources: ICMI glossary (ASA, AHT); ISO 18295-1:2017. */
import { ratio } from './service-level.ts';

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** Average speed of answer: the waits of answered contacts / answered. */
export const averageSpeedOfAnswer = (c: { waitMs: number; answered: number }): number | null =>
  seconds(ratio(c.waitMs, c.answered));

/** Average handle time: (talk + hold + wrap-up) / handled. Calls and chats. */
export const averageHandleTime = (c: {
  talkMs: number;
  holdMs: number;
  wrapMs: number;
  handled: number;
}): number | null => seconds(ratio(c.talkMs + c.holdMs + c.wrapMs, c.handled));

/** A sum of times / handled. */
export const perHandled = (ms: number, handled: number): number | null => seconds(ratio(ms, handled));

/** Average time until who gave up did so: the waits of abandoned contacts / abandoned. */
export const averageTimeToAbandon = (c: { abandonedWaitMs: number; abandoned: number }): number | null =>
  seconds(ratio(c.abandonedWaitMs, c.abandoned));

/**
 * Of the times that a contact left the hands of an agent, those in which it was passed on: transferred / (transferred + settled). Never more
 * than all, however often one contact goes round.
 */
export const transferRate = (c: { transferred: number; resolved: number }): number | null =>
  ratio(c.transferred, c.transferred + c.resolved);
