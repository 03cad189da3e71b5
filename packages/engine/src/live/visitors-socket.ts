/** The namespace `/visitors`: what a visitor's widget may ask and say. */
import { contactFromVisitor, rawFromVisitor, verifyVisitorToken } from '@patchbay/channels/chat/index';
import {
  HubError,
  parseInput,
  resumeRequest,
  visitorCallBack,
  visitorMark,
  visitorSend,
  visitorTyping,
} from '@patchbay/contracts';
import type { Answer, StoredFile, VisitorMessage, VisitorResumeAnswer, VisitorSend } from '@patchbay/contracts';
import type { VisitorMessageRow } from '@patchbay/store/queries/visitor';
import type { Namespace, Socket } from 'socket.io';
import { RateLimiter } from './visitors-rate.ts';
import type { VisitorParts } from './visitors.ts';

export const visitorRoom = (visitorId: string) => `visitor:${visitorId}`;

/** A person types far less; an outbox that was filled offline empties at the slower pace. */
const limits = {
  send: { burst: 30, perSecond: 2 },
  resume: { burst: 20, perSecond: 1 },
  mark: { burst: 60, perSecond: 5 },
  typing: { burst: 20, perSecond: 2 },
  'call-back': { burst: 5, perSecond: 0.05 },
} as const;
type Request = keyof typeof limits;

interface Visitor {
  readonly visitorId: string;
  readonly expiresAt: Date;
}

/** The message as the visitor is shown it: these fields and no others, whatever else the row comes to hold. */
export const visitorMessage = ({
  seq,
  id,
  clientId,
  from,
  name,
  kind,
  text,
  attachments,
  at,
  status,
}: VisitorMessageRow): VisitorMessage => ({
  seq,
  id,
  clientId,
  from,
  name,
  kind,
  text,
  at,
  status,
  attachments: attachments.map((file) => ({ ...file, url: `/widget/files/${file.id}` })),
});

export const visitorIdOf = (socket: Socket): string => (socket.data.visitor as Visitor).visitorId;

/** @param resumed called when a visitor has been answered what they missed */
export function serveVisitors(namespace: Namespace, parts: VisitorParts, resumed: (socket: Socket) => void): void {
  const clock = () => parts.now().getTime();
  const limiters = Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, new RateLimiter(limit, clock)]),
  ) as Record<Request, RateLimiter>;
  namespace.use((socket, next) => {
    try {
      socket.data.visitor = admitted(parts, socket);
      next();
    } catch (error) {
      next(refusal(parts, error));
    }
  });
  namespace.on('connection', (socket) => {
    const visitor = socket.data.visitor as Visitor;
    void socket.join(visitorRoom(visitor.visitorId));
    const on = (name: Request, act: (input: unknown) => Promise<unknown>) =>
      socket.on(name, (input: unknown, acknowledge: unknown) => {
        void answer(parts, visitor, limiters[name], name, () => act(input)).then(
          (result) => typeof acknowledge === 'function' && acknowledge(result),
        );
      });
    on('send', (input) => send(parts, visitor.visitorId, parseInput(visitorSend, input)));
    on('resume', async (input) => {
      const answer = await resume(parts, visitor.visitorId, parseInput(resumeRequest, input).after);
      resumed(socket);
      return answer;
    });
    on('mark', (input) => mark(parts, visitor.visitorId, parseInput(visitorMark, input)));
    on('call-back', async (input) => {
      await parts.askCallBack(visitor.visitorId, parseInput(visitorCallBack, input));
      return null;
    });
    on('typing', (input) => typing(parts, visitor.visitorId, parseInput(visitorTyping, input).typing));
  });
}

function admitted(parts: VisitorParts, socket: Socket): Visitor {
  const token: unknown = socket.handshake.auth.token;
  if (typeof token !== 'string' || token === '') throw new HubError('unauthenticated', 'A visitor token is needed');
  const { visitorId, expiresAt } = verifyVisitorToken(parts.signingKey, token, parts.now());
  return { visitorId, expiresAt };
}

/** Arrives as `connect_error`: its message for people, `data.code` for the widget. */
function refusal(parts: VisitorParts, error: unknown): Error {
  const known = asHubError(parts, error);
  return Object.assign(new Error(known.message), { data: { code: known.code, detail: known.message } });
}

async function answer<T>(
  parts: VisitorParts,
  visitor: Visitor,
  limiter: RateLimiter,
  what: Request,
  act: () => Promise<T>,
): Promise<Answer<T>> {
  try {
    if (visitor.expiresAt <= parts.now())
      throw new HubError('unauthenticated', 'The visitor token has expired; ask for a new session');
    limiter.demand(visitor.visitorId, `requests (${what})`);
    return { ok: true, value: await act() };
  } catch (error) {
    const known = asHubError(parts, error);
    return { ok: false, code: known.code, detail: known.message };
  }
}

function asHubError(parts: VisitorParts, error: unknown): HubError {
  if (error instanceof HubError) return error;
  parts.log.error({ err: error }, 'visitor request failed');
  return new HubError('internal', 'Something went wrong here; the message can be sent again', { cause: error });
}

async function send(parts: VisitorParts, visitorId: string, message: VisitorSend) {
  const now = parts.now();
  const files = await filesOf(parts, visitorId, message.attachments);
  const proof = (await parts.proofOf(visitorId)) ?? undefined;
  await parts.receive(
    contactFromVisitor(visitorId, message, files, now, proof),
    rawFromVisitor(visitorId, message, files, now, proof),
  );
  // The message is taken in, whatever becomes of the code.
  await parts
    .tryCode(visitorId, message.text)
    .catch((error: unknown) => parts.log.warn({ err: error }, 'code of a visitor not tried'));
  return { clientId: message.clientId };
}

async function filesOf(parts: VisitorParts, visitorId: string, ids: readonly string[]): Promise<StoredFile[]> {
  if (ids.length === 0) return [];
  const own = await parts.store.uploads(visitorId, ids);
  return ids.map((id) => {
    const file = own.get(id);
    if (!file) throw new HubError('invalid_input', `attachments: ${id} is no file that this visitor uploaded`);
    return file;
  });
}

async function resume(parts: VisitorParts, visitorId: string, after: number): Promise<VisitorResumeAnswer> {
  const [rows, available, ticket] = await Promise.all([
    parts.store.conversation(visitorId, after),
    parts.isAvailable(),
    parts.store.currentTicket(visitorId),
  ]);
  return {
    messages: rows.map(visitorMessage),
    seq: Math.max(after, rows.at(-1)?.seq ?? 0),
    available,
    agentName: ticket?.agentName ?? null,
  };
}

async function mark(
  parts: VisitorParts,
  visitorId: string,
  { messageId, status }: { messageId: string; status: 'delivered' | 'read' },
) {
  const at = parts.now().toISOString();
  for (const { channelAccount, externalId } of await parts.store.unmarked(visitorId, messageId, status)) {
    await parts.recordDelivery({ channelAccount, externalId, status, at });
  }
  return null;
}

async function typing(parts: VisitorParts, visitorId: string, now: boolean) {
  const ticket = await parts.store.currentTicket(visitorId);
  if (ticket) parts.notifyTyping(ticket.ticketId, 'visitor', ticket.visitorName, now);
  return null;
}
