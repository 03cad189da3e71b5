/** What part of agents' time is work. Sources: ICMI glossary; Koole, Call Center Optimization (2013). */
import { ratio } from './service-level.ts';

/** Time with a contact in hand, busy or in wrap-up / that time + time online with nothing in hand. */
export const occupancy = (c: { occupiedMs: number; availableMs: number }): number | null =>
  ratio(c.occupiedMs, c.occupiedMs + c.availableMs);

/** The same time / all time in which the agent was not offline, breaks included. */
export const utilisation = (c: { occupiedMs: number; staffedMs: number }): number | null =>
  ratio(c.occupiedMs, c.staffedMs);
