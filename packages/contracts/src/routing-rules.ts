/** Rules by which a contact that opens a ticket is routed: from the top, the first that holds decides. */
import { z } from 'zod';
import { routingCondition } from './conditions.ts';
import { timestamp } from './glossary.ts';
import { requestKey } from './intake.ts';
import { ticketTag } from './tags.ts';

/** How many rules a version can have: every contact that opens a ticket is held against them. */
export const mostRoutingRules = 200;

/** What a rule decides; null and no tags: as it would be without the rule. */
export const routingResult = z
  .object({
    queueId: z.uuid().nullable(),
    priority: z.int().min(0).max(1000).nullable(),
    requestType: requestKey.nullable(),
    tags: z.array(ticketTag).max(10),
  })
  .refine(
    ({ queueId, priority, requestType, tags }) =>
      queueId !== null || priority !== null || requestType !== null || tags.length > 0,
    'A rule decides something',
  );
export type RoutingResult = z.infer<typeof routingResult>;

export const routingRule = z.object({
  /** Stays the same from version to version. */
  id: z.uuid(),
  name: z.string().trim().min(1).max(100),
  enabled: z.boolean(),
  /** Without one it holds always. */
  condition: routingCondition.nullable(),
  result: routingResult,
});
export type RoutingRule = z.infer<typeof routingRule>;

export const routingRuleList = z
  .array(routingRule)
  .max(mostRoutingRules)
  .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'A rule is there twice');

/** Published; it never changes. Version 0 has no rules. */
export const routingVersion = z.object({
  version: z.int(),
  rules: z.array(routingRule),
  note: z.string(),
  publishedByName: z.string().nullable(),
  publishedAt: timestamp.nullable(),
});
export type RoutingVersion = z.infer<typeof routingVersion>;

/** What is being prepared, for all who may publish it. */
export const routingDraft = z.object({
  rules: z.array(routingRule),
  /** The version from which it was begun. */
  basedOn: z.int(),
  /** Counts how often it was kept: who keeps another one than they saw overwrites nothing. */
  revision: z.int(),
  editedByName: z.string().nullable(),
  editedAt: timestamp,
});
export type RoutingDraft = z.infer<typeof routingDraft>;

/**
 * Why a rule that holds was passed over: its queue or its request type is gone. `failed`: it could not be evaluated, and the contact went the
 * way that it would have gone without rules.
 */
export const routingTrouble = z.enum(['queue-gone', 'type-gone', 'failed']);
export type RoutingTrouble = z.infer<typeof routingTrouble>;

export const routingRulesState = z.object({
  published: routingVersion,
  draft: routingDraft.nullable(),
  /** Published rules that do nothing as things are. */
  troubles: z.array(z.object({ ruleId: z.string(), name: z.string(), why: routingTrouble })),
});
export type RoutingRulesState = z.infer<typeof routingRulesState>;

export const routingDraftWrite = z.object({
  rules: routingRuleList,
  basedOn: z.int().min(0),
  /** Of the draft that was seen; 0: there was none. */
  revision: z.int().min(0),
});
export type RoutingDraftWrite = z.input<typeof routingDraftWrite>;
export const routingPublish = z.object({
  revision: z.int().min(1),
  note: z.string().trim().min(1).max(500),
});

/** What routed a ticket, in the data of `ticket.opened`. `rule`: null when none of the version decided. */
export const routedBy = z.object({
  version: z.int(),
  rule: z.object({ id: z.string(), name: z.string() }).nullable(),
  passed: z.array(z.object({ id: z.string(), name: z.string(), why: routingTrouble })).optional(),
});
export type RoutedBy = z.infer<typeof routedBy>;

// --- Trying ------------------------------------------------------------------------------------------------------

export const routingTry = z.object({ rules: routingRuleList });
/** Where a contact went, or would go. */
const routedTo = z.object({
  queueId: z.string().nullable(),
  priority: z.int(),
  requestType: z.string().nullable(),
  tags: z.array(z.string()),
});
export type RoutedTo = z.infer<typeof routedTo>;
export const routingExample = z.object({
  ticketId: z.string(),
  number: z.int(),
  subject: z.string(),
  at: timestamp,
  was: routedTo,
  would: routedTo,
  differs: z.boolean(),
});
export type RoutingExample = z.infer<typeof routingExample>;
export const routingTried = z.object({
  /** Since when contacts were looked at: seven days, or less where there were very many. */
  since: timestamp,
  /** Not all contacts of the time were looked at. */
  cut: z.boolean(),
  looked: z.int(),
  /** Of those, the contacts that would go elsewhere than they went, or with another priority, request type or tags. */
  differ: z.int(),
  /** Every rule in order, and at last with `ruleId` null what no rule decides. */
  rules: z.array(
    z.object({
      ruleId: z.string().nullable(),
      matched: z.int(),
      differ: z.int(),
      troubles: z.partialRecord(routingTrouble, z.int()),
      /** The newest, those that differ first. */
      examples: z.array(routingExample),
    }),
  ),
  /** How many contacts came to each queue and would come to it. */
  queues: z.array(z.object({ queueId: z.string().nullable(), was: z.int(), would: z.int() })),
});
export type RoutingTried = z.infer<typeof routingTried>;
