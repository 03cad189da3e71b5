/** What a customer's file and a ticket have places for, besides what a request type asks (service norms C3, C8). */
import { z } from 'zod';
import { timestamp } from './glossary.ts';
import { isPattern, label, requestKey } from './intake.ts';
import { isDate, type RequestField } from './request-fields.ts';

export const fieldScope = z.enum(['customer', 'ticket']);
export const customFieldType = z.enum([
  'text',
  'longtext',
  'number',
  'date',
  'boolean',
  'choice',
  'multi-choice',
  'url',
  'phone',
  'email',
]);
const bound = z.union([z.number(), z.string().refine(isDate, 'not a date')]).nullable();

const customFieldShape = z.object({
  labelEn: label,
  labelZh: label,
  options: z
    .array(z.object({ value: z.string().min(1).max(100), labelEn: label, labelZh: label }))
    .max(100)
    .default([]),
  /** Of a text: a regular expression that the whole of it matches. */
  pattern: z.string().max(200).refine(isPattern, 'not a regular expression').nullable().default(null),
  min: bound.default(null),
  max: bound.default(null),
  required: z.boolean().default(false),
  /** Required besides for tickets of these request types, and of the customers who have such tickets. */
  requiredTypes: z.array(requestKey).max(50).default([]),
  /** Required besides of customers of these grades. */
  requiredGrades: z.array(z.string().min(1).max(60)).max(20).default([]),
  sensitive: z.boolean().default(false),
  position: z.int().min(0).max(10_000).default(1000),
});
export const customFieldUpdate = customFieldShape;
export const customFieldCreate = customFieldShape
  .extend({
    scope: fieldScope,
    key: z.string().regex(/^[a-z][a-zA-Z0-9_-]{0,59}$/, 'letters, digits, - and _, beginning with a small letter'),
    type: customFieldType,
  })
  .superRefine((field, context) => {
    for (const problem of fieldProblems(field)) context.addIssue({ code: 'custom', ...problem });
  });
export const customField = customFieldShape.extend({
  id: z.uuid(),
  scope: fieldScope,
  key: z.string(),
  type: customFieldType,
  /** Known to the hub itself: it can be neither taken away nor made another type. */
  standard: z.boolean(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type CustomField = z.infer<typeof customField>;
export type CustomFieldCreate = z.input<typeof customFieldCreate>;
export type CustomFieldUpdate = z.input<typeof customFieldUpdate>;

/** What of a definition does not fit its type. */
export function fieldProblems({
  type,
  options,
  min,
  max,
}: Pick<z.output<typeof customFieldShape>, 'options' | 'min' | 'max'> & { type: CustomField['type'] }): {
  path: string[];
  message: string;
}[] {
  const chooses = type === 'choice' || type === 'multi-choice';
  return [
    ...(chooses && options.length === 0 ? [{ path: ['options'], message: 'a choice needs options' }] : []),
    ...([min, max].some((one) => one !== null && (typeof one === 'string') !== (type === 'date'))
      ? [{ path: ['min'], message: 'bounds of a date are dates, all others are numbers' }]
      : []),
  ];
}

/** The definition in the words of a request type, whose rules then check its values. */
export function asRequestField(field: CustomField, required: boolean): RequestField {
  return {
    key: field.key,
    labelEn: field.labelEn,
    labelZh: field.labelZh,
    type: field.type,
    required,
    ...(field.sensitive && { sensitive: true }),
    options: field.options,
    pattern: field.pattern ?? undefined,
    min: field.min ?? undefined,
    max: field.max ?? undefined,
  };
}
