/** Who else is with a customer, or was lately, so that two agents never contact one customer unknowingly (service norm G6). */
import { z } from 'zod';
import { channelName, timestamp } from './glossary.ts';

export const attendance = z.enum(['open', 'writing', 'calling']);
export type Attendance = z.infer<typeof attendance>;

/** Said by a console: this customer is on screen, is being written to, or not any more. Ends with the socket by itself. */
export const attendRequest = z.object({
  customerId: z.uuid(),
  ticketId: z.uuid().nullable(),
  state: z.enum(['open', 'writing', 'gone']),
});
export type AttendRequest = z.infer<typeof attendRequest>;
/** Sent as `guard` to everybody who has the customer on screen: what they know of the guard is out of date. */
export const guardNotice = z.object({ customerId: z.uuid() });

export const guardPresence = z.object({
  agentId: z.string(),
  name: z.string(),
  state: attendance,
  ticketId: z.uuid().nullable(),
  ticketNumber: z.int().nullable(),
  since: timestamp,
});
export type GuardPresence = z.infer<typeof guardPresence>;
export const guardContact = z.object({
  agentId: z.string(),
  name: z.string(),
  channel: channelName,
  ticketId: z.uuid().nullable(),
  ticketNumber: z.int().nullable(),
  at: timestamp,
});
export type GuardContact = z.infer<typeof guardContact>;

/** Of others than who asks. A ticket is null where there is none, and where who asks may not read it. */
export const guard = z.object({
  hours: z.int(),
  present: z.array(guardPresence),
  /** The last contact of each agent within the time, newest first; without those that who asks has answered to since. */
  recent: z.array(guardContact),
});
export type Guard = z.infer<typeof guard>;

/** A contact within so many hours is recent. */
export const guardSettings = z.object({ hours: z.int().min(1).max(720) });
export type GuardSettings = z.infer<typeof guardSettings>;
