/** Queues, skills, teams, transfers, and why work went to whom. */
import { z } from 'zod';
import { slug } from './conditions.ts';
import { channelName, presenceState, timestamp } from './glossary.ts';
import type { ChannelName } from './glossary.ts';

const name = z.string().trim().min(1).max(100);
/** From basic (1) to expert (5). */
const skillLevel = z.int().min(1).max(5);

export const skill = z.object({ id: z.uuid(), name: z.string() });
export type Skill = z.infer<typeof skill>;
export const skillCreate = z.object({ name });

/** A skill and a level: what a queue needs at least, or what an agent has. */
export const skillAtLevel = z.object({ skillId: z.uuid(), level: skillLevel });
export type SkillAtLevel = z.infer<typeof skillAtLevel>;
/** Each skill once. */
export const skillList = z
  .array(skillAtLevel)
  .max(50)
  .refine((list) => new Set(list.map(({ skillId }) => skillId)).size === list.length, 'A skill is named twice');

export const team = z.object({ id: z.uuid(), name: z.string(), agentIds: z.array(z.string()) });
export type Team = z.infer<typeof team>;
export const teamWrite = z.object({ name, agentIds: z.array(z.string().max(100)).max(5000) });
export type TeamWrite = z.infer<typeof teamWrite>;

const afterSeconds = z.int().min(0).max(86_400);
/**
 * What is done for an item that has waited in the queue for so long. `wider`: so many levels less are asked of every skill, a skill of no
 * level is not asked for. `queue`: it moves to another queue and keeps its place. `voicemail` and `call-back` are for callers who wait on the
 * line: they leave a message, or are called back with the place they have. Visitors who wait in a chat may then leave a number or an address.
 */
export const queueRing = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('wider'), afterSeconds, lower: z.int().min(1).max(5) }),
  z.object({ kind: z.literal('queue'), afterSeconds, queueId: z.uuid() }),
  z.object({ kind: z.literal('voicemail'), afterSeconds }),
  z.object({ kind: z.literal('call-back'), afterSeconds }),
]);
export type QueueRing = z.infer<typeof queueRing>;

/** A service level: this share of contacts is answered within so many seconds. */
export const serviceLevelTarget = z.object({
  channel: channelName,
  percent: z.number().min(1).max(100),
  seconds: z.int().min(1).max(604_800),
});
export type ServiceLevelTarget = z.infer<typeof serviceLevelTarget>;

/** Where a queue says nothing else: calls 20 s, chats 60 s, texts an hour, mail 24 hours (service norm R1). */
export const usualTargets: Readonly<Record<ChannelName, Omit<ServiceLevelTarget, 'channel'>>> = {
  phone: { percent: 80, seconds: 20 },
  chat: { percent: 80, seconds: 60 },
  sms: { percent: 80, seconds: 3600 },
  whatsapp: { percent: 80, seconds: 3600 },
  http: { percent: 80, seconds: 86_400 },
  email: { percent: 80, seconds: 86_400 },
};

/** What holds for a channel in a queue. */
export function targetOf(
  targets: readonly ServiceLevelTarget[],
  channel: ChannelName,
): Omit<ServiceLevelTarget, 'channel'> {
  return targets.find((target) => target.channel === channel) ?? usualTargets[channel];
}

