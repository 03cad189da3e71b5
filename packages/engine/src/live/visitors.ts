/**
 * The widget's side of the hub: HTTP calls under `/widget`, the Socket.IO namespace `/visitors`, and the way from committed
 * events to the visitor whose conversation they belong to. A visitor is whoever holds a signed token; there is no other state.
 */
import type { FileStore, RawPayload, ReceiveOutcome } from '@patchbay/channels/channel';
import type { VisitorProof } from '@patchbay/channels/chat/index';
import type {
  DeliveryReport,
  HubEvent,
  InboundContactDraft,
  VisitorIdentified,
  VisitorCallBack,
} from '@patchbay/contracts';
import type { VisitorStore } from '@patchbay/store/queries/visitor';
import type { Router } from 'express';
import type { Server } from 'socket.io';
import type { VisitorPlaces } from '../pipeline/places.ts';
import { followEvents } from './visitors-events.ts';
import { visitorRoutes } from './visitors-http.ts';
import { tellPlaces } from './visitors-places.ts';
import { serveVisitors } from './visitors-socket.ts';

/** What visitors need of the engine. */
export interface VisitorParts {
  readonly store: VisitorStore;
  readonly files: FileStore;
  readonly signingKey: Uint8Array;
  readonly now: () => Date;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Durable when it resolves: only then is the visitor's message acknowledged. */
  receive(contact: InboundContactDraft, raw: RawPayload): Promise<ReceiveOutcome>;
  /** What the host site says of the visitor and stands for now; null when it has said nothing. */
  proofOf(visitorId: string): Promise<VisitorProof | null>;
  /** Takes the host site's token about the visitor. Throws `unauthenticated` or `conflict`. */
  identify(visitorId: string, token: string): Promise<VisitorIdentified>;
  /** What the visitor wrote may be the code that was sent to them. */
  tryCode(visitorId: string, text: string): Promise<void>;
  /** Records a mark; a report about an id that nobody sent under is kept and has no other effect. */
  recordDelivery(report: DeliveryReport): Promise<unknown>;
  /** Where those of the visitors who wait stand. */
  placesOf(visitorIds: readonly string[]): Promise<VisitorPlaces>;
  /** Throws `conflict` where it is not offered, `invalid_input` for what is no number or address. */
  askCallBack(visitorId: string, ask: VisitorCallBack): Promise<void>;
  /** An agent could take a chat now. */
  isAvailable(): Promise<boolean>;
  /** Gives committed events in order, in batches; returns how to stop. */
  onEvents(callback: (events: readonly HubEvent[]) => void): () => void;
  /** Tells the ticket's watchers that the visitor types. */
  notifyTyping(ticketId: string, by: 'visitor', name: string | null, typing: boolean): void;
  /** An agent has this ticket on screen: what arrives is read at once. */
  isWatched(ticketId: string): Promise<boolean>;
  /**
   * `cluster` when each batch of events is given to one process only, which then has to reach the sockets of all; `process`
   * when every web process is given every batch and looks after its own sockets.
   */
  readonly reach: 'cluster' | 'process';
}

export interface VisitorDesk {
  /** Mount at the root, before any body parser: uploads are raw bytes of any type. Errors go to the app's error handler. */
  readonly router: Router;
  /** An agent types, or stops typing, on this ticket. */
  agentTyping(ticketId: string, agentName: string, typing: boolean): Promise<void>;
  /** An agent has this ticket on screen: the visitor's messages on it are read. */
  agentSaw(ticketId: string): Promise<void>;
  /** Stops following events; resolves when the last batch taken is done. */
  close(): Promise<void>;
}

/** Mounts the namespace on the server and answers what the rest of the hub needs of it. */
export function mountVisitors(io: Server, parts: VisitorParts): VisitorDesk {
  const namespace = io.of('/visitors');
  const places = tellPlaces(namespace, parts);
  serveVisitors(namespace, parts, places.forget);
  const { agentSaw, agentTyping, close } = followEvents(namespace, parts);
  return {
    router: visitorRoutes(parts),
    agentSaw,
    agentTyping,
    close: async () => void (await Promise.all([places.close(), close()])),
  };
}
