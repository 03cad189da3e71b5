import type { HubEvent, ResumeAnswer } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialLive, reduceLive, resumeAfter, type LiveAction, type LiveState } from './live-store.ts';

const event = (seq: number): HubEvent => ({
  seq,
  id: `e${seq}`,
  type: 'ticket.opened',
  at: '2026-01-01T00:00:00Z',
  ticketId: null,
  customerId: null,
  queueId: null,
  agentId: null,
  actorId: null,
  correlationId: null,
  data: {},
});
const limits = { keep: 1000, overlap: 5 };
const run = (actions: LiveAction[], from: LiveState = initialLive): LiveState =>
  actions.reduce((state, action) => reduceLive(state, action, limits), from);
const answer = (seqs: number[], seq: number, reset = false): ResumeAnswer => ({ events: seqs.map(event), seq, reset });

/** One connection: which events commit before the replay is answered, and how the wire treats the live ones. */
const connection = fc.record({
  beforeAnswer: fc.nat(8),
  afterAnswer: fc.nat(8),
  lostAtEnd: fc.nat(4),
  early: fc.boolean(),
  swaps: fc.array(fc.nat(20), { maxLength: 6 }),
  repeats: fc.array(fc.nat(20), { maxLength: 4 }),
});

/** Repeats some events and lets neighbours change places, as two hub processes sending at once can. */
function wire(seqs: number[], swaps: number[], repeats: number[]): number[] {
  const sent = [...seqs];
  for (const at of swaps) {
    const [a, b] = [sent[at], sent[at + 1]];
    if (a !== undefined && b !== undefined) sent.splice(at, 2, b, a);
  }
  for (const at of repeats) if (sent[at] !== undefined) sent.splice(at + 1, 0, sent[at]);
  return sent;
}

/** Plays a hub that shows this client only `visible` numbers, over several connections, each cut before its last events arrive. */
function play(
  connections: (typeof connection extends fc.Arbitrary<infer T> ? T : never)[],
  visible: (seq: number) => boolean,
): { state: LiveState; head: number; first: number; fresh: number[] } {
  let state = initialLive;
  let head = 0;
  let first = -1;
  const fresh: number[] = [];
  const act = (action: LiveAction): void => {
    state = reduceLive(state, action, limits);
    fresh.push(...state.fresh.map((one) => one.seq));
  };
  const range = (from: number, to: number): number[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => from + 1 + i).filter(visible);
  for (const one of [
    ...connections,
    { beforeAnswer: 0, afterAnswer: 0, lostAtEnd: 0, early: false, swaps: [], repeats: [] },
  ]) {
    act({ type: 'connected' });
    const after = resumeAfter(state, limits);
    const start = head;
    head += one.beforeAnswer;
    if (first < 0) first = head;
    const before = wire(range(start, head), one.swaps, one.repeats);
    const replay: LiveAction = {
      type: 'resumed',
      answer: { events: range(after, head).map(event), seq: head, reset: false },
    };
    const live = before.map((seq): LiveAction => ({ type: 'event', event: event(seq) }));
    for (const action of one.early ? [...live, replay] : [replay, ...live]) act(action);
    const from = head;
    head += one.afterAnswer;
    // The cut may lose only the newest, within the window that a resume asks for again.
    const arrived = wire(range(from, head - Math.min(one.lostAtEnd, one.afterAnswer)), one.swaps, one.repeats);
    for (const seq of arrived) act({ type: 'event', event: event(seq) });
    act({ type: 'disconnected' });
  }
  return { state, head, first, fresh };
}

/** A client that was live, on a hub where nothing had happened yet. */
const started = run([{ type: 'connected' }, { type: 'resumed', answer: answer([], 0) }, { type: 'disconnected' }]);

describe('live store', () => {
  it('gives one sorted list without doubles or holes, whatever the wire does', () => {
    fc.assert(
      fc.property(fc.array(connection, { maxLength: 8 }), fc.constantFrom(1, 2, 3), (connections, everyNth) => {
        const visible = (seq: number): boolean => seq % everyNth === 0;
        const { state, head, first, fresh } = play(connections, visible);
        // What was before the first replay is read with the lists.
        const expected = Array.from({ length: head - first }, (_, i) => first + i + 1).filter(visible);
        expect(state.events.map((one) => one.seq)).toEqual(expected);
        expect([...fresh].sort((a, b) => a - b)).toEqual(expected);
        expect(state.seq).toBe(head);
      }),
      { numRuns: 500 },
    );
  });

  it('begins at the present, and says that lists read before are out of date', () => {
    expect(resumeAfter(initialLive)).toBe(Number.MAX_SAFE_INTEGER);
    const state = run([
      { type: 'connected' },
      { type: 'event', event: event(8) },
      { type: 'resumed', answer: answer([], 7) },
    ]);
    expect(state).toMatchObject({ phase: 'live', seq: 8, floor: 7, resets: 1 });
    expect(state.fresh.map((one) => one.seq)).toEqual([8]);
    expect(resumeAfter(state)).toBe(7);
  });

  it('holds live events back until the replay is there', () => {
    const waiting = run([{ type: 'connected' }, { type: 'event', event: event(3) }], started);
    expect(waiting.events).toEqual([]);
    const live = run([{ type: 'resumed', answer: answer([1, 2], 2) }], waiting);
    expect(live.fresh.map((one) => one.seq)).toEqual([1, 2, 3]);
    expect(live.phase).toBe('live');
  });

  it('forgets what it had when too much was missed, and goes on from there', () => {
    const state = run([
      { type: 'connected' },
      { type: 'resumed', answer: answer([1, 2], 2) },
      { type: 'disconnected' },
      { type: 'connected' },
      { type: 'event', event: event(901) },
      { type: 'resumed', answer: answer([], 900, true) },
      { type: 'event', event: event(900) },
    ]);
    expect(state.resets).toBe(2);
    expect(state.events.map((one) => one.seq)).toEqual([901]);
    expect(state.seq).toBe(901);
  });

  it('remembers a bounded number and takes older ones as known', () => {
    const small = { keep: 2, overlap: 1 };
    const actions: LiveAction[] = [
      { type: 'connected' },
      { type: 'resumed', answer: answer([1, 2, 3, 4], 4) },
      { type: 'event', event: event(1) },
    ];
    const state = actions.reduce((before, action) => reduceLive(before, action, small), started);
    expect(state.events.map((one) => one.seq)).toEqual([3, 4]);
    expect(state.fresh).toEqual([]);
  });
});
