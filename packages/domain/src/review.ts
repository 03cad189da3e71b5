/** When what is known of a customer is to be looked at again (service norm C4). */
import type { ReviewKind, ReviewSettings, TaskKind } from '@patchbay/contracts';

export const freshnessFormula = '(reviewed kinds of records of all customers − overdue reviews) ÷ reviewed kinds × 100';
export const reviewKinds: readonly ReviewKind[] = ['contact-details', 'purchases', 'service'];
const dayMs = 24 * 3600_000;

export const reviewTaskKind = (kind: ReviewKind): TaskKind => `review-${kind}`;

/** Days after which a kind falls due; null: never. */
export function reviewPeriod(settings: ReviewSettings, kind: ReviewKind): number | null {
  return { 'contact-details': settings.contactDetails, purchases: settings.purchases, service: settings.service }[kind];
}

export interface ReviewedFile {
  readonly createdAt: Date;
  /** When each kind was last reviewed or put off. */
  readonly reviewed: Readonly<Partial<Record<ReviewKind, Date>>>;
  /** Kinds of which there are records at all. */
  readonly kinds: readonly ReviewKind[];
  /** Kinds whose task is open already. */
  readonly open: readonly ReviewKind[];
}

export interface ReviewPlan {
  /** `at`: when the review fell due. `overdueAt`: until when its task is to be done. */
  readonly due: { readonly kind: ReviewKind; readonly at: Date; readonly overdueAt: Date }[];
  /** When to look again; null while there is nothing to wait for. */
  readonly nextAt: Date | null;
  /** How many kinds of records count for the freshness rate. */
  readonly counted: number;
}

/** The moment at which a kind falls due; null where it is never reviewed. */
export function reviewDueAt(
  settings: ReviewSettings,
  kind: ReviewKind,
  file: Pick<ReviewedFile, 'createdAt' | 'reviewed'>,
): Date | null {
  const period = reviewPeriod(settings, kind);
  return period === null ? null : new Date((file.reviewed[kind] ?? file.createdAt).getTime() + period * dayMs);
}

/** What is due of a file now, and when to look at it again. Records that a customer has none of yet are looked for after a period. */
export function planReviews(settings: ReviewSettings, file: ReviewedFile, now: Date): ReviewPlan {
  const due: ReviewPlan['due'] = [];
  const later: number[] = [];
  let counted = 0;
  for (const kind of reviewKinds) {
    const at = reviewDueAt(settings, kind, file);
    const period = reviewPeriod(settings, kind);
    if (at === null || period === null) continue;
    if (!file.kinds.includes(kind)) {
      later.push(now.getTime() + period * dayMs);
      continue;
    }
    counted += 1;
    if (file.open.includes(kind)) continue;
    if (at <= now) due.push({ kind, at, overdueAt: new Date(at.getTime() + settings.grace * dayMs) });
    else later.push(at.getTime());
  }
  return { due, counted, nextAt: later.length > 0 ? new Date(Math.min(...later)) : null };
}
