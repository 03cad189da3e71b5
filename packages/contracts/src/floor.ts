/** The floor as supervisors see it: every agent, everything that waits, and what they may do about it. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { channelName, presenceState, timestamp } from './glossary.ts';
import { ticketClocks } from './service-targets.ts';

const countByChannel = z.partialRecord(channelName, z.int());

/** All, page by page; or only those of the ids, separated by commas. Whoever is not in the answer is not there any more. */
export const floorQuery = pageQuery.extend({
  limit: z.coerce.number().int().min(1).max(500).default(500),
  ids: z
    .string()
    .max(20_000)
    .transform((text) => [...new Set(text.split(',').filter((id) => id !== ''))])
    .pipe(z.array(z.string().max(100)).max(500))
    .optional(),
});

export const floorAgent = z.object({
  id: z.string(),
  name: z.string(),
  presence: presenceState,
  reason: z.string().nullable(),
  since: timestamp,
  skills: z.array(z.object({ name: z.string(), level: z.int() })),
  queueIds: z.array(z.uuid()),
  teamIds: z.array(z.uuid()),
  /** Held or offered now. */
  load: countByChannel,
  capacity: countByChannel,
  totalLoad: z.int(),
  /** Null: only each channel has its limit. */
  totalCapacity: z.int().nullable(),
  /** Oldest first. */
  holds: z.array(
    z.object({
      ticketId: z.uuid(),
      number: z.int(),
      subject: z.string(),
      channel: channelName,
      /** Offered, and not accepted yet. */
      offered: z.boolean(),
    }),
  ),
});
export type FloorAgent = z.infer<typeof floorAgent>;

export const floorWaiting = z.object({
  ticketId: z.uuid(),
  number: z.int(),
  subject: z.string(),
  channel: channelName,
  queueId: z.uuid(),
  queueName: z.string(),
  waitingSince: timestamp,
  /** Its order in the queue: `queue` + `ticket` + `ageing` for each minute of waiting. */
  priority: z.object({ queue: z.number(), ticket: z.number(), ageing: z.number() }),
  offeredTo: z.object({ id: z.string(), name: z.string() }).nullable(),
  clocks: ticketClocks.nullable(),
});
export type FloorWaiting = z.infer<typeof floorWaiting>;

export const floorSettings = z.object({
  /** Whether agents are shown that somebody reads along. It is written down in any case. */
  showListening: z.boolean(),
});
export type FloorSettings = z.infer<typeof floorSettings>;

export const whisperCreate = z.object({ text: z.string().trim().min(1).max(2_000) });
/** Words to the agent who has the ticket, which nobody else is shown. */
export const whisper = z.object({
  id: z.uuid(),
  ticketId: z.uuid(),
  agentId: z.string(),
  authorId: z.string(),
  authorName: z.string(),
  text: z.string(),
  at: timestamp,
});
export type Whisper = z.infer<typeof whisper>;
