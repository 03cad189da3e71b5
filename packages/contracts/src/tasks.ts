/** Tasks: what somebody is to do for a customer by a date. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { timestamp } from './glossary.ts';

export const taskKind = z.enum([
  'review-contact-details',
  'review-purchases',
  'review-service',
  'follow-up',
  'win-back',
  'custom',
]);
export type TaskKind = z.infer<typeof taskKind>;
export const taskState = z.enum(['open', 'done', 'skipped']);
export type TaskState = z.infer<typeof taskState>;

export const task = z.object({
  id: z.uuid(),
  kind: taskKind,
  customerId: z.uuid(),
  customerName: z.string(),
  ticketId: z.uuid().nullable(),
  ticketNumber: z.int().nullable(),
  dueAt: timestamp,
  assigneeId: z.string().nullable(),
  assigneeName: z.string().nullable(),
  state: taskState,
  /** A code that screens put into words, or a person's own words. */
  cause: z.string(),
  causeData: z.record(z.string(), z.unknown()),
  createdAt: timestamp,
  doneAt: timestamp.nullable(),
  doneBy: z.string().nullable(),
  reason: z.string().nullable(),
});
export type Task = z.infer<typeof task>;

export const taskQuery = pageQuery.extend({
  /** `mine`: assigned to whoever asks; `team`: all that they may see; `overdue`: those of the team that are late. */
  view: z.enum(['mine', 'team', 'overdue']).default('mine'),
  customerId: z.uuid().optional(),
  kind: taskKind.optional(),
});
export const taskCreate = z.object({
  kind: z.enum(['follow-up', 'custom']).default('custom'),
  customerId: z.uuid(),
  ticketId: z.uuid().nullable().default(null),
  dueAt: timestamp,
  assigneeId: z.string().max(100).nullable().default(null),
  cause: z.string().trim().min(1).max(500),
});
export type TaskCreate = z.input<typeof taskCreate>;
export const taskUpdate = z.object({ assigneeId: z.string().max(100).nullish(), dueAt: timestamp.optional() });
export const taskDone = z.object({ reason: z.string().trim().max(500).nullable().default(null) });
export const taskSkip = z.object({ reason: z.string().trim().min(1).max(500) });
