/** A hub in memory behind the visitors' namespace and routes, for tests: it receives, threads and tells events as the real one does. */
import { HubError } from '@patchbay/contracts';
import type { DeliveryReport, HubEvent, InboundContactDraft, StoredFile, VisitorPlace } from '@patchbay/contracts';
import type { VisitorMessageRow, VisitorReceipt } from '@patchbay/store/queries/visitor';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { mountVisitors } from './visitors.ts';
import type { VisitorParts } from './visitors.ts';

type Kept = VisitorMessageRow & { externalId: string; internal: boolean };

export interface StandIn extends AsyncDisposable {
  readonly origin: string;
  readonly app: express.Express;
  readonly received: InboundContactDraft[];
  readonly reports: DeliveryReport[];
  readonly typing: { ticketId: string; typing: boolean }[];
  readonly desk: ReturnType<typeof mountVisitors>;
  available: boolean;
  /** Of the visitors who wait. */
  readonly places: Map<string, NonNullable<VisitorPlace>>;
  placesRead: number;
  watched: boolean;
  now: Date;
  /** Runs before a contact is taken in; rejecting is a database that is down. */
  beforeReceive: () => Promise<void>;
  ticketOf(visitorId: string): string;
  say(visitorId: string, text: string, options?: { internal?: boolean; system?: boolean; file?: StoredFile }): Kept;
  emit(event: Partial<HubEvent> & Pick<HubEvent, 'type'>): void;
  cutSockets(): void;
}

