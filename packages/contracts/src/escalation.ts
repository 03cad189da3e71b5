/** What happens when a ticket is about to be late, is late, or is grave (service norm R3). */
import { z } from 'zod';
import { slug } from './conditions.ts';
import { channelName } from './glossary.ts';
import { requestKey } from './intake.ts';
import { clockKind } from './service-targets.ts';

const name = z.string().trim().min(1).max(100);

export const escalationCause = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('warning'), clocks: z.array(clockKind).max(6) }),
  z.object({ kind: z.literal('breach'), clocks: z.array(clockKind).max(6) }),
  /** The ticket's priority has come so far. */
  z.object({ kind: z.literal('severity'), priority: z.int().min(-1000).max(1000) }),
  z.object({ kind: z.literal('grade'), grades: z.array(slug).min(1).max(20) }),
]);
export type EscalationCause = z.infer<typeof escalationCause>;

export const escalationAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('notify'), whom: z.enum(['owner', 'supervisors', 'both']) }),
  z.object({ kind: z.literal('raise-priority'), by: z.int().min(1).max(1000) }),
  z.object({ kind: z.literal('move'), queueId: z.uuid() }),
  /** A text or mail to supervisors; where none of them can be reached, they are notified. */
  z.object({ kind: z.literal('page'), agentIds: z.array(z.string().max(100)).max(20), by: z.enum(['sms', 'email']) }),
]);
export type EscalationAction = z.infer<typeof escalationAction>;

export const escalationRule = z.object({
  id: slug,
  nameEn: name,
  nameZh: name,
  enabled: z.boolean(),
  cause: escalationCause,
  /** Which tickets; an empty list is any. */
  when: z.object({
    channels: z.array(channelName).max(20),
    queueIds: z.array(z.uuid()).max(100),
    requestTypes: z.array(requestKey).max(100),
  }),
  actions: z.array(escalationAction).min(1).max(6),
});
export type EscalationRule = z.infer<typeof escalationRule>;

export const escalationRules = z.object({
  rules: z
    .array(escalationRule)
    .max(60)
    .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'A rule is there twice'),
});
export type EscalationRules = z.infer<typeof escalationRules>;

/** By hand, with a reason: to another queue, with more priority, or only told to the supervisors. */
export const escalationCreate = z.object({
  reason: z.string().trim().min(1).max(500),
  queueId: z.uuid().optional(),
  raiseBy: z.int().min(1).max(1000).optional(),
});
export type EscalationCreate = z.infer<typeof escalationCreate>;
