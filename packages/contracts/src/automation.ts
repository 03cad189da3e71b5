/** Rules that act on tickets when something happens: on these events, if this holds, do that. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { ticketCondition } from './conditions.ts';
import { eventType } from './events.ts';
import { ticketStatus, timestamp } from './glossary.ts';
import { ticketTag } from './tags.ts';
import { templateChoice } from './template.ts';

/** What a rule can wait for: events about a ticket. */
export const automationEvent = eventType.extract([
  'ticket.opened',
  'ticket.reopened',
  'ticket.queued',
  'ticket.assigned',
  'ticket.released',
  'ticket.status-changed',
  'ticket.priority-changed',
  'ticket.request-changed',
  'ticket.tagged',
  'ticket.untagged',
  'message.received',
  'message.created',
]);
export type AutomationEvent = z.infer<typeof automationEvent>;

/** A rule that ran so often on one ticket within an hour leaves it alone for the rest of it. */
export const runsPerHour = 10;
/** Rules that follow from each other's doing, from the first event on. */
export const longestChain = 5;

const tags = z.array(ticketTag).min(1).max(10);
/** `{{ticket.number}}`, `{{ticket.subject}}`, `{{customer.name}}` and `{{centre.name}}` are filled in. */
const words = z.string().trim().min(1).max(4_000);

export const automationAction = z.discriminatedUnion('do', [
  z.object({ do: z.literal('tag'), tags }),
  z.object({ do: z.literal('untag'), tags }),
  z.object({ do: z.literal('set-priority'), priority: z.int().min(0).max(1000) }),
  z.object({ do: z.literal('move'), queueId: z.uuid() }),
  z.object({ do: z.literal('set-status'), status: ticketStatus }),
  /** As an offer, which the agent may decline, or straight into their hands. */
  z.object({ do: z.literal('assign'), agentId: z.string().min(1).max(100), how: z.enum(['offer', 'hand']) }),
  z.object({
    do: z.literal('set-field'),
    field: z.string().min(1).max(100),
    value: z.union([z.string().max(2_000), z.number(), z.boolean()]),
  }),
  z.object({ do: z.literal('note'), text: words }),
  /** A text of the rule's own, or one that the provider has approved. Once for each ticket unless `again`. */
  z
    .object({
      do: z.literal('reply'),
      text: words.optional(),
      template: templateChoice.optional(),
      again: z.boolean().default(false),
    })
    .refine((given) => (given.text === undefined) !== (given.template === undefined), {
      path: ['text'],
      message: 'Either a text or a template',
    }),
  /** Sends the event to an endpoint. */
  z.object({ do: z.literal('webhook'), endpointId: z.uuid() }),
]);
export type AutomationAction = z.infer<typeof automationAction>;
export type ActionName = AutomationAction['do'];

/** What is published: a published version never changes. */
export const automationDefinition = z.object({
  name: z.string().trim().min(1).max(100),
  events: z.array(automationEvent).min(1).max(12),
  /** Without one it holds always. */
  condition: ticketCondition.nullable(),
  actions: z.array(automationAction).min(1).max(10),
});
export type AutomationDefinition = z.infer<typeof automationDefinition>;

export const automationRule = automationDefinition.extend({
  id: z.uuid(),
  position: z.int(),
  enabled: z.boolean(),
  version: z.int(),
  publishedAt: timestamp,
  publishedByName: z.string().nullable(),
});
export type AutomationRule = z.infer<typeof automationRule>;

const note = z.string().trim().max(500).default('');
export const automationRuleCreate = automationDefinition.extend({ enabled: z.boolean().default(true), note });
export const automationRulePublish = automationDefinition.extend({
  /** The version that was edited: when another one was published meanwhile, nothing is overwritten. */
  basedOn: z.int().min(1),
  note,
});
export const automationRuleSwitch = z.object({ enabled: z.boolean() });
/** All rules in the order in which they act. */
export const automationOrder = z.object({ ids: z.array(z.uuid()).max(200) });

export const automationVersion = z.object({
  version: z.int(),
  definition: automationDefinition,
  note: z.string(),
  publishedByName: z.string().nullable(),
  publishedAt: timestamp,
});
export type AutomationVersion = z.infer<typeof automationVersion>;

// --- What rules did ------------------------------------------------------------------------------------------------

/** `unchanged`: it was so already. `refused`: it may not or cannot be done, and why. `failed`: it went wrong here. */
export const actionResult = z.enum(['done', 'unchanged', 'refused', 'failed']);
export const actionOutcome = z.object({
  do: z.string(),
  result: actionResult,
  /** Why it was refused: `ticket-closed`, `agent-not-free`, `answered-before` … */
  why: z.string().optional(),
});
export type ActionOutcome = z.infer<typeof actionOutcome>;

export const automationRunState = z.enum(['waiting', 'done', 'failed', 'paused']);
export const automationRun = z.object({
  id: z.uuid(),
  ruleId: z.uuid(),
  ruleName: z.string(),
  version: z.int(),
  eventSeq: z.int(),
  eventType: z.string(),
  ticketId: z.uuid(),
  ticketNumber: z.int().nullable(),
  /** How many rules led here, this one included. */
  depth: z.int(),
  state: automationRunState,
  outcomes: z.array(actionOutcome),
  durationMs: z.int().nullable(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
});
export type AutomationRun = z.infer<typeof automationRun>;
export const automationRunQuery = pageQuery.extend({
  ruleId: z.uuid().optional(),
  ticketId: z.uuid().optional(),
  state: automationRunState.optional(),
});

/** What the rule would have done with events of the last days, by what is known of the tickets now. Nothing is written. */
export const automationTry = automationDefinition.pick({ events: true, condition: true, actions: true }).extend({
  /** The rule that is edited: whom it has answered, it does not answer again. */
  ruleId: z.uuid().nullish(),
});
export const automationTried = z.object({
  /** Since when events were looked at: seven days, or less where there were very many. */
  since: timestamp,
  looked: z.int(),
  matched: z.int(),
  /** Not all events of the time were looked at. */
  cut: z.boolean(),
  /** Of those that matched the newest, one line for each ticket. */
  tickets: z.array(
    z.object({
      ticketId: z.uuid(),
      number: z.int(),
      subject: z.string(),
      at: timestamp,
      eventType: z.string(),
      times: z.int(),
      would: z.array(actionOutcome),
    }),
  ),
});
export type AutomationTried = z.infer<typeof automationTried>;