export async function startStandIn(port = 0): Promise<StandIn> {
  const app = express();
  const server = createServer(app);
  const io = new Server(server, { cors: { origin: '*' } });
  const messages: Kept[] = [];
  const reports: DeliveryReport[] = [];
  const uploads = new Map<string, { owner: string; file: StoredFile }>();
  const blobs = new Map<string, Buffer>();
  const tickets = new Map<string, string>();
  const followers = new Set<(events: readonly HubEvent[]) => void>();
  let seq = 0;

  const ticketOf = (visitorId: string) => {
    const known = tickets.get(visitorId) ?? randomUUID();
    tickets.set(visitorId, known);
    return known;
  };
  const emit: StandIn['emit'] = (event) => {
    const full: HubEvent = {
      seq: ++seq,
      id: String(seq),
      at: hub.now.toISOString(),
      ticketId: null,
      customerId: null,
      queueId: null,
      agentId: null,
      actorId: null,
      correlationId: null,
      data: {},
      ...event,
    };
    for (const follow of followers) follow([full]);
  };
  const keep = (message: Omit<Kept, 'seq' | 'id' | 'at' | 'status'>) => {
    const kept: Kept = {
      ...message,
      seq: messages.length + 1,
      id: randomUUID(),
      at: hub.now.toISOString(),
      status: 'sent',
    };
    messages.push(kept);
    return kept;
  };
  const shown = () => messages.filter(({ internal }) => !internal).map((kept) => ({ ...kept, status: statusOf(kept) }));
  const statusOf = ({ externalId }: Kept): Kept['status'] => {
    const told = reports.filter((report) => report.externalId === externalId).map(({ status }) => status);
    return told.includes('read') ? 'read' : told.includes('delivered') ? 'delivered' : 'sent';
  };
  const receipt = ({ id, clientId, externalId }: Kept): VisitorReceipt => ({
    messageId: id,
    clientId,
    channelAccount: 'chat',
    externalId,
  });

  const parts: VisitorParts = {
    signingKey: new Uint8Array(32).fill(5),
    reach: 'cluster',
    now: () => hub.now,
    log: { info() {}, warn() {}, error() {} },
    files: {
      async put(bytes) {
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        blobs.set(sha256, Buffer.from(bytes));
        return { sha256, size: bytes.length };
      },
      async read(sha256) {
        const bytes = blobs.get(sha256);
        if (!bytes) throw new HubError('not_found', 'no such file');
        return bytes;
      },
    },
    async receive(contact) {
      await hub.beforeReceive();
      if (messages.some(({ externalId }) => externalId === contact.externalId))
        return { inboxId: randomUUID(), outcome: 'duplicate' };
      hub.received.push(contact);
      const [visitorId, clientId] = [contact.externalId.slice(0, 36), contact.externalId.slice(37)];
      const attachments = (contact.attachments ?? []).map((file) => {
        const id = randomUUID();
        uploads.set(id, { owner: visitorId, file: { ...file, inline: file.inline ?? false } });
        return { id, filename: file.filename, contentType: file.contentType, size: file.size };
      });
      const kept = keep({
        visitorId,
        clientId,
        ticketId: ticketOf(visitorId),
        kind: 'customer',
        text: contact.text ?? '',
        from: 'visitor',
        name: null,
        attachments,
        externalId: contact.externalId,
        internal: false,
      });
      // Ingest comes after the acknowledgement.
      setImmediate(() =>
        emit({
          type: 'message.received',
          ticketId: kept.ticketId,
          data: { messageId: kept.id, channel: 'chat', kind: 'customer' },
        }),
      );
      return { inboxId: randomUUID(), outcome: 'accepted' };
    },
    proofOf: async () => null,
    identify: async () => ({ subject: 'nobody', name: null }),
    tryCode: async () => undefined,
    async recordDelivery(report) {
      reports.push(report);
      const message = messages.find(({ externalId }) => externalId === report.externalId);
      if (message && message.from !== 'visitor')
        emit({
          type: 'message.status-changed',
          ticketId: message.ticketId,
          data: { messageId: message.id, status: report.status },
        });
    },
    placesOf: async (ids) => {
      hub.placesRead += 1;
      return { places: new Map([...hub.places].filter(([id]) => ids.includes(id))), changesInMs: null };
    },
    askCallBack: async () => undefined,
    isAvailable: async () => hub.available,
    isWatched: async () => hub.watched,
    onEvents(callback) {
      followers.add(callback);
      return () => followers.delete(callback);
    },
    notifyTyping: (ticketId, _by, _name, typing) => void hub.typing.push({ ticketId, typing }),
    store: {
      conversation: async (visitorId, after) =>
        shown().filter((message) => message.visitorId === visitorId && message.seq > after),
      messages: async (ids) => shown().filter(({ id }) => ids.includes(id)),
      currentTicket: async (visitorId) => {
        const ticketId = tickets.get(visitorId);
        return ticketId
          ? { ticketId, agentName: messages.some(({ from }) => from === 'agent') ? 'Ben' : null, visitorName: null }
          : null;
      },
      visitorOf: async (ticketId) => [...tickets].find(([, id]) => id === ticketId)?.[0] ?? null,
      unmarked: async (visitorId, messageId, status) => {
        const last = messages.find((message) => message.id === messageId && message.visitorId === visitorId)?.seq ?? 0;
        const lacks = (message: Kept) =>
          status === 'read' ? statusOf(message) !== 'read' : statusOf(message) === 'sent';
        return messages
          .filter(
            (message) =>
              message.visitorId === visitorId && message.from !== 'visitor' && message.seq <= last && lacks(message),
          )
          .map(receipt);
      },
      unreadByAgent: async (ticketId) =>
        messages
          .filter(
            (message) => message.ticketId === ticketId && message.from === 'visitor' && statusOf(message) !== 'read',
          )
          .map(receipt),
      addUpload: async (owner, file) => {
        const id = randomUUID();
        uploads.set(id, { owner, file: { inline: false, ...file } });
        return id;
      },
      uploads: async (owner, ids) =>
        new Map(ids.flatMap((id) => (uploads.get(id)?.owner === owner ? [[id, uploads.get(id)!.file] as const] : []))),
      file: async (owner, id) => (uploads.get(id)?.owner === owner ? uploads.get(id)!.file : null),
    },
  };

  const desk = mountVisitors(io, parts);
  app.use(desk.router, problems);
  const hub: StandIn = {
    origin: '',
    app,
    desk,
    received: [],
    reports,
    typing: [],
    available: true,
    places: new Map(),
    placesRead: 0,
    watched: false,
    now: new Date(),
    beforeReceive: async () => {},
    ticketOf,
    emit,
    say(visitorId, text, options = {}) {
      const id = randomUUID();
      if (options.file) uploads.set(id, { owner: visitorId, file: options.file });
      const kept = keep({
        visitorId,
        clientId: null,
        ticketId: ticketOf(visitorId),
        kind: options.system ? 'system' : 'agent',
        text,
        from: options.system ? 'system' : 'agent',
        name: options.system ? null : 'Ben',
        attachments: options.file
          ? [{ id, filename: options.file.filename, contentType: options.file.contentType, size: options.file.size }]
          : [],
        externalId: randomUUID(),
        internal: options.internal ?? false,
      });
      emit({
        type: 'message.created',
        ticketId: kept.ticketId,
        data: {
          messageId: kept.id,
          channel: 'chat',
          kind: kept.kind,
          visibility: kept.internal ? 'internal' : 'public',
          direction: 'out',
        },
      });
      return kept;
    },
    cutSockets: () => io.of('/visitors').sockets.forEach((socket) => socket.conn.close()),
    async [Symbol.asyncDispose]() {
      await desk.close();
      await io.close();
    },
  };
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return Object.assign(hub, { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** The hub's own error handler stands behind the routes; this one answers in its shape. */
function problems(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  const known = error instanceof HubError ? error : new HubError('internal', 'failed', { cause: error });
  response.status(known.status).json({ code: known.code, detail: known.message });
}
