/** When the centre is to get in touch with a customer again, and how well it keeps to that (service norm G4). */
import type { GradingPolicy } from '@patchbay/contracts';
import { endOfDay } from './calendar.ts';

const dayMs = 86_400_000;

export interface FollowUpSituation {
  readonly customerId: string;
  readonly grade: string;
  /** The last message that an agent wrote to them, or call that an agent answered. */
  readonly lastContact: { readonly at: Date; readonly agentId: string } | null;
  /** Since when the centre knows them. */
  readonly knownSince: Date;
  readonly open: { readonly taskId: string; readonly createdAt: Date; readonly dueAt: Date } | null;
}

export interface FollowUpPlan {
  /** The open task that a contact has done. */
  readonly kept: { readonly taskId: string; readonly at: Date; readonly by: string; readonly dueAt: Date } | null;
  /** The task to make; its key is the same for the same interval. */
  readonly planned: { readonly dueAt: Date; readonly key: string } | null;
}

/**
 * A follow-up is due one interval of the grade after the last contact, or after the customer became known, by the end of that day at the
 * centre. An interval that was over before there was a task, as when a centre begins with follow-ups, is nobody's delay: then the lead days
 * count from now. Any contact after the task was made does it. There is one open task at the most, and one for each interval ever, so that what an agent skips does not come back.
 */
export function planFollowUp(
  policy: GradingPolicy,
  situation: FollowUpSituation,
  now: Date,
  timeZone: string,
): FollowUpPlan {
  const { open, lastContact } = situation;
  const isKept = open !== null && lastContact !== null && lastContact.at > open.createdAt;
  const kept = isKept ? { taskId: open.taskId, at: lastContact.at, by: lastContact.agentId, dueAt: open.dueAt } : null;
  const planned = open !== null && !isKept ? null : nextFollowUp(policy, situation, now, timeZone);
  return { kept, planned };
}

function nextFollowUp(
  policy: GradingPolicy,
  situation: FollowUpSituation,
  now: Date,
  timeZone: string,
): FollowUpPlan['planned'] {
  const days = policy.grades.find(({ key }) => key === situation.grade)?.followUpDays ?? null;
  if (!policy.cadence.enabled || days === null) return null;
  const from = situation.lastContact?.at ?? situation.knownSince;
  const over = from.getTime() + days * dayMs;
  const withLead = now.getTime() + policy.cadence.leadDays * dayMs;
  if (over > withLead) return null;
  const dueAt = endOfDay(new Date(over < now.getTime() ? withLead : over), timeZone);
  return { dueAt, key: `follow-up:${situation.customerId}:${from.getTime()}` };
}

export interface FollowUpTask {
  readonly state: 'open' | 'done' | 'skipped';
  readonly dueAt: Date;
  readonly doneAt: Date | null;
}

export interface FollowUpCounts {
  readonly due: number;
  readonly inTime: number;
  readonly late: number;
  readonly open: number;
  readonly share: number | null;
}

export const timelinessFormula =
  'follow-ups done by their due date ÷ follow-ups that fell due within the period (skipped ones left out)';

/** Follow-up timeliness by {@link timelinessFormula}, of tasks that fell due. `late` were done afterwards, `open` are overdue. */
export function followUpTimeliness(tasks: readonly FollowUpTask[], now: Date): FollowUpCounts {
  const due = tasks.filter(({ state, dueAt }) => state !== 'skipped' && dueAt <= now);
  const done = due.filter(({ state }) => state === 'done');
  const inTime = done.filter(({ dueAt, doneAt }) => doneAt !== null && doneAt <= dueAt).length;
  return timelinessOf({ due: due.length, inTime, done: done.length });
}

/** The figures from counts that were made elsewhere. */
export function timelinessOf({ due, inTime, done }: { due: number; inTime: number; done: number }): FollowUpCounts {
  return { due, inTime, late: done - inTime, open: due - done, share: due === 0 ? null : inTime / due };
}
