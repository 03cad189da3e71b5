/** The namespace `/agents`: rooms by right, events in the order of `seq`, and what was missed while away. */
import { attendRequest, HubError, parseInput, resumeRequest, typingRequest, watchRequest } from '@patchbay/contracts';
import type { RoutedEvent } from '@patchbay/store';
import type { Answer, HubEvent, ResumeAnswer, TypingNotice } from '@patchbay/contracts';
import { agentQueues, markSeen, visibleEventsAfter } from '@patchbay/store';
import { readStanding } from '@patchbay/store/queries/agents';
import type { Namespace, Server, Socket } from 'socket.io';
import type { Parts } from '../parts.ts';
import type { Principal } from '../auth/principal.ts';
import { isSameOrigin } from '../auth/same-origin.ts';
import { mayReadTicket } from '../http/ticket-scope.ts';
import { presentAnswer, rolesWithHidden } from '../privacy/door.ts';
import { attend, customerRoom, endAttendance, keepAttendance, recheckAttendance } from './attendance.ts';
import type { Tail } from './tail.ts';
import type { WallboardFeed } from '../wallboard/feed.ts';

/** More than this was missed: the client reads its lists anew. */
const replayLimit = 1_000;
/** How often a connected socket has to prove again that its session and its rights still hold. */
const recheckMs = 30_000;

