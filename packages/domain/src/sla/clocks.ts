/**
 * The clocks of a ticket as a fold over its events (service norms R1, R2). The state is plain data, so that it can be kept between events;
 * folding from the first event again gives the same. Moments and durations are milliseconds.
 */
import type { ClockKind, ServicePolicy, ServiceTarget, TicketStatus } from '@patchbay/contracts';
import { addBusinessTime, businessTimeBetween, type WorkingTime } from '../calendar/business-time.ts';
import type { Choice, TicketFact } from './facts.ts';

/** While a clock ran; `to` is null while it does. `cause`: the status by which it stood still afterwards. */
export interface Run {
  readonly from: number;
  readonly to: number | null;
  readonly cause?: 'pending' | 'resolved' | 'closed';
}

/** What is measured, whatever the targets are. */
export interface Track {
  readonly round: number;
  readonly startedAt: number;
  readonly runs: readonly Run[];
  readonly endedAt: number | null;
  /** Due moments that had passed when the targets were changed: a breach stays one. */
  readonly missed: Readonly<Partial<Record<ClockKind, number>>>;
  /** By what its end was judged, where that is not what holds now. */
  readonly judged: Readonly<Partial<Record<ClockKind, Choice>>>;
}

const trackNames = ['first', 'next', 'resolution', 'acceptance'] as const;
type TrackName = (typeof trackNames)[number];

export interface TicketState {
  readonly status: TicketStatus;
  readonly spoken: boolean;
  readonly choice: Choice;
  readonly tracks: Readonly<Partial<Record<TrackName, Track>>>;
  /** How many there were so far. */
  readonly rounds: Readonly<Record<TrackName, number>>;
}

const kindsOf: Readonly<Record<TrackName, readonly ClockKind[]>> = {
  first: ['first-response', 'complaint-acknowledgement'],
  next: ['next-response'],
  resolution: ['resolution', 'complaint-resolution'],
  acceptance: ['acceptance'],
};

/** A clock with a target. `dropped`: there was a target and is none any more. */
export interface Clock {
  readonly kind: ClockKind;
  readonly round: number;
  readonly choice: Choice;
  readonly target: ServiceTarget;
  readonly state: 'running' | 'paused' | 'stopped' | 'met' | 'dropped';
  readonly startedAt: number;
  /** Null while it stands still, and where its calendar never opens. Of one that is met: when it would have been due. */
  readonly dueAt: number | null;
  readonly warnAt: number | null;
  readonly metAt: number | null;
  /** Of the runs that have ended. */
  readonly businessMs: number;
  readonly calendarMs: number;
  readonly runs: readonly Run[];
}

/** Policies and calendars by version. */
export interface PlanBook {
  policy(choice: Choice): ServicePolicy | null;
  time(choice: Choice): WorkingTime;
}

export function beginState(choice: Choice): TicketState {
  return {
    status: 'open',
    spoken: false,
    choice,
    tracks: {},
    rounds: { first: 0, next: 0, resolution: 0, acceptance: 0 },
  };
}

interface Step {
  readonly state: TicketState;
  readonly over: Clock[];
}

/** The state after a fact, and the clocks that are over with it, or have no target any more: they are in the state no longer. */
export function advance(state: TicketState, fact: TicketFact, at: number, book: PlanBook): Step {
  const next = step(state, fact, at, book);
  if (!losesTargets(state, fact)) return next;
  const still = new Set([...next.over, ...clocksOfTicket(next.state, book)].map(keyOf));
  const dropped = clocksOfTicket(state, book).filter((clock) => !still.has(keyOf(clock)));
  return { ...next, over: [...next.over, ...dropped.map((clock) => ({ ...clock, state: 'dropped' as const }))] };
}

const keyOf = ({ kind, round }: Clock): string => `${kind} ${round}`;

/** Other targets, or what was over by earlier ones goes on by those of now. */
const losesTargets = ({ tracks }: TicketState, { kind }: TicketFact): boolean =>
  kind === 'targets' || Object.values(tracks).some(({ judged }) => Object.keys(judged).length > 0);

function step(state: TicketState, fact: TicketFact, at: number, book: PlanBook): Step {
  switch (fact.kind) {
    case 'opened':
      return { state: start(start({ ...state, spoken: fact.spoken }, 'resolution', at), 'acceptance', at), over: [] };
    case 'customer-wrote':
      return { state: asked(state, at), over: [] };
    case 'answered':
      return finish(finishFirst(comeBack(state, at), at), 'next', at, book);
    case 'accepted':
      return finish(comeBack(state, at), 'acceptance', at, book);
    case 'waits': {
      const open = changeStatus(state, 'open', at);
      return { state: open.tracks.acceptance ? open : start(open, 'acceptance', at), over: [] };
    }
    case 'status': {
      const changed = changeStatus(state, fact.status, at);
      if (!state.spoken || fact.status !== 'resolved') return { state: changed, over: [] };
      // What was said on the phone leaves no message: a call that is resolved was answered.
      return finish(finishFirst(changed, at), 'next', at, book);
    }
    case 'targets':
      return { state: retarget(state, fact.choice, at, book), over: [] };
  }
}

/** Answering or taking a ticket that was resolved opens it again; no event of its own says so. */
const comeBack = (state: TicketState, at: number): TicketState =>
  state.status === 'resolved' ? changeStatus(state, 'open', at) : state;

function start(state: TicketState, name: TrackName, at: number): TicketState {
  const round = state.rounds[name] + 1;
  const runs = state.status === 'open' ? [{ from: at, to: null }] : [];
  const track: Track = { round, startedAt: at, runs, endedAt: null, missed: {}, judged: {} };
  return { ...state, tracks: { ...state.tracks, [name]: track }, rounds: { ...state.rounds, [name]: round } };
}

