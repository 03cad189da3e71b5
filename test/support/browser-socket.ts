/** The least that a program has to do to follow the hub's events without a loss: no store, no overlap, no second thoughts. */
import type { Answer, HubEvent, ResumeAnswer } from '@patchbay/contracts';
import { io } from 'socket.io-client';

export interface Follower {
  /** Everything that was taken over so far, in the order in which it was. */
  readonly events: HubEvent[];
  /** How often there was a new connection. */
  readonly connections: () => number;
  close(): void;
}

/** Follows from after `seq` on. `headers` carry the session, or `auth` the API key. */
export function follow(
  url: string,
  seq: number,
  options: { auth?: Record<string, string>; extraHeaders?: Record<string, string> },
): Follower {
  const socket = io(`${url}/agents`, {
    ...options,
    transports: ['websocket'],
    reconnectionDelay: 20,
    reconnectionDelayMax: 60,
    forceNew: true,
  });
  const events: HubEvent[] = [];
  let last = seq;
  let connections = 0;
  let waiting: HubEvent[] | null = null;
  const take = (event: HubEvent) => {
    if (event.seq <= last) return;
    last = event.seq;
    events.push(event);
  };
  socket.on('event', (event: HubEvent) => (waiting ? waiting.push(event) : take(event)));
  socket.on('disconnect', () => (waiting = null));
  socket.on('connect', () => {
    connections += 1;
    const connection = connections;
    waiting = [];
    socket.timeout(5_000).emit('resume', { after: last }, (error: Error | null, answer: Answer<ResumeAnswer>) => {
      if (connection !== connections || !waiting) return;
      if (error || !answer.ok) return void socket.disconnect().connect();
      const live = waiting;
      waiting = null;
      for (const event of [...answer.value.events, ...live]) take(event);
    });
  });
  return { events, connections: () => connections, close: () => socket.close() };
}
