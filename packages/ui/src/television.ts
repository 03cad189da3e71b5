import { tvBoard, wallboard, type TvBoard, type Wallboard } from '@patchbay/contracts';
import { io } from 'socket.io-client';
import { listenForPulse } from './pulse.ts';

export interface Television {
  /** `over`: the link is not valid, or not any more. */
  state: 'connecting' | 'live' | 'lost' | 'over';
  board: TvBoard | null;
  snapshot: Wallboard | null;
  /** Up to when the figures held, ms since the epoch; null while they do. */
  lostAt: number | null;
  /** So much this device's clock is ahead of the hub's, ms. */
  ahead: number;
}

const over = new Set(['unauthenticated', 'gone']);

/** Shows what the hub sends by this link, from connection to connection. Answers how to stop. */
export function openTelevision(secret: string, show: (television: Television) => void): () => void {
  const socket = io('/wallboard', { auth: { link: secret }, reconnectionDelayMax: 5_000, forceNew: true });
  let now: Television = { state: 'connecting', board: null, snapshot: null, lostAt: null, ahead: 0 };
  let again: ReturnType<typeof setTimeout> | undefined;
  const change = (part: Partial<Television>) => show((now = { ...now, ...part }));
  const lost = () => {
    pulse.rest();
    change({ state: 'lost', lostAt: now.lostAt ?? pulse.heardAt() ?? Date.now() });
  };
  // A connection that is dead without a word looks open for most of a minute.
  const pulse = listenForPulse(() => {
    lost();
    socket.disconnect().connect();
  });
  socket.on('pulse', () => pulse.beat());

  socket.on('board', (input: unknown) => {
    const { success, data } = tvBoard.safeParse(input);
    if (success) change({ board: data, ahead: Date.now() - Date.parse(data.now) });
  });
  // Only with figures in hand is anything current again.
  socket.on('wallboard', (input: unknown) => {
    const { success, data } = wallboard.safeParse(input);
    if (!success) return;
    pulse.heard();
    change({ state: 'live', snapshot: data, lostAt: null });
  });
  socket.on('disconnect', (reason) => {
    if (reason === 'io client disconnect') return;
    lost();
    // Dropped by the hub, which the library takes as final: ask again, and be told whether the link still holds.
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    if (!socket.active && over.has(error.data?.code ?? ''))
      return change({ state: 'over', board: null, snapshot: null });
    lost();
    if (!socket.active) again = setTimeout(() => socket.connect(), 3_000);
  });
  const gone = () => lost();
  window.addEventListener('offline', gone);
  // A connection that outlived the gap would stay silent until something happens.
  const back = () => void socket.disconnect().connect();
  window.addEventListener('online', back);
  return () => {
    pulse.rest();
    clearTimeout(again);
    window.removeEventListener('offline', gone);
    window.removeEventListener('online', back);
    socket.disconnect();
  };
}
