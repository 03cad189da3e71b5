import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callState, callStep } from '@patchbay/contracts';
import type { CallState, CallStep } from '@patchbay/contracts';
import { applyCallStep } from './call.ts';

type Step = CallStep['step'];
const steps = callStep.shape.step.options;
const anyState = fc.constantFrom<CallState | null>(null, ...callState.options);
const anyStep = fc.constantFrom<Step>(...steps);
const run = (list: readonly Step[]) => list.reduce<CallState | null>((state, step) => applyCallStep(state, step), null);

describe('applyCallStep', () => {
  it.each<[CallState | 'new', Partial<Record<Step, CallState>>]>([
    [
      'new',
      {
        ringing: 'waiting',
        'agent-ringing': 'connecting',
        'agent-no-answer': 'waiting',
        answered: 'talking',
        held: 'held',
        resumed: 'talking',
        voicemail: 'voicemail',
        recording: 'voicemail',
        'call-back': 'waiting',
        ended: 'missed',
        'agent-answered': 'waiting',
        'agent-left': 'waiting',
        'customer-ringing': 'waiting',
        busy: 'waiting',
        'no-answer': 'waiting',
        failed: 'waiting',
      },
    ],
    [
      'waiting',
      {
        'agent-ringing': 'connecting',
        answered: 'talking',
        held: 'held',
        resumed: 'talking',
        voicemail: 'voicemail',
        recording: 'voicemail',
        ended: 'missed',
      },
    ],
    [
      'connecting',
      {
        'agent-no-answer': 'waiting',
        answered: 'talking',
        held: 'held',
        resumed: 'talking',
        voicemail: 'voicemail',
        recording: 'voicemail',
        ended: 'missed',
      },
    ],
    ['talking', { held: 'held', ended: 'ended' }],
    ['held', { resumed: 'talking', ended: 'ended' }],
    ['voicemail', { ended: 'ended' }],
    ['ended', {}],
    ['missed', { answered: 'ended', held: 'ended', resumed: 'ended', voicemail: 'ended', recording: 'ended' }],
  ])('from %s', (from, moves) => {
    const start = from === 'new' ? null : from;
    const result = Object.fromEntries(steps.map((step) => [step, applyCallStep(start, step)]));
    const expected = Object.fromEntries(steps.map((step) => [step, moves[step] ?? from]));
    expect(result).toEqual(expected);
  });

  it.each<[Step[], CallState]>([
    [['ringing', 'agent-ringing', 'answered', 'held', 'resumed', 'ended'], 'ended'],
    [['ringing', 'agent-ringing', 'agent-no-answer', 'voicemail', 'recording', 'ended'], 'ended'],
    [['ringing', 'voicemail', 'ended', 'recording'], 'ended'],
    [['ringing', 'agent-ringing', 'ended', 'agent-no-answer'], 'missed'],
    [['answered', 'ringing', 'agent-ringing'], 'talking'],
  ])('%j ends %s', (list, expected) => {
    expect(run(list)).toBe(expected);
  });

  it('is not changed by repeating a step', () => {
    fc.assert(
      fc.property(anyState, anyStep, (state, step) => {
        const once = applyCallStep(state, step);
        expect(applyCallStep(once, step)).toBe(once);
      }),
    );
  });

  it('never leaves ended, and leaves missed only for ended', () => {
    fc.assert(
      fc.property(fc.array(anyStep), (list) => {
        expect(list.reduce<CallState>(applyCallStep, 'ended')).toBe('ended');
        expect(['missed', 'ended']).toContain(list.reduce<CallState>(applyCallStep, 'missed'));
      }),
    );
  });

  it('of a call that is over is the same in whatever order its steps were told', () => {
    const answer = new Set<Step>(['answered', 'held', 'resumed', 'voicemail', 'recording']);
    fc.assert(
      fc.property(fc.array(anyStep), fc.nat(), (list, place) => {
        const over = list.toSpliced(place % (list.length + 1), 0, 'ended');
        expect(run(over)).toBe(over.some((step) => answer.has(step)) ? 'ended' : 'missed');
      }),
    );
  });

  it('ends as missed exactly when no step before shows an answer, whatever their order', () => {
    const proofs: readonly Step[] = ['answered', 'held', 'resumed', 'voicemail', 'recording'];
    fc.assert(
      fc.property(fc.array(anyStep), (list) => {
        const before = list.filter((step) => step !== 'ended');
        expect(run([...before, 'ended'])).toBe(before.some((step) => proofs.includes(step)) ? 'ended' : 'missed');
      }),
    );
  });
});
