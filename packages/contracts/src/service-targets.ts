/** How soon the centre means to act, and the clocks that measure it on a ticket (service norms R1, R2, R5, G3). */
import { z } from 'zod';
import { businessCalendar } from './calendars.ts';
import { slug } from './conditions.ts';
import { channelName, timestamp } from './glossary.ts';
import { requestKey } from './intake.ts';

const name = z.string().trim().min(1).max(100);

/**
 * What is measured. `first-response`: from the customer's first message to the first answer of a person. `next-response`: from the first
 * message that is not answered yet. `resolution`: to resolved or closed. `acceptance`: from waiting to somebody's having it. The stages of a
 * complaint are a first response and a resolution with targets of their own.
 */
export const clockKind = z.enum([
  'first-response',
  'next-response',
  'resolution',
  'acceptance',
  'complaint-acknowledgement',
  'complaint-resolution',
]);
export type ClockKind = z.infer<typeof clockKind>;

export const serviceTarget = z.object({
  clock: clockKind,
  minutes: z.int().min(1).max(525_600),
  /** `business`: only the open time of the policy's calendar counts. */
  time: z.enum(['business', 'calendar']),
  /** A warning comes when so much of the time has passed. Percent. */
  warnAt: z.int().min(1).max(99),
});
export type ServiceTarget = z.infer<typeof serviceTarget>;

export const servicePolicy = z.object({
  id: slug,
  nameEn: name,
  nameZh: name,
  /** Which tickets; an empty list is any. All of them have to fit. */
  when: z.object({
    channels: z.array(channelName).max(20),
    queueIds: z.array(z.uuid()).max(100),
    requestTypes: z.array(requestKey).max(100),
    grades: z.array(slug).max(20),
  }),
  calendar: slug,
  targets: z
    .array(serviceTarget)
    .max(6)
    .refine(
      (targets) => new Set(targets.map(({ clock }) => clock)).size === targets.length,
      'One target for each clock',
    ),
});
export type ServicePolicy = z.infer<typeof servicePolicy>;

const doubles = (values: readonly string[]): string | undefined =>
  values.find((value, at) => values.indexOf(value) !== at);

const planShape = z.object({
  /** The first that fits a ticket holds for it. */
  policies: z.array(servicePolicy).max(60),
  calendars: z.array(businessCalendar).min(1).max(60),
  defaultCalendar: slug,
});
/** Policies with the calendars by which they count. A published version never changes. */
export const servicePlan = planShape.superRefine(({ policies, calendars, defaultCalendar }, context) => {
  const wrong = (message: string, path: (string | number)[]) => context.addIssue({ code: 'custom', message, path });
  const keys = calendars.map(({ key }) => key);
  for (const [what, values] of [
    ['policies', policies.map(({ id }) => id)],
    ['calendars', keys],
  ] as const) {
    const twice = doubles(values);
    if (twice !== undefined) wrong(`"${twice}" is there twice`, [what]);
  }
  if (!keys.includes(defaultCalendar)) wrong(`There is no calendar "${defaultCalendar}"`, ['defaultCalendar']);
  policies.forEach(({ calendar }, at) => {
    if (!keys.includes(calendar)) wrong(`There is no calendar "${calendar}"`, ['policies', at, 'calendar']);
  });
});
export type ServicePlan = z.infer<typeof servicePlan>;

export const planVersion = z.object({
  version: z.int(),
  plan: servicePlan,
  note: z.string(),
  publishedBy: z.string().nullable(),
  publishedByName: z.string().nullable(),
  publishedAt: timestamp,
});
export type PlanVersion = z.infer<typeof planVersion>;
const basedOn = z.int().min(1);
const note = z.string().trim().min(1).max(500);
/** `basedOn`: the version that was edited; when another one was published meanwhile, nothing is overwritten. */
export const policiesPublish = z.object({ policies: planShape.shape.policies, basedOn, note });
export const calendarPublish = z.object({
  calendar: businessCalendar,
  basedOn,
  note,
  isDefault: z.boolean().optional(),
});