export interface AgentDesk {
  /** Tells those who have a ticket on screen that somebody types. */
  notifyTyping(notice: TypingNotice): void;
  isWatched(ticketId: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface AgentDeskOptions {
  identify(headers: Headers): Promise<Principal | null>;
  tail: Tail;
  feed: WallboardFeed;
  /** An agent opened a ticket: what its visitor wrote is read. */
  onWatch(ticketId: string): void;
  onTyping(ticketId: string, agentName: string, typing: boolean): void;
}

export function mountAgents(io: Server, parts: Parts, options: AgentDeskOptions): AgentDesk {
  const namespace = io.of('/agents');
  namespace.use((socket, next) => {
    authenticate(socket, parts, options).then(
      () => next(),
      (error: unknown) => next(asError(error)),
    );
  });
  let closing = false;
  namespace.on('connection', (socket) => {
    serve(socket, parts, options);
    void see(parts, [agentIdOf(socket)]);
    socket.on('disconnect', () => {
      if (!closing && !connectedAgents(namespace).has(agentIdOf(socket))) void see(parts, [agentIdOf(socket)]);
    });
  });
  let published = Promise.resolve();
  options.tail.onEvents((events) => {
    // One batch after the other, so that each socket is told in the order of `seq`.
    published = published
      .then(() => publish(namespace, parts, events))
      .catch((error: unknown) =>
        parts.log.error({ err: error, upTo: events.at(-1)?.seq }, 'events not shown to one of their readers'),
      );
  });

  options.feed.follow({
    looks: () => (namespace.adapter.rooms.get('wallboard')?.size ?? 0) > 0,
    show: (snapshot) => void namespace.local.to('wallboard').emit('wallboard', snapshot),
    pulse: () => void namespace.local.to('wallboard').volatile.emit('pulse'),
  });

  const endAttendances = keepAttendance(parts, namespace);
  const timer = setInterval(() => void recheck(namespace, parts, options), recheckMs);
  return {
    notifyTyping: (notice) => void namespace.to(`ticket:${notice.ticketId}`).emit('typing', notice),
    isWatched: async (ticketId) => (await namespace.in(`ticket:${ticketId}`).fetchSockets()).length > 0,
    async close() {
      clearInterval(timer);
      // At once for all, while there is still a database: afterwards each of them disconnects.
      closing = true;
      await Promise.all([see(parts, [...connectedAgents(namespace)]), endAttendances()]);
    },
  };
}

/** A session cookie, or an API key in `auth`; and by which page and to which host the browser says it connects. */
function credentials(socket: Socket): Headers {
  const { apiKey } = socket.handshake.auth as { apiKey?: unknown };
  const { authorization } = socket.handshake.headers;
  const headers = new Headers();
  for (const name of ['cookie', 'origin', 'host', 'sec-fetch-site']) {
    const value = socket.handshake.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const bearer = typeof apiKey === 'string' ? `Bearer ${apiKey}` : authorization;
  if (bearer) headers.set('authorization', bearer);
  return headers;
}

async function authenticate(
  socket: Socket,
  parts: Pick<Parts, 'config'>,
  options: Pick<AgentDeskOptions, 'identify'>,
): Promise<void> {
  const headers = credentials(socket);
  // As for what is written by HTTP: browsers let any page open a WebSocket, and send the cookie along.
  if (!headers.has('authorization') && !isSameOrigin(headers, parts.config.publicUrl))
    throw new HubError('forbidden', 'A page of another origin may not connect here');
  const principal = await options.identify(headers);
  if (!principal) throw new HubError('unauthenticated', 'Log in first');
  Object.assign(socket.data as object, { principal });
}

function principalOf(socket: { data: unknown }): Principal {
  return (socket.data as { principal: Principal }).principal;
}

function agentIdOf(socket: { data: unknown }): string {
  return principalOf(socket).agentId;
}

/** Agents with a console at this process. */
function connectedAgents(namespace: Namespace): Set<string> {
  return new Set([...namespace.sockets.values()].map(agentIdOf));
}

/** Writes down that their consoles are connected at this moment. Never fails: the next check sees them again. */
async function see(parts: Parts, agentIds: readonly string[]): Promise<void> {
  if (agentIds.length === 0) return;
  await markSeen(parts.db.sql, agentIds).catch((error: unknown) =>
    parts.log.warn({ err: error }, 'connected agents not written down'),
  );
}

function serve(socket: Socket, parts: Parts, options: AgentDeskOptions): void {
  parts.metrics.sockets.inc({ namespace: '/agents' });
  socket.on('disconnect', () => parts.metrics.sockets.dec({ namespace: '/agents' }));

  on(socket, parts, 'resume', async (input): Promise<ResumeAnswer> => {
    const { after } = parseInput(resumeRequest, input);
    await followRights([socket], parts);
    if (socket.disconnected) throw new HubError('unauthenticated', 'Log in first');
    // Rooms first: what is published from here on arrives by itself, and what was published before is in the database.
    await joinRooms(socket, parts);
    const viewer = { agentId: principalOf(socket).agentId, all: seesAll(principalOf(socket)) };
    const seq = options.tail.seq;
    const events = await visibleEventsAfter(parts.db.sql, viewer, after, replayLimit + 1);
    const reset = events.length > replayLimit;
    const shown = reset ? [] : await presentAnswer(parts, principalOf(socket), events);
    return { events: shown, seq: Math.max(seq, events.at(-1)?.seq ?? 0), reset };
  });
  on(socket, parts, 'watch', async (input) => {
    const { room, id } = parseInput(watchRequest, input);
    if (room === 'ticket') await requireTicket(parts, socket, id);
    await socket.join(roomName(room, id));
    if (room === 'wallboard') socket.emit('wallboard', await options.feed.current());
    if (room === 'ticket' && id) options.onWatch(id);
  });
  on(socket, parts, 'unwatch', async (input) => {
    const { room, id } = parseInput(watchRequest, input);
    await socket.leave(roomName(room, id));
  });
  on(socket, parts, 'attend', (input) => attend(parts, socket, parseInput(attendRequest, input)));
  socket.on('disconnect', () => void endAttendance(parts, socket));
  on(socket, parts, 'typing', async (input) => {
    const { ticketId, typing } = parseInput(typingRequest, input);
    await requireTicket(parts, socket, ticketId);
    const { name } = principalOf(socket);
    socket.to(`ticket:${ticketId}`).emit('typing', { ticketId, by: 'agent', name, typing } satisfies TypingNotice);
    options.onTyping(ticketId, name, typing);
  });
}

/** Answers a request through its acknowledgement: the value, or what is wrong with it. */
function on<T>(socket: Socket, parts: Parts, name: string, handle: (input: unknown) => Promise<T>): void {
  socket.on(name, (input: unknown, acknowledge?: unknown) => {
    const answer =
      typeof acknowledge === 'function' ? (acknowledge as (value: Answer<T | null>) => void) : () => undefined;
    handle(input).then(
      (value) => answer({ ok: true, value: value ?? null }),
      (error: unknown) => {
        const known = error instanceof HubError ? error : new HubError('internal', 'Something went wrong on our side');
        if (known.code === 'internal') parts.log.error({ err: error, request: name }, 'socket request failed');
        answer({ ok: false, code: known.code, detail: known.message });
      },
    );
  });
}

async function requireTicket(parts: Parts, socket: Socket, ticketId: string | undefined): Promise<void> {
  if (!ticketId || !(await mayReadTicket(parts, principalOf(socket), ticketId)))
    throw new HubError('not_found', 'There is no such ticket');
}

function roomName(room: 'ticket' | 'wallboard', id: string | undefined): string {
  return room === 'ticket' ? `ticket:${id ?? ''}` : 'wallboard';
}

function seesAll(principal: Principal): boolean {
  return principal.role !== 'agent';
}

/** Joins the rooms of an agent's rights as they stand, and leaves those of rights that are gone. */
async function joinRooms(socket: Socket, parts: Parts): Promise<void> {
  const principal = principalOf(socket);
  const queues = await agentQueues(parts.db.sql, principal.agentId);
  const rooms = [
    'staff',
    `agent:${principal.agentId}`,
    ...(seesAll(principal) ? ['all'] : []),
    ...queues.map((id) => `queue:${id}`),
  ];
  for (const room of socket.rooms) if (/^(queue:|all$)/.test(room) && !rooms.includes(room)) await socket.leave(room);
  await socket.join(rooms);
}

async function recheck(namespace: Namespace, parts: Parts, options: AgentDeskOptions): Promise<void> {
  const seen = new Set<string>();
  for (const socket of namespace.sockets.values()) {
    try {
      await authenticate(socket, parts, options);
      seen.add(agentIdOf(socket));
      await joinRooms(socket, parts);
      await leaveForeignTickets(socket, parts);
      await recheckAttendance(parts, socket);
    } catch (error) {
      if (error instanceof HubError && error.code === 'unauthenticated') socket.disconnect(true);
      else parts.log.warn({ err: error }, 'rights of a socket not rechecked');
    }
  }
  await see(parts, [...seen]);
}

/** After these others have contacted a customer, are about to, or are not any more. */
const guardEvents: ReadonlySet<string> = new Set([
  'message.created',
  'call.changed',
  'reply.held',
  'reply.taken-back',
  'reply.failed',
]);

/** Every process publishes to its own sockets: each of them reads all events. */
async function publish(namespace: Namespace, parts: Parts, events: readonly RoutedEvent[]): Promise<void> {
  if (namespace.sockets.size === 0) return;
  await followRights([...namespace.sockets.values()], parts);
  const veiled = await veiledSockets(namespace, parts);
  for (const { alsoQueueIds, ...event } of events) {
    const rooms = roomsOf(event, alsoQueueIds);
    namespace.local
      .to(rooms)
      .except(veiled.map(({ id }) => id))
      .emit('event', event);
    for (const socket of veiled)
      if (rooms.some((room) => socket.rooms.has(room)))
        socket.emit('event', await presentAnswer(parts, principalOf(socket), event));
    const { type, customerId } = event;
    if (customerId && guardEvents.has(type)) namespace.local.to(customerRoom(customerId)).emit('guard', { customerId });
  }
}

/**
 * From the next event on, whoever has another role than when they connected is told what that role is told, and whose
 * session was ended is told nothing.
 */
async function followRights(sockets: readonly Socket[], parts: Parts): Promise<void> {
  if (sockets.length === 0) return;
  const sessionIds = sockets.map((socket) => principalOf(socket).sessionId).filter((id) => id !== null);
  const { roles, sessions } = await readStanding(parts.db.sql, [...new Set(sockets.map(agentIdOf))], sessionIds);
  for (const socket of sockets) {
    const principal = principalOf(socket);
    const role = roles.get(principal.agentId);
    if (role === undefined || (principal.sessionId !== null && !sessions.has(principal.sessionId))) {
      socket.disconnect(true);
      continue;
    }
    if (role === principal.role) continue;
    Object.assign(socket.data as object, { principal: { ...principal, role } });
    await joinRooms(socket, parts);
    await leaveForeignTickets(socket, parts);
  }
}

async function leaveForeignTickets(socket: Socket, parts: Parts): Promise<void> {
  for (const room of socket.rooms) {
    const ticketId = /^ticket:(.+)$/.exec(room)?.[1];
    if (ticketId && !(await mayReadTicket(parts, principalOf(socket), ticketId))) await socket.leave(room);
  }
}

/** Sockets of those from whom identifiers are hidden: what they are told is made for each of them. */
async function veiledSockets(namespace: Namespace, parts: Parts): Promise<Socket[]> {
  const sockets = [...namespace.sockets.values()];
  if (sockets.length === 0) return [];
  const roles = await rolesWithHidden(parts);
  return sockets.filter((socket) => roles.has(principalOf(socket).role));
}

/** Who wrote a message is told of its failure, also when somebody else has the ticket now. */
function authorOf({ type, data, actorId }: HubEvent): unknown {
  if (type === 'message.status-changed') return data['authorId'];
  return type === 'reply.held' || type === 'reply.taken-back' || type === 'reply.failed' ? actorId : null;
}

function roomsOf(event: HubEvent, alsoQueueIds: readonly string[]): string[] {
  if (event.type === 'agent.presence-changed') return ['staff'];
  const author = authorOf(event);
  return [
    'all',
    ...(typeof author === 'string' ? [`agent:${author}`] : []),
    ...(event.queueId ? [`queue:${event.queueId}`] : []),
    ...alsoQueueIds.map((id) => `queue:${id}`),
    ...(event.agentId ? [`agent:${event.agentId}`] : []),
    ...(event.ticketId ? [`ticket:${event.ticketId}`] : []),
  ];
}

function asError(error: unknown): Error {
  const known = error instanceof HubError ? error : new HubError('unavailable', 'Not reachable at the moment');
  return Object.assign(new Error(known.message), { data: { code: known.code } });
}
