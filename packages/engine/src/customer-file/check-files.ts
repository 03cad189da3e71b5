/** Looks after customers' files off the request path: completeness, reviews that fall due, and the sums over all of them. */
import { reviewKind, reviewSettings, type ReviewKind, type ReviewSettings } from '@patchbay/contracts';
import { completenessOf, planReviews, reviewTaskKind, type ReviewedFile, type ReviewPlan } from '@patchbay/domain';
import { readSetting } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import { listCustomFields } from '@patchbay/store/queries/custom-fields';
import {
  countOverdueReviews,
  takeUncheckedFiles,
  walkFiles,
  writeCheckedFiles,
  type CheckedFile,
  type FileOwnerRow,
  type UncheckedFile,
} from '@patchbay/store/queries/customer-file';
import { createTasks, type NewTask } from '@patchbay/store/queries/tasks';
import type { Parts } from '../parts.ts';

const batchSize = 500;
const walkStep = 2_000;
/** Batches of one call, so that the clock comes to its other work. */
const mostBatches = 20;

/** The periods of reviews are a setting under this name. */
export const reviewSettingKey = 'customer-reviews';

export async function readReviewSettings(sql: Queryable): Promise<ReviewSettings> {
  return reviewSettings.parse((await readSetting(sql, reviewSettingKey)) ?? {});
}

export async function checkFiles(parts: Parts): Promise<void> {
  for (let batch = 0; batch < mostBatches; batch += 1) {
    const count = await parts.db.transaction((tx) => checkBatch(tx, parts.now()));
    if (count > 0) parts.relay.nudge();
    if (count < batchSize && !(await parts.db.transaction((tx) => walkFiles(tx, walkStep)))) return;
  }
}

/** The freshness rate counts what is late by now. */
export const countOverdue = (parts: Parts): Promise<void> => countOverdueReviews(parts.db.sql);

async function checkBatch(tx: Queryable, now: Date): Promise<number> {
  const files = await takeUncheckedFiles(tx, batchSize);
  if (files.length === 0) return 0;
  // After the files are taken: those that a changed definition has marked are checked by it.
  const fields = await listCustomFields(tx, 'customer');
  const settings = await readReviewSettings(tx);
  const checked: CheckedFile[] = [];
  const tasks: NewTask[] = [];
  for (const file of files) {
    const { required, filled } = completenessOf(fields, file, file.fields);
    const counted = file.mergedInto === null;
    const plan: ReviewPlan = counted
      ? planReviews(settings, reviewedOf(file), now)
      : { due: [], nextAt: null, counted: 0 };
    checked.push({
      id: file.id,
      counted,
      required,
      filled,
      kinds: plan.counted,
      reviewAt: plan.nextAt?.toISOString() ?? null,
    });
    tasks.push(...plan.due.map((due) => taskOf(file, due)));
  }
  await writeCheckedFiles(tx, checked);
  await createTasks(tx, tasks);
  return files.length;
}

/** What the plan of reviews is made of. */
export function reviewedOf(file: FileOwnerRow): ReviewedFile {
  const reviewed: Partial<Record<ReviewKind, Date>> = {};
  for (const kind of reviewKind.options) {
    const moments = [file.reviewed[kind], file.reviewed[`${kind}:put-off`]].flatMap((at) => (at ? [new Date(at)] : []));
    const latest = moments.toSorted((a, b) => b.getTime() - a.getTime())[0];
    if (latest) reviewed[kind] = latest;
  }
  return {
    createdAt: file.createdAt,
    reviewed,
    kinds: [
      'contact-details',
      ...(file.hasPurchases ? (['purchases'] as const) : []),
      ...(file.hasTickets ? (['service'] as const) : []),
    ],
    open: reviewKind.options.filter((kind) => file.open.includes(reviewTaskKind(kind))),
  };
}

function taskOf(file: UncheckedFile, { kind, at, overdueAt }: ReviewPlan['due'][number]): NewTask {
  return {
    kind: reviewTaskKind(kind),
    customerId: file.id,
    dueAt: overdueAt,
    cause: 'review-due',
    causeData: { since: at.toISOString() },
    uniqueKey: `${reviewTaskKind(kind)}:${file.id}:${at.getTime()}`,
  };
}
