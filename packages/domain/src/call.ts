/** The life of a phone call as its steps are reported, possibly twice and possibly late. */
import type { CallState, CallStep } from '@patchbay/contracts';

type Step = CallStep['step'];

/** Before anybody or anything answered the caller. */
function isUnanswered(state: CallState): boolean {
  return state === 'waiting' || state === 'connecting';
}

/** Steps that show that the call was answered, and the state they bring an unanswered call into, also when steps before are missing. */
const answers: Partial<Record<Step, CallState>> = {
  answered: 'talking',
  resumed: 'talking',
  held: 'held',
  voicemail: 'voicemail',
  recording: 'voicemail',
};

function whileUnanswered(state: CallState, step: Step): CallState {
  if (step === 'ended') return 'missed';
  if (step === 'agent-ringing') return 'connecting';
  if (step === 'agent-no-answer') return 'waiting';
  return answers[step] ?? state;
}

function onceAnswered(state: CallState, step: Step): CallState {
  if (step === 'ended') return 'ended';
  if (state === 'talking' && step === 'held') return 'held';
  if (state === 'held' && step === 'resumed') return 'talking';
  return state;
}

/**
 * The state after a step; `state` is null before the first one. Repeating a step changes nothing, and a step that comes late is
 * ignored. A call that ends is `missed` unless something showed that it was answered, also when that is told only after the end: the
 * state of a call that is over depends on which steps there were and not on their order.
 */
export function applyCallStep(state: CallState | null, step: Step): CallState {
  if (state === 'ended') return state;
  if (state === 'missed') return answers[step] === undefined ? state : 'ended';
  const current = state ?? 'waiting';
  return isUnanswered(current) ? whileUnanswered(current, step) : onceAnswered(current, step);
}