// --- Clocks on a ticket --------------------------------------------------------------------------------------------

/** As it is at this moment. `stopped`: the ticket was settled before; it goes on when the ticket is opened again. */
export const clockState = z.enum(['running', 'warning', 'breached', 'paused', 'met', 'missed', 'stopped']);
export type ClockState = z.infer<typeof clockState>;

/** The clock of a ticket that is due next. */
export const ticketClocks = z.object({
  kind: clockKind,
  clockState,
  dueAt: timestamp.nullable(),
  warnAt: timestamp.nullable(),
});
export type TicketClocks = z.infer<typeof ticketClocks>;

/** A day that a clock passed through, with the open time that counted on it. */
export const clockDay = z.object({
  date: z.iso.date(),
  /** The holiday, or the day of its own, by name. */
  name: z.string().nullable(),
  open: z.array(z.object({ from: timestamp, to: timestamp })),
});

export const clockDetail = z.object({
  kind: clockKind,
  /** Counts the clocks of this kind on the ticket. */
  round: z.int(),
  clockState,
  startedAt: timestamp,
  dueAt: timestamp.nullable(),
  warnAt: timestamp.nullable(),
  metAt: timestamp.nullable(),
  /** When the hub told of it. */
  warnedAt: timestamp.nullable(),
  breachedAt: timestamp.nullable(),
  /** So long it has run, pauses not counted; by the calendar and around the clock. Seconds. */
  businessSeconds: z.number(),
  calendarSeconds: z.number(),
  target: serviceTarget,
  policy: z.object({ id: z.string(), nameEn: z.string(), nameZh: z.string(), version: z.int() }),
  calendar: z.object({ key: z.string(), nameEn: z.string(), nameZh: z.string(), timeZone: z.string() }),
  /** While it stood still, and why. */
  pauses: z.array(
    z.object({ from: timestamp, to: timestamp.nullable(), cause: z.enum(['pending', 'resolved', 'closed']) }),
  ),
  /** Business time only: the days from its start to its due moment, or to now. */
  days: z.array(clockDay),
});
export type ClockDetail = z.infer<typeof clockDetail>;
export const ticketClockList = z.object({
  /** Why this policy; null while none fits. */
  reason: z.string().nullable(),
  items: z.array(clockDetail),
});
export type TicketClockList = z.infer<typeof ticketClockList>;

// --- Runs over open tickets ----------------------------------------------------------------------------------------

/** `rebuild`: from the events again. `preview` and `apply`: by the newest version instead of the one each ticket has. */
export const clockRunKind = z.enum(['rebuild', 'preview', 'apply']);
export const clockRunCreate = z.object({ kind: clockRunKind, reason: z.string().trim().min(1).max(500) });
export const clockMove = z.object({
  ticketId: z.uuid(),
  number: z.int(),
  kind: clockKind,
  from: timestamp.nullable(),
  to: timestamp.nullable(),
});
export const clockRunCounts = z.object({
  /** Clocks whose due moment is another one, and which way. */
  moved: z.int(),
  earlier: z.int(),
  later: z.int(),
  /** Clocks that were not breached and are now. */
  breaching: z.int(),
  /** Clocks that begin or end to be measured. */
  added: z.int(),
  dropped: z.int(),
  sample: z.array(clockMove),
});
export type ClockRunCounts = z.infer<typeof clockRunCounts>;
export const clockRun = z.object({
  id: z.uuid(),
  kind: clockRunKind,
  state: z.enum(['running', 'done']),
  version: z.int(),
  done: z.int(),
  reason: z.string(),
  counts: clockRunCounts,
  startedAt: timestamp,
  finishedAt: timestamp.nullable(),
});
export type ClockRun = z.infer<typeof clockRun>;
