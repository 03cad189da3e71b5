/** Tickets that are not settled, by age. Source: ITIL 4, service desk practice. */

/** The upper ends of the age bands in seconds, and how they are called; the last has no end. */
export const ageBands = [
  { key: 'under-1-day', below: 86_400 },
  { key: '1-to-3-days', below: 3 * 86_400 },
  { key: '3-to-7-days', below: 7 * 86_400 },
  { key: 'over-7-days', below: Infinity },
] as const;
export type AgeBand = (typeof ageBands)[number]['key'];

/** How the backlog grew: opened + reopened − settled. */
export const backlogChange = (c: { opened: number; reopened: number; resolved: number }): number =>
  c.opened + c.reopened - c.resolved;
