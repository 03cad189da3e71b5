import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callOutcome, callStep, type CallOutcome, type CallState } from '@patchbay/contracts';
import { applyOutgoingStep, type OutgoingProgress, type OutgoingStep } from './outgoing-call.ts';

const steps: readonly OutgoingStep[] = [...callStep.shape.step.options, 'dial-unknown', 'hung-up', 'lost'];
const begun: OutgoingProgress = { state: 'connecting', outcome: null };
const run = (list: readonly OutgoingStep[]) => list.reduce<OutgoingProgress>(applyOutgoingStep, begun);
const anyStep = fc.constantFrom(...steps);

describe('applyOutgoingStep', () => {
  it.each<[OutgoingStep[], CallState, CallOutcome | null]>([
    [[], 'connecting', null],
    [['agent-ringing', 'agent-answered', 'customer-ringing'], 'connecting', null],
    [['agent-ringing', 'agent-answered', 'customer-ringing', 'answered'], 'talking', 'reached'],
    [['answered', 'held'], 'held', 'reached'],
    [['answered', 'held', 'resumed'], 'talking', 'reached'],
    [['answered', 'held', 'resumed', 'ended'], 'ended', 'reached'],
    [['answered', 'agent-left'], 'talking', 'reached'],
    [['answered', 'lost'], 'ended', 'reached'],
    [['agent-answered', 'customer-ringing', 'busy'], 'missed', 'busy'],
    [['agent-answered', 'customer-ringing', 'no-answer'], 'missed', 'no-answer'],
    [['agent-answered', 'failed'], 'missed', 'failed'],
    [['agent-ringing', 'agent-no-answer'], 'missed', 'agent-no-answer'],
    [['agent-answered', 'agent-left', 'ended'], 'missed', 'cancelled'],
    [['agent-ringing', 'hung-up', 'agent-no-answer'], 'missed', 'agent-no-answer'],
    [['dial-unknown'], 'connecting', 'unknown'],
    [['dial-unknown', 'answered'], 'talking', 'reached'],
    [['dial-unknown', 'lost'], 'missed', 'unknown'],
    [['dial-unknown', 'lost', 'busy'], 'missed', 'busy'],
    [['lost', 'answered'], 'ended', 'reached'],
  ])('%j is %s, %s', (list, state, outcome) => {
    expect(run(list)).toEqual({ state, outcome });
  });

  it('is not changed by repeating a step', () => {
    fc.assert(
      fc.property(fc.array(anyStep), anyStep, (before, step) => {
        const once = applyOutgoingStep(run(before), step);
        expect(applyOutgoingStep(once, step)).toEqual(once);
      }),
    );
  });

  it('once over is the same in whatever order its steps were told, and ended exactly when the customer was reached', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyStep)
          .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const over = run([...list, 'ended']);
          expect(run(['ended', ...shuffled])).toEqual(over);
          expect(over.state).toBe(over.outcome === 'reached' ? 'ended' : 'missed');
          expect(callOutcome.options).toContain(over.outcome);
        },
      ),
    );
  });
});
