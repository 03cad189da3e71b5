/** Message templates: texts that a provider has approved for writing to a customer first. */
import { z } from 'zod';
import { channelName } from './glossary.ts';

const placeholder = /\{\{\s*(\d{1,2})\s*\}\}/g;

/** The highest number among the places of a text. */
export function placesOf(body: string): number {
  return Math.max(0, ...[...body.matchAll(placeholder)].map(([, number]) => Number(number)));
}

/** The text with its places filled: the first variable goes into {{1}}. A place without a variable stays as it is. */
export function fillTemplate(body: string, variables: readonly string[]): string {
  return body.replaceAll(placeholder, (place, number: string) => variables[Number(number) - 1] ?? place);
}

/** WhatsApp refuses variables with line breaks, tabs or more than four blanks in a row (its error 132018). */
export const templateVariable = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .refine((value) => !/[\r\n\t]| {5}/.test(value), {
    message: 'No line breaks, tabs or more than four blanks in a row',
  });
export const templateChoice = z.object({ id: z.uuid(), variables: z.array(templateVariable).max(20).default([]) });

const templateFields = z.object({
  channel: channelName,
  name: z.string().trim().min(1).max(100),
  /** BCP 47, as the provider has it: `en`, `zh_CN`. */
  language: z.string().regex(/^[a-zA-Z]{2,3}([_-][A-Za-z]{2,4})?$/),
  /** Twilio's id of the approved content. */
  contentSid: z.string().regex(/^HX[0-9a-fA-F]{32}$/, 'HX and 32 hexadecimal digits'),
  /** As approved; {{1}}, {{2}} … are its places. */
  body: z.string().trim().min(1).max(1600),
  /** What goes into each place, in order. */
  labels: z.array(z.string().trim().min(1).max(100)).max(20),
});

/** Every place from {{1}} on has its label, and there is no label without a place. */
function placesAreLabelled(template: { body?: string | undefined; labels?: string[] | undefined }): boolean {
  if (template.body === undefined || template.labels === undefined) return template.body === template.labels;
  const numbers = new Set([...template.body.matchAll(placeholder)].map(([, number]) => Number(number)));
  const { length } = template.labels;
  return numbers.size === length && template.labels.every((_, index) => numbers.has(index + 1));
}
const labelled = { path: ['labels'], message: 'One label for each place {{1}}, {{2}} … of the text' };

export const messageTemplate = templateFields.extend({ id: z.uuid(), state: z.enum(['active', 'retired']) });
export type MessageTemplate = z.infer<typeof messageTemplate>;
export const templateCreate = templateFields.refine(placesAreLabelled, labelled);
/** Text and labels change together. */
export const templateUpdate = templateFields
  .omit({ channel: true })
  .extend({ state: z.enum(['active', 'retired']) })
  .partial()
  .refine(placesAreLabelled, labelled);
