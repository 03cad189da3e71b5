import { z } from 'zod';
import { timestamp } from './glossary.ts';

/** Why a message has not left yet. */
export const outgoingWait = z.object({
  /**
   * The earlier message of its ticket, to one of its recipients, that has to leave first; null where there is none. All that follows is
   * about that one, then.
   */
  behind: z.object({ messageId: z.uuid(), at: timestamp, automatic: z.boolean() }).nullable(),
  /** How the last try ended. */
  error: z.string().nullable(),
  /** How often it was tried. */
  attempts: z.int(),
  /** Not before then; null while it is being tried. */
  nextAttemptAt: timestamp.nullable(),
});
export type OutgoingWait = z.infer<typeof outgoingWait>;
