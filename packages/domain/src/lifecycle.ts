/** Where a customer stands with the centre, from where they stood before and what their records say now (service norm G2). */
import type { LifecycleStage } from '@patchbay/contracts';

export interface StageBefore {
  readonly stage: LifecycleStage;
  readonly since: Date;
}

/** Which conditions of the policy hold. */
export interface StageSigns {
  readonly customer: boolean;
  readonly new: boolean;
  readonly atRisk: boolean;
  readonly lost: boolean;
}

export type StageCause =
  | 'not-a-customer-yet'
  | 'became-customer'
  | 'settled'
  | 'risk-condition'
  | 'lost-condition'
  | 'came-back'
  | 'recovered'
  | 'no-longer-customer';

const dayMs = 86_400_000;

/**
 * The stage that follows; its cause is null when it is the same as before. The worst sign that holds decides. Only somebody who was lost can
 * be won back: when neither sign of risk or loss holds any more. They stay won back for `wonBackDays`. With the same signs at the same moment a
 * second look moves nobody again.
 */
export function nextStage(
  before: StageBefore | null,
  signs: StageSigns,
  wonBackDays: number,
  now: Date,
): { stage: LifecycleStage; cause: StageCause | null } {
  const stage = following(before, signs, wonBackDays, now);
  return { stage, cause: before?.stage === stage ? null : causeOf(before?.stage ?? null, stage) };
}

function following(before: StageBefore | null, signs: StageSigns, wonBackDays: number, now: Date): LifecycleStage {
  if (!signs.customer) return 'prospect';
  if (signs.lost) return 'lost';
  // Less lost is not won back yet.
  if (signs.atRisk) return before?.stage === 'lost' ? 'lost' : 'at-risk';
  if (before?.stage === 'lost') return 'won-back';
  if (before?.stage === 'won-back' && now.getTime() - before.since.getTime() < wonBackDays * dayMs) return 'won-back';
  return signs.new ? 'new' : 'active';
}

function causeOf(from: LifecycleStage | null, to: LifecycleStage): StageCause {
  switch (to) {
    case 'prospect':
      return from === null ? 'not-a-customer-yet' : 'no-longer-customer';
    case 'lost':
      return 'lost-condition';
    case 'at-risk':
      return 'risk-condition';
    case 'won-back':
      return 'came-back';
    case 'new':
    case 'active':
      if (from === 'at-risk') return 'recovered';
      return from === null || from === 'prospect' ? 'became-customer' : 'settled';
  }
}
