/**
 * What a client knows of the hub's event stream. The relay numbers events in commit order; the network may repeat them,
 * and live ones may overtake the replay that `resume` asked for. Whatever the order of arrival, `events` is sorted,
 * without doubles, and without a hole among what this client may see.
 */
import type { HubEvent, ResumeAnswer } from '@patchbay/contracts';

export interface LiveState {
  /** `resuming`: live events wait for the replay; `live`: they are applied as they come; `down`: no connection. */
  phase: 'down' | 'resuming' | 'live';
  /** False until the first replay: there is nothing yet that could have been missed. */
  started: boolean;
  /** Everything up to this `seq` that this client may see is in `events` or was dropped for age. */
  seq: number;
  /** Sorted by `seq`; the newest {@link LiveLimits.keep}. */
  events: readonly HubEvent[];
  /** Events with a `seq` up to here are taken as known: they were dropped for age or covered by a reset. */
  floor: number;
  /** Live events that came before the replay. */
  buffer: readonly HubEvent[];
  /** What the last action added, in order: what the screen has to react to. */
  fresh: readonly HubEvent[];
  /** Counts resets and the first start: when it grows, everything read before is out of date. */
  resets: number;
}

export interface LiveLimits {
  /** How many events are remembered to recognise repetitions. */
  keep: number;
  /**
   * How far before the newest event a resume starts. Events from two hub processes can change places on the wire within
   * a short window; asking for that window again costs little and doubles are recognised.
   */
  overlap: number;
}
export const liveLimits: LiveLimits = { keep: 2000, overlap: 200 };

export type LiveAction =
  | { type: 'connected' }
  | { type: 'disconnected' }
  | { type: 'event'; event: HubEvent }
  | { type: 'resumed'; answer: ResumeAnswer };

export const initialLive: LiveState = {
  phase: 'down',
  started: false,
  seq: 0,
  events: [],
  floor: 0,
  buffer: [],
  fresh: [],
  resets: 0,
};

/**
 * The `after` of the next `resume`. At the start the history is of no use, since the screens read their lists anyway:
 * asking for what comes after everything answers with the present `seq` alone.
 */
export function resumeAfter(state: LiveState, limits: LiveLimits = liveLimits): number {
  if (!state.started) return Number.MAX_SAFE_INTEGER;
  return Math.max(state.floor, state.seq - limits.overlap, 0);
}

export function reduceLive(state: LiveState, action: LiveAction, limits: LiveLimits = liveLimits): LiveState {
  switch (action.type) {
    case 'connected':
      return { ...state, phase: 'resuming', fresh: [] };
    case 'disconnected':
      // Buffered events are kept: the next replay covers them anyway, and doubles do no harm.
      return { ...state, phase: 'down', fresh: [] };
    case 'event':
      if (state.phase === 'live') return insert(state, [action.event], limits);
      return { ...state, buffer: [...state.buffer, action.event], fresh: [] };
    case 'resumed':
      return resumed(state, action.answer, limits);
  }
}

function resumed(state: LiveState, answer: ResumeAnswer, limits: LiveLimits): LiveState {
  const { buffer } = state;
  if (state.started && !answer.reset) {
    const next = insert({ ...state, phase: 'live', buffer: [] }, [...answer.events, ...buffer], limits);
    return { ...next, seq: Math.max(next.seq, answer.seq) };
  }
  const cleared: LiveState = {
    ...state,
    phase: 'live',
    started: true,
    buffer: [],
    events: [],
    floor: answer.seq,
    seq: answer.seq,
    resets: state.resets + 1,
  };
  return insert(cleared, buffer, limits);
}

function insert(state: LiveState, incoming: readonly HubEvent[], limits: LiveLimits): LiveState {
  const known = new Set(state.events.map((event) => event.seq));
  const fresh: HubEvent[] = [];
  for (const event of incoming) {
    if (event.seq <= state.floor || known.has(event.seq)) continue;
    known.add(event.seq);
    fresh.push(event);
  }
  if (fresh.length === 0) return { ...state, fresh };
  fresh.sort(bySeq);
  const events = [...state.events, ...fresh].sort(bySeq);
  const dropped = events.splice(0, Math.max(0, events.length - limits.keep));
  const floor = dropped.at(-1)?.seq ?? state.floor;
  return { ...state, events, fresh, floor, seq: Math.max(state.seq, fresh.at(-1)?.seq ?? 0) };
}

const bySeq = (a: HubEvent, b: HubEvent): number => a.seq - b.seq;
