/** Endpoints outside that are told of events. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { eventType } from './events.ts';
import { timestamp } from './glossary.ts';
import { webAddress } from './intake.ts';

/** What an endpoint can be told of: what happens with tickets and the people in them, without what proves who somebody is. */
export const webhookEvent = eventType.extract([
  'ticket.opened',
  'ticket.reopened',
  'ticket.queued',
  'ticket.priority-changed',
  'ticket.offered',
  'ticket.offer-withdrawn',
  'ticket.assigned',
  'ticket.released',
  'ticket.status-changed',
  'ticket.request-changed',
  'ticket.customer-changed',
  'ticket.tagged',
  'ticket.untagged',
  'message.received',
  'message.file-settled',
  'message.created',
  'message.status-changed',
  'call.changed',
  'customer.created',
  'customer.changed',
  'customer.merged',
  'customer.merge-undone',
  'customer.graded',
  'customer.stage-moved',
  'customer.churn-warned',
  'customer.churn-cleared',
  'customer.erased',
  'purchase.recorded',
  'score.recorded',
  'task.created',
  'task.changed',
  'agent.presence-changed',
]);
export type WebhookEvent = z.infer<typeof webhookEvent>;

export const webhookEndpoint = z.object({
  id: z.uuid(),
  name: z.string(),
  url: z.string(),
  events: z.array(webhookEvent),
  enabled: z.boolean(),
  /** Until when the secret before the present one holds as well; null where there is none. */
  previousUntil: timestamp.nullable(),
  failingSince: timestamp.nullable(),
  deliveredAt: timestamp.nullable(),
  /** Why the hub switched it off by itself. */
  disabledReason: z.string().nullable(),
  /** Deliveries that are not over. */
  open: z.int(),
  createdAt: timestamp,
});
export type WebhookEndpoint = z.infer<typeof webhookEndpoint>;
export const webhookEndpointWithSecret = webhookEndpoint.extend({ secret: z.string() });
export type WebhookEndpointWithSecret = z.infer<typeof webhookEndpointWithSecret>;
export const webhookEndpointWrite = z.object({
  name: z.string().trim().min(1).max(100),
  url: webAddress,
  events: z.array(webhookEvent).max(webhookEvent.options.length),
  enabled: z.boolean().default(true),
});
export type WebhookEndpointWrite = z.input<typeof webhookEndpointWrite>;

export const webhookState = z.enum(['waiting', 'sending', 'delivered', 'failed']);
export const webhookAttempt = z.object({
  at: timestamp,
  /** The answer's status; null when there was none. */
  status: z.int().nullable(),
  ms: z.int(),
  error: z.string().nullable(),
});
export type WebhookAttempt = z.infer<typeof webhookAttempt>;
export const webhookDelivery = z.object({
  id: z.uuid(),
  endpointId: z.uuid(),
  eventSeq: z.int().nullable(),
  eventType: z.string(),
  ticketId: z.uuid().nullable(),
  /** `event`, a rule that asked for it, or a test. */
  cause: z.enum(['event', 'rule', 'test']),
  state: webhookState,
  attemptCount: z.int(),
  attempts: z.array(webhookAttempt),
  replays: z.int(),
  nextAttemptAt: timestamp.nullable(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
});
export type WebhookDelivery = z.infer<typeof webhookDelivery>;
/** With the request as it is sent; the signature is made anew for each attempt. */
export const webhookDeliveryDetail = webhookDelivery.extend({
  request: z.object({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
});
export const webhookDeliveryQuery = pageQuery.extend({ state: webhookState.optional(), ticketId: z.uuid().optional() });
/** By their ids, or everything that failed since a moment. */
export const webhookReplay = z
  .object({ ids: z.array(z.uuid()).min(1).max(200).optional(), failedSince: timestamp.optional() })
  .refine((given) => (given.ids === undefined) !== (given.failedSince === undefined), {
    message: 'Either ids or failedSince',
  });
export const webhookReplayed = z.object({ replayed: z.int() });
