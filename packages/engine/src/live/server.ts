/** Socket.IO on the hub's HTTP server, with both namespaces and the way between them. */
import type { Server as HttpServer } from 'node:http';
import { createVisitorStore } from '@patchbay/store/queries/visitor';
import { readVisitorProof } from '@patchbay/store/queries/visitor-sites';
import { isChannelStaffed } from '@patchbay/store';
import { Server } from 'socket.io';
import type { Auth } from '../auth/index.ts';
import { tryCodeOfVisitor } from '../identity/codes.ts';
import { identifyVisitor } from '../identity/visitor-identity.ts';
import { readHours } from '../opening-hours.ts';
import type { Parts } from '../parts.ts';
import { recordDelivery } from '../pipeline/deliver.ts';
import { askVisitorCallBack, readVisitorPlaces } from '../pipeline/places.ts';
import { receive } from '../pipeline/receive.ts';
import { mountAgents } from './agents.ts';
import { createWallboardFeed } from '../wallboard/feed.ts';
import { mountTelevisions } from '../wallboard/televisions.ts';
import { openSocketWay } from './redis.ts';
import type { Tail } from './tail.ts';
import { mountVisitors } from './visitors.ts';
import type { VisitorDesk } from './visitors.ts';

export interface LiveServer {
  /** The widget's HTTP calls. */
  readonly widget: VisitorDesk['router'];
  /** Takes the HTTP server's upgrade requests from here on. */
  attach(server: HttpServer): void;
  /** Whoever looks at figures is shown them anew. */
  figuresMoved(): void;
  close(): Promise<void>;
}

export function createLiveServer(parts: Parts, auth: Pick<Auth, 'identify'>, tail: Tail): LiveServer {
  // With several web processes, what is not durable (typing, who watches) goes over Redis; events do not need it.
  const broken = (error: Error) => parts.log.warn({ err: error }, 'redis connection of the sockets broken');
  const way = parts.config.redisUrl ? openSocketWay(parts.config.redisUrl, broken) : undefined;
  const io = new Server({
    serveClient: false,
    maxHttpBufferSize: 256 * 1024,
    cors: { origin: true, credentials: false },
    ...(way && { adapter: way.adapter }),
  });
  const visitors: VisitorDesk = mountVisitors(io, {
    store: createVisitorStore(parts.db.sql),
    files: parts.files,
    signingKey: parts.signingKey,
    now: parts.now,
    log: parts.log,
    reach: 'process',
    receive: (contact, raw) => receive(parts, contact, raw),
    proofOf: (visitorId) => readVisitorProof(parts.db.sql, visitorId, parts.now()),
    identify: (visitorId, token) => identifyVisitor(parts, visitorId, token),
    tryCode: (visitorId, text) => tryCodeOfVisitor(parts, visitorId, text),
    recordDelivery: (report) => recordDelivery(parts, report),
    placesOf: (visitorIds) => readVisitorPlaces(parts, visitorIds),
    askCallBack: (visitorId, ask) => askVisitorCallBack(parts, visitorId, ask),
    isAvailable: () => isChatOpen(parts),
    onEvents: (callback) => tail.onEvents(callback),
    notifyTyping: (ticketId, by, name, typing) => agents.notifyTyping({ ticketId, by, name, typing }),
    isWatched: (ticketId) => agents.isWatched(ticketId),
  });
  const fail = (error: unknown) => parts.log.warn({ err: error }, 'visitor not told');
  const feed = createWallboardFeed(parts, tail);
  const agents = mountAgents(io, parts, {
    identify: auth.identify,
    tail,
    feed,
    onWatch: (ticketId) => void visitors.agentSaw(ticketId).catch(fail),
    onTyping: (ticketId, name, typing) => void visitors.agentTyping(ticketId, name, typing).catch(fail),
  });
  mountTelevisions(io, parts, { tail, feed });
  return {
    widget: visitors.router,
    attach: (server) => void io.attach(server),
    figuresMoved: feed.moved,
    async close() {
      feed.close();
      await agents.close();
      await visitors.close();
      await io.close();
      way?.[Symbol.dispose]();
    },
  };
}

/** The queue of chats is open, and somebody is there. */
async function isChatOpen({ db, now }: Parts): Promise<boolean> {
  const hours = await readHours(db);
  return hours.ofChannel('chat').isOpen(now()) && (await isChannelStaffed(db.sql, 'chat'));
}
