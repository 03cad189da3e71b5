/** Visitors who wait are told their place and how long it will take, as both change. */
import type { HubEvent, VisitorPlace } from '@patchbay/contracts';
import type { Namespace, Socket } from 'socket.io';
import { visitorIdOf } from './visitors-socket.ts';
import type { VisitorParts } from './visitors.ts';

/** Places are read once in so long at the most, for all visitors of this process together. */
const paceMs = 2_000;
/** While somebody waits: the expected wait changes though nothing happens. */
const lullMs = 30_000;

export interface PlaceTeller {
  /** A visitor has come, or come back: they are told where they stand, whatever they were told before. */
  forget(socket: Socket): void;
  close(): Promise<void>;
}

export function tellPlaces(
  namespace: Namespace,
  parts: Pick<VisitorParts, 'placesOf' | 'onEvents' | 'log'>,
): PlaceTeller {
  const told = new WeakMap<Socket, string>();
  let timer: NodeJS.Timeout | undefined;
  let due = Infinity;
  let last = -Infinity;
  let reading: Promise<void> | null = null;
  let wanted = false;
  let closed = false;

  const tell = async () => {
    // Only this process's own: every process reads all events and looks after its own visitors.
    const sockets = [...namespace.sockets.values()];
    if (sockets.length === 0) return;
    const { places, changesInMs } = await parts.placesOf([...new Set(sockets.map(visitorIdOf))]);
    for (const socket of sockets) {
      const place: VisitorPlace = places.get(visitorIdOf(socket)) ?? null;
      const text = JSON.stringify(place);
      if ((told.get(socket) ?? 'null') === text) continue;
      told.set(socket, text);
      socket.emit('place', place);
    }
    if (places.size > 0) within(Math.min(changesInMs ?? lullMs, lullMs));
  };
  const run = () => {
    due = Infinity;
    // Never two at once: the slower of them would tell what is out of date.
    if (reading) {
      wanted = true;
      return;
    }
    last = performance.now();
    reading = tell()
      .catch((error: unknown) => {
        parts.log.warn({ err: error }, 'places of visitors not read');
        within(lullMs);
      })
      .finally(() => {
        reading = null;
        if (wanted) within(0);
        wanted = false;
      });
  };
  const within = (ms: number) => {
    const now = performance.now();
    const at = Math.max(now + ms, last + paceMs);
    if (closed || at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(run, at - now);
  };
  const unsubscribe = parts.onEvents((events) => {
    if (events.some(movesPlaces)) within(0);
  });
  return {
    forget(socket) {
      told.set(socket, '');
      within(0);
    },
    async close() {
      closed = true;
      unsubscribe();
      clearTimeout(timer);
      await reading;
    },
  };
}

/** An offer moves nobody: what is offered goes on waiting until it is taken. How a queue is set up says who may leave it. */
const movesPlaces = ({ type, data }: HubEvent): boolean =>
  type === 'setting.changed'
    ? ofQueues.has(String(data['setting']))
    : type.startsWith('ticket.') && type !== 'ticket.offered' && type !== 'ticket.offer-withdrawn';
const ofQueues: ReadonlySet<string> = new Set(['queue', 'calendar']);
