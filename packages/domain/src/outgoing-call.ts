/** The life of a call that an agent places, as its steps are reported, possibly twice and possibly late. */
import type { CallOutcome, CallState, CallStep } from '@patchbay/contracts';

/** `dial-unknown`: the carrier did not answer an order to dial; `hung-up`: the agent ended it before anybody was there; `lost`: nothing was heard. */
export type OutgoingStep = CallStep['step'] | 'dial-unknown' | 'hung-up' | 'lost';

export interface OutgoingProgress {
  readonly state: CallState;
  readonly outcome: CallOutcome | null;
}

/** What a step says about the outcome. */
const says: Partial<Record<OutgoingStep, CallOutcome>> = {
  answered: 'reached',
  held: 'reached',
  resumed: 'reached',
  busy: 'busy',
  'no-answer': 'no-answer',
  failed: 'failed',
  'agent-no-answer': 'agent-no-answer',
  'agent-left': 'cancelled',
  'hung-up': 'cancelled',
  ended: 'cancelled',
  'dial-unknown': 'unknown',
  lost: 'unknown',
};

/** The more telling first: whatever order the steps are told in, the same is left. */
const telling: readonly CallOutcome[] = [
  'reached',
  'busy',
  'no-answer',
  'failed',
  'agent-no-answer',
  'cancelled',
  'unknown',
];

/** Steps after which nobody is reached any more, and those that end a conversation. */
const endsDialling = new Set<OutgoingStep>([
  'busy',
  'no-answer',
  'failed',
  'agent-no-answer',
  'agent-left',
  'hung-up',
  'ended',
  'lost',
]);
const endsTalking = new Set<OutgoingStep>(['ended', 'lost']);

function moreTelling(known: CallOutcome | null, said: CallOutcome | undefined): CallOutcome | null {
  if (said === undefined) return known;
  return known !== null && telling.indexOf(known) <= telling.indexOf(said) ? known : said;
}

function nextState(state: CallState, step: OutgoingStep, reached: boolean): CallState {
  if (state === 'ended' || state === 'missed') return reached ? 'ended' : 'missed';
  if (state === 'connecting') {
    if (endsDialling.has(step)) return 'missed';
    if (step === 'held') return 'held';
    return reached ? 'talking' : 'connecting';
  }
  if (endsTalking.has(step)) return 'ended';
  if (step === 'held') return 'held';
  return step === 'resumed' ? 'talking' : state;
}

/** The call after a step. It begins as `connecting`; one that is over and reached nobody is `missed`. */
export function applyOutgoingStep({ state, outcome }: OutgoingProgress, step: OutgoingStep): OutgoingProgress {
  const told = moreTelling(outcome, says[step]);
  return { state: nextState(state, step, told === 'reached'), outcome: told };
}
