/** The thin part that touches the network: one socket, its state, and the requests that a screen makes of it. */
import { io, type Socket } from 'socket.io-client';
import {
  guardNotice,
  hubEvent,
  resumeAnswer,
  typingNotice,
  wallboard,
  type Answer,
  type AttendRequest,
  type HubEvent,
  type TypingNotice,
  type Wallboard,
} from '@patchbay/contracts';
import { listenForPulse } from './pulse.ts';
import { initialLive, reduceLive, resumeAfter, type LiveAction, type LiveState } from './live-store.ts';

/** `refused`: the hub answered and does not know this session. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'refused';
export type Room = { room: 'ticket'; id: string } | { room: 'wallboard' };

export interface LiveListeners {
  /** New events in order, without doubles. */
  events(fresh: readonly HubEvent[]): void;
  /** Too much was missed: whatever was read before must be read again. */
  reset(): void;
  typing(notice: TypingNotice): void;
  /** Who is with this customer has changed. */
  guard(customerId: string): void;
  wallboard(snapshot: Wallboard): void;
  connection(state: ConnectionState): void;
}

export interface Live {
  watch(room: Room): () => void;
  typing(ticketId: string, typing: boolean): void;
  /** Says where this console is with a customer; said again after each new connection until it is gone. */
  attend(request: AttendRequest): void;
  /** When something for wallboards came last, ms since the epoch; null: nothing yet. */
  wallboardHeardAt(): number | null;
  close(): void;
}

/** How long an unanswered `resume` is waited for before it is asked again, in ms. */
const RESUME_TIMEOUT = 10_000;
/** The same for a connection that is open by its own account and asked whether it is alive, in ms. */
const PROBE_TIMEOUT = 3_000;

export function openLive(listeners: LiveListeners, origin = ''): Live {
  const socket = io(`${origin}/agents`, { withCredentials: true, reconnectionDelayMax: 5_000 });
  const rooms = new Map<string, { room: Room; watchers: number }>();
  const attended = new Map<string, AttendRequest>();
  let state = initialLive;

  const apply = (action: LiveAction): LiveState => {
    const before = state;
    state = reduceLive(before, action);
    if (state.resets > before.resets) listeners.reset();
    if (state.fresh.length > 0) listeners.events(state.fresh);
    return state;
  };

  const restart = (): void => {
    if (!socket.connected) return;
    listeners.connection('reconnecting');
    socket.disconnect().connect();
  };
  const catchUp = async (timeout: number): Promise<boolean> => {
    const answer = await ask(socket, 'resume', { after: resumeAfter(state) }, timeout);
    const parsed = resumeAnswer.safeParse(answer?.ok ? answer.value : null);
    if (parsed.success && socket.connected) apply({ type: 'resumed', answer: parsed.data });
    return parsed.success;
  };
  const resume = async (): Promise<void> => {
    apply({ type: 'connected' });
    // Without the replay nothing may be applied: begin again from a new connection.
    if (!(await catchUp(RESUME_TIMEOUT))) return restart();
    for (const { room } of rooms.values()) socket.emit('watch', room);
    for (const request of attended.values()) socket.emit('attend', request);
    listeners.connection('live');
  };

  // After sleep or a change of network a socket looks open for up to a minute; asking finds out at once.
  const probe = async (): Promise<void> => {
    if (!socket.connected || state.phase !== 'live') return;
    if (!(await catchUp(PROBE_TIMEOUT))) restart();
  };
  // The hub sends pulses to who looks at a wallboard only: for thousands of desks they would be a load of their own.
  const pulse = listenForPulse(restart);
  const stopWatchingNetwork = onNetworkChange(() => void probe());

  socket.on('connect', () => void resume());
  socket.on('disconnect', (reason) => {
    apply({ type: 'disconnected' });
    pulse.rest();
    if (reason === 'io client disconnect') return;
    listeners.connection('reconnecting');
    // Dropped by the hub, which the library takes as final: ask again, and be told whether the session still holds.
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    // An inactive socket was refused by the hub itself and does not try again on its own.
    const refused = !socket.active && error.data?.code === 'unauthenticated';
    listeners.connection(refused ? 'refused' : 'reconnecting');
    if (!socket.active && !refused) setTimeout(() => socket.connect(), 3_000);
  });
  socket.on('event', (input: unknown) => {
    const parsed = hubEvent.safeParse(input);
    if (parsed.success) apply({ type: 'event', event: parsed.data });
  });
  socket.on('typing', (input: unknown) => {
    const parsed = typingNotice.safeParse(input);
    if (parsed.success) listeners.typing(parsed.data);
  });
  socket.on('guard', (input: unknown) => {
    const parsed = guardNotice.safeParse(input);
    if (parsed.success) listeners.guard(parsed.data.customerId);
  });
  socket.on('wallboard', (input: unknown) => {
    const parsed = wallboard.safeParse(input);
    if (!parsed.success) return;
    pulse.heard();
    listeners.wallboard(parsed.data);
  });
  socket.on('pulse', () => void (rooms.has('wallboard') && pulse.beat()));

  return {
    watch: (room) => {
      const leave = watch(socket, rooms, room);
      return () => {
        leave();
        if (!rooms.has('wallboard')) pulse.rest();
      };
    },
    wallboardHeardAt: () => pulse.heardAt(),
    typing: (ticketId, typing) => void (socket.connected && socket.volatile.emit('typing', { ticketId, typing })),
    attend: (request) => {
      if (request.state === 'gone') attended.delete(request.customerId);
      else attended.set(request.customerId, request);
      if (socket.connected) socket.emit('attend', request);
    },
    close: () => {
      pulse.rest();
      stopWatchingNetwork();
      socket.disconnect();
    },
  };
}

async function ask(socket: Socket, name: string, request: unknown, timeout: number): Promise<Answer<unknown> | null> {
  return await new Promise((resolve) => {
    socket
      .timeout(timeout)
      .emit(name, request, (error: Error | null, answer: Answer<unknown>) => resolve(error ? null : answer));
  });
}

/** Calls when the device gains or loses its network, and when the page comes back to the front. */
function onNetworkChange(call: () => void): () => void {
  const shown = (): void => void (document.visibilityState === 'visible' && call());
  window.addEventListener('online', call);
  window.addEventListener('offline', call);
  document.addEventListener('visibilitychange', shown);
  return () => {
    window.removeEventListener('online', call);
    window.removeEventListener('offline', call);
    document.removeEventListener('visibilitychange', shown);
  };
}

/** Joins a room while at least one part of the screen wants it. */
function watch(socket: Socket, rooms: Map<string, { room: Room; watchers: number }>, room: Room): () => void {
  const key = room.room === 'ticket' ? room.id : room.room;
  const entry = rooms.get(key) ?? { room, watchers: 0 };
  rooms.set(key, entry);
  entry.watchers += 1;
  if (entry.watchers === 1 && socket.connected) socket.emit('watch', room);
  return () => {
    entry.watchers -= 1;
    if (entry.watchers > 0) return;
    rooms.delete(key);
    if (socket.connected) socket.emit('unwatch', room);
  };
}
