/** An agent's screen without the screen: the live events that its socket is sent, in order. */
import { once } from 'node:events';
import type { HubEvent } from '@patchbay/contracts';
import { io } from 'socket.io-client';
import { Feed } from './feed.ts';

export interface AgentDesk extends AsyncDisposable {
  readonly events: Feed<HubEvent>;
  /** The first event of this type whose ticket and data hold. */
  event(type: HubEvent['type'], holds?: (event: HubEvent) => boolean): Promise<HubEvent>;
  /** The next of what is not durable, by its name. */
  notice(name: string): Promise<unknown>;
  request(name: string, input: unknown): Promise<{ ok: boolean; code?: string; value?: unknown }>;
}

/** By an API key, or as a browser does that has logged in. */
export async function openDesk(url: string, by: string | { cookie: string }): Promise<AgentDesk> {
  const credentials =
    typeof by === 'string' ? { auth: { apiKey: by } } : { extraHeaders: { cookie: by.cookie, origin: url } };
  const socket = io(`${url}/agents`, { ...credentials, transports: ['websocket'], forceNew: true });
  const events = new Feed<HubEvent>();
  socket.on('event', (event: HubEvent) => events.push(event));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const { value } = (await socket.emitWithAck('resume', { after: 0 })) as { value: { events: HubEvent[] } };
  for (const event of value.events) events.push(event);
  return {
    events,
    event: (type, holds = () => true) => events.until((event) => event.type === type && holds(event), type),
    notice: (name) => new Promise((resolve) => void socket.once(name, resolve)),
    request: (name, input) => socket.timeout(10_000).emitWithAck(name, input),
    async [Symbol.asyncDispose]() {
      if (!socket.connected) return;
      const gone = once(socket as unknown as NodeJS.EventEmitter, 'disconnect');
      socket.disconnect();
      await gone;
    },
  };
}