function asked(state: TicketState, at: number): TicketState {
  const { first, next } = state.tracks;
  if (!first) return start(state, 'first', at);
  return first.endedAt === null || next ? state : start(state, 'next', at);
}

const withTrack = (state: TicketState, name: TrackName, track: Track): TicketState => ({
  ...state,
  tracks: { ...state.tracks, [name]: track },
});

function halt(track: Track, at: number, cause?: Run['cause']): Track {
  const last = track.runs.at(-1);
  if (!last || last.to !== null) return track;
  return { ...track, runs: [...track.runs.slice(0, -1), { from: last.from, to: at, ...(cause && { cause }) }] };
}

const goOn = (track: Track, at: number): Track =>
  track.runs.at(-1)?.to === null ? track : { ...track, runs: [...track.runs, { from: at, to: null }] };

function finishFirst(state: TicketState, at: number): TicketState {
  const { first } = state.tracks;
  if (!first || first.endedAt !== null) return state;
  return withTrack(state, 'first', { ...halt(first, at), endedAt: at });
}

/** Ends a track of which there may be several, one after the other. */
function finish(state: TicketState, name: 'next' | 'acceptance', at: number, book: PlanBook): Step {
  const track = state.tracks[name];
  if (!track) return { state, over: [] };
  const { [name]: _ended, ...tracks } = state.tracks;
  return { state: { ...state, tracks }, over: clocksOf(state, name, { ...halt(track, at), endedAt: at }, book) };
}

function changeStatus(state: TicketState, status: TicketStatus, at: number): TicketState {
  if (status === state.status) return state;
  let next: TicketState = { ...state, status };
  for (const name of trackNames) {
    const track = state.tracks[name];
    if (track) next = withTrack(next, name, underStatus(name, track, status, at));
  }
  return next;
}

function underStatus(name: TrackName, track: Track, status: TicketStatus, at: number): Track {
  if (name !== 'resolution') {
    if (track.endedAt !== null) return track;
    return status === 'open' ? goOn(track, at) : halt(track, at, status);
  }
  if (status === 'open') return goOn({ ...track, endedAt: null, judged: {} }, at);
  const halted = halt(track, at, status);
  return status === 'pending' ? { ...halted, endedAt: null, judged: {} } : { ...halted, endedAt: track.endedAt ?? at };
}

/** Other targets hold: what has run counts for them from its begin, what is over keeps its judgement, and a breach stays one. */
function retarget(state: TicketState, choice: Choice, at: number, book: PlanBook): TicketState {
  let next: TicketState = { ...state, choice };
  for (const name of trackNames) {
    const track = state.tracks[name];
    if (!track) continue;
    const clocks = clocksOf(state, name, track, book);
    if (track.endedAt === null) {
      const passed = clocks.filter(({ dueAt }) => dueAt !== null && dueAt < at);
      const missed = Object.fromEntries(passed.map(({ kind, dueAt }) => [kind, dueAt]));
      next = withTrack(next, name, { ...track, missed: { ...missed, ...track.missed } });
    } else {
      const judged = Object.fromEntries(clocks.map(({ kind, choice: by }) => [kind, by]));
      next = withTrack(next, name, { ...track, judged });
    }
  }
  return next;
}

/** Clocks that are in the state: all that run, and the first response and the resolution also when they are over. */
export function clocksOfTicket(state: TicketState, book: PlanBook): Clock[] {
  return trackNames.flatMap((name) => {
    const track = state.tracks[name];
    return track ? clocksOf(state, name, track, book) : [];
  });
}

function clocksOf(state: TicketState, name: TrackName, track: Track, book: PlanBook): Clock[] {
  return kindsOf[name].flatMap((kind) => {
    const choice = track.judged[kind] ?? state.choice;
    const target = book.policy(choice)?.targets.find(({ clock }) => clock === kind);
    return target ? [judge(kind, track, state.status, choice, target, book.time(choice))] : [];
  });
}

function judge(
  kind: ClockKind,
  track: Track,
  status: TicketStatus,
  choice: Choice,
  target: ServiceTarget,
  time: WorkingTime,
): Clock {
  const length = target.minutes * 60_000;
  const ended = track.runs.filter((run): run is Run & { to: number } => run.to !== null);
  const sum = (of: (run: { from: number; to: number }) => number) => ended.reduce((total, run) => total + of(run), 0);
  return {
    kind,
    round: track.round,
    choice,
    target,
    state: stateOf(track, status),
    startedAt: track.startedAt,
    dueAt: track.missed[kind] ?? momentOf(track, length, target, time),
    warnAt: momentOf(track, Math.floor((length * target.warnAt) / 100), target, time),
    metAt: track.endedAt,
    businessMs: sum((run) => businessTimeBetween(time, run.from, run.to)),
    calendarMs: sum((run) => run.to - run.from),
    runs: track.runs,
  };
}

function stateOf(track: Track, status: TicketStatus): Clock['state'] {
  if (track.endedAt !== null) return 'met';
  if (status === 'open') return 'running';
  return status === 'pending' ? 'paused' : 'stopped';
}

/** When a track has run for so long; null while it stands still before that. */
function momentOf(track: Track, length: number, target: ServiceTarget, time: WorkingTime): number | null {
  const after = (from: number, duration: number) =>
    target.time === 'calendar' ? from + duration : addBusinessTime(time, from, duration);
  let rest = length;
  for (const run of track.runs) {
    if (run.to === null) return after(run.from, rest);
    const used = target.time === 'calendar' ? run.to - run.from : businessTimeBetween(time, run.from, run.to);
    if (used >= rest) return after(run.from, rest);
    rest -= used;
  }
  return track.endedAt === null ? null : after(track.endedAt, rest);
}