const queueRules = {
  name,
  channels: z.array(channelName).max(channelName.options.length),
  /** What every item has before its own priority. */
  priorityBase: z.int().min(-1000).max(1000),
  /** Points that an item gains in a minute of waiting. */
  ageing: z.number().min(0.01).max(1000),
  /** Its opening hours: the key of a calendar of the service plan; null: the centre's. */
  calendar: slug.nullable(),
  /** How long an offer stands; null: as the centre has it. */
  offerSeconds: z.int().min(5).max(600).nullable(),
  /** Whether agents may take what waits by hand. Managers always may. */
  pull: z.boolean(),
  /** So long an item waits for the agent who had it, or who is the customer's own, before others are asked. */
  stickySeconds: z.int().min(0).max(86_400),
  /** How long an agent has after a call; 0: no wrap-up. */
  wrapUpSeconds: z.int().min(0).max(3600),
  rings: z.array(queueRing).max(10),
  /** Where a channel's service level is another than the usual one. It holds for contacts that come from then on. */
  targets: z
    .array(serviceLevelTarget)
    .max(channelName.options.length)
    .refine((list) => new Set(list.map(({ channel }) => channel)).size === list.length, 'A channel is there twice'),
  /** In which language callers are told their place. */
  language: z.enum(['en', 'zh']),
  /** Whether callers may hang up, and visitors of a chat leave, and be called or written back with the place they have. */
  callBack: z.boolean(),
  skills: skillList,
  teamIds: z.array(z.uuid()).max(100),
  /** Members by themselves, besides those of the teams. */
  agentIds: z.array(z.string().max(100)).max(5000),
};
export const queueSettings = z.object({
  id: z.uuid(),
  ...queueRules,
  offerSeconds: z.int().nullable(),
  position: z.int(),
  /** Of its own and of its teams. */
  memberCount: z.int(),
  waiting: z.int(),
});
export type QueueSettings = z.infer<typeof queueSettings>;
export const queueWrite = z.object({
  ...queueRules,
  priorityBase: queueRules.priorityBase.default(0),
  ageing: queueRules.ageing.default(1),
  calendar: queueRules.calendar.default(null),
  offerSeconds: queueRules.offerSeconds.default(null),
  pull: queueRules.pull.default(true),
  stickySeconds: queueRules.stickySeconds.default(0),
  wrapUpSeconds: queueRules.wrapUpSeconds.default(0),
  rings: queueRules.rings.default([]),
  targets: queueRules.targets.default([]),
  language: queueRules.language.default('en'),
  callBack: queueRules.callBack.default(false),
  skills: queueRules.skills.default([]),
  teamIds: queueRules.teamIds.default([]),
  agentIds: queueRules.agentIds.default([]),
});
export type QueueWrite = z.output<typeof queueWrite>;
/** All queues in the order in which a channel's contacts look for theirs. */
export const queueOrder = z.object({ ids: z.array(z.uuid()).min(1).max(500) });

/** Why somebody is away, as the centre names it; `key` is what is written into the presence log. */
const presenceReason = z.object({
  key: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  nameEn: name,
  nameZh: name,
});
export type PresenceReason = z.infer<typeof presenceReason>;
export const presenceReasons = z.object({
  items: z
    .array(presenceReason)
    .max(30)
    .refine((list) => new Set(list.map(({ key }) => key)).size === list.length, 'A key is there twice'),
  /** Nobody goes away without one. */
  required: z.boolean(),
});
export type PresenceReasons = z.infer<typeof presenceReasons>;

const reason = z.string().trim().min(1).max(500);
/** To an agent, or to a queue. `note` becomes an internal note on the ticket. */
export const ticketTransfer = z
  .object({
    agentId: z.string().max(100).optional(),
    queueId: z.uuid().optional(),
    note: z.string().trim().max(10_000).optional(),
  })
  .refine(({ agentId, queueId }) => (agentId === undefined) !== (queueId === undefined), 'Either an agent or a queue');
export type TicketTransfer = z.infer<typeof ticketTransfer>;
export const takeOver = z.object({ reason });

/** To whom a ticket can be handed now. */
export const transferTarget = z.object({
  agentId: z.string(),
  name: z.string(),
  presence: presenceState,
  /** On the ticket's channel. */
  load: z.int(),
  capacity: z.int(),
  free: z.boolean(),
  inQueue: z.boolean(),
});
export type TransferTarget = z.infer<typeof transferTarget>;

/** Why an agent is not offered an item; `available`: could have been, and another came first. */
export const exclusionCause = z.enum([
  'not-in-queue',
  'online',
  'away',
  'busy',
  'wrap-up',
  'offline',
  'full',
  'unreachable',
  'unskilled',
  'declined',
  'available',
]);
export type ExclusionCause = z.infer<typeof exclusionCause>;

/** Why a decision was made, as data: a screen says it in the reader's language. */
export const routingWhy = z.object({
  code: z.enum([
    'last-agent',
    'own-agent',
    'best-skilled',
    'idle-longest',
    'became-free',
    'transfer',
    'rule',
    'nobody',
    'kept-for-agent',
    'overflow',
  ]),
  agentName: z.string().optional(),
  idleSeconds: z.int().optional(),
  /** Sum of the agent's levels in the skills that are asked for. */
  skillPoints: z.int().optional(),
  /** How many levels less than the queue asks were enough, because it waited long. */
  lowered: z.int().optional(),
  /** Its parts add up to `total`, by which items are ordered. */
  priority: z.object({ queue: z.number(), ticket: z.number(), waiting: z.number(), total: z.number() }).optional(),
  waitedSeconds: z.int().optional(),
  /** Agents who were not chosen, by cause. */
  counts: z.partialRecord(exclusionCause, z.int()).optional(),
  agents: z.int().optional(),
});
export type RoutingWhy = z.infer<typeof routingWhy>;

/** Where somebody who waits stands. Seconds; null while it is not known. */
export const waitingPlace = z.object({
  place: z.int(),
  expectedSeconds: z.number().nullable(),
  waitingSince: timestamp,
});
export type WaitingPlace = z.infer<typeof waitingPlace>;
