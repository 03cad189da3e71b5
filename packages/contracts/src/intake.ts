/** Sources that speak the webhook pair, request types and web forms, as the API carries them. */
import { z } from 'zod';
import { identifierGrade, timestamp } from './glossary.ts';
import { isDate } from './request-fields.ts';

// --- Request types -----------------------------------------------------------------------------------------------

export const label = z.string().trim().min(1).max(200);
export const requestKey = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, 'lower-case letters, digits and hyphens');

export function isPattern(text: string): boolean {
  try {
    return new RegExp(`^(?:${text})$`, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

export const requestField = z
  .object({
    key: z.string().regex(/^[a-z][a-zA-Z0-9_-]{0,59}$/, 'letters, digits, - and _, beginning with a small letter'),
    labelEn: label,
    labelZh: label,
    type: z.enum(['text', 'longtext', 'number', 'date', 'choice', 'email', 'phone', 'checkbox']),
    required: z.boolean().default(false),
    sensitive: z.boolean().optional(),
    options: z
      .array(z.object({ value: z.string().min(1).max(100), labelEn: label, labelZh: label }))
      .max(100)
      .optional(),
    pattern: z.string().max(200).refine(isPattern, 'not a regular expression').optional(),
    min: z.union([z.number(), z.string().refine(isDate, 'not a date')]).optional(),
    max: z.union([z.number(), z.string().refine(isDate, 'not a date')]).optional(),
  })
  .refine((field) => field.type !== 'choice' || (field.options?.length ?? 0) > 0, {
    path: ['options'],
    message: 'a choice needs options',
  })
  .refine(
    ({ type, min, max }) =>
      [min, max].every((bound) => bound === undefined || (typeof bound === 'string') === (type === 'date')),
    { path: ['min'], message: 'bounds of a date are dates, all others are numbers' },
  );

const requestTypeBase = z.object({
  nameEn: label,
  nameZh: label,
  description: z.string().max(2000).default(''),
  /** Null: the queue that takes the channel's contacts. */
  queueId: z.uuid().nullable().default(null),
  /** Higher is more urgent. */
  priority: z.int().min(-1000).max(1000).default(0),
  fields: z
    .array(requestField)
    .max(50)
    .default([])
    .refine(
      (fields) => new Set(fields.map((field) => field.key)).size === fields.length,
      'two fields have the same key',
    ),
  position: z.int().min(0).max(10_000).default(0),
});
export const requestTypeCreate = requestTypeBase.extend({ key: requestKey });
export const requestTypeUpdate = requestTypeBase;
export const requestType = requestTypeCreate.extend({ createdAt: timestamp, updatedAt: timestamp });
export type RequestType = z.infer<typeof requestType>;

/** An address of the web that the hub is to call: HTTP too, and hosts inside; whether it may call them the configuration says. */
export const webAddress = z.url({ protocol: /^https?$/ }).max(2_000);

// --- Sources -----------------------------------------------------------------------------------------------------

/** How far a source is believed about each kind of identifier; what is not named is claimed. */
export const sourceTrust = z.object({
  email: identifierGrade.default('claimed'),
  phone: identifierGrade.default('claimed'),
  external: identifierGrade.default('claimed'),
  account: identifierGrade.default('claimed'),
});
export type SourceTrust = z.infer<typeof sourceTrust>;
export const replyBy = z.enum(['webhook', 'email', 'none']);

const sourceBase = z.object({
  name: z.string().trim().min(1).max(200),
  outboundUrl: webAddress.nullable().default(null),
  replyBy: replyBy.default('none'),
  trust: sourceTrust.prefault({}),
  enabled: z.boolean().default(true),
});
const hasWayBack = (source: { replyBy: string; outboundUrl: string | null }) =>
  source.replyBy !== 'webhook' || source.outboundUrl !== null;
const noWayBack = { path: ['outboundUrl'], message: 'answers by webhook need an address' };
export const httpSourceCreate = sourceBase.refine(hasWayBack, noWayBack);
export const httpSourceUpdate = httpSourceCreate;
export type HttpSourceDraft = z.input<typeof httpSourceUpdate>;
export const httpSource = sourceBase.extend({
  id: z.uuid(),
  kind: z.enum(['app', 'form']),
  /** Where it posts. */
  url: z.string(),
  /** Until when the secret before the present one holds. */
  previousUntil: timestamp.nullable(),
  createdAt: timestamp,
});
export type HttpSource = z.infer<typeof httpSource>;
/** With the secret, which is shown this once. */
export const httpSourceWithSecret = httpSource.extend({ secret: z.string() });

// --- Forms -------------------------------------------------------------------------------------------------------

/** A scheme and a host, as `frame-ancestors` takes it (CSP 3, 6.4.2), or `*` for every website. */
const frameAncestor = z
  .string()
  .regex(/^(?:\*|https?:\/\/(?:\*\.)?[a-zA-Z0-9.-]+(?::\d{1,5})?)$/, 'an origin like https://www.example.com');
const formBase = z.object({
  titleEn: label,
  titleZh: label,
  introEn: z.string().max(2000).default(''),
  introZh: z.string().max(2000).default(''),
  successEn: z.string().max(2000).default(''),
  successZh: z.string().max(2000).default(''),
  requestTypes: z.array(requestKey).min(1).max(50),
  languages: z
    .array(z.enum(['en', 'zh']))
    .min(1)
    .max(2)
    .default(['en', 'zh']),
  contactBy: z.enum(['any', 'email', 'phone', 'none']).default('any'),
  frameAncestors: z.array(frameAncestor).max(20).default([]),
  confirmByMail: z.boolean().default(false),
  enabled: z.boolean().default(true),
});
export const webFormCreate = formBase.extend({ slug: requestKey });
export const webFormUpdate = formBase;
export type WebFormDraft = z.input<typeof webFormUpdate>;
export const webForm = webFormCreate.extend({
  id: z.uuid(),
  sourceId: z.uuid(),
  url: z.string(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type WebForm = z.infer<typeof webForm>;
