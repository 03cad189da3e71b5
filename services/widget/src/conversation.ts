/**
 * The conversation as the visitor sees it: a pure state machine over what the visitor writes and what the hub says.
 * Whatever the order in which acknowledgements, pushes, replays and marks arrive, and however often each comes, every
 * message is there once, in the hub's order, and marks only ever move forwards.
 */
import type { VisitorMessage } from '@patchbay/contracts';

export type Mark = VisitorMessage['status'];
export type Attached = VisitorMessage['attachments'][number];

/** A message of the visitor's that the hub has not shown back yet. */
export interface Outgoing {
  readonly clientId: string;
  readonly text: string;
  readonly attachments: readonly Attached[];
  readonly at: string;
  /** True when it was left in the offline form. */
  readonly offline: boolean;
  /** `waiting`: to be sent, again if need be; `accepted`: the hub has it for good; `refused`: the hub will not take it. */
  readonly state: 'waiting' | 'accepted' | 'refused';
  readonly reason?: string | undefined;
}

export interface Conversation {
  /** Ordered by `seq`, one per id. */
  readonly messages: readonly VisitorMessage[];
  /** In the order written, one per client id, none that is among `messages`. */
  readonly outgoing: readonly Outgoing[];
  /** Marks that came before their message. */
  readonly earlyMarks: Readonly<Record<string, Mark>>;
}

export type Action =
  | { type: 'wrote'; message: Outgoing }
  | { type: 'accepted'; clientId: string }
  | { type: 'refused'; clientId: string; reason: string }
  | { type: 'retried'; clientId: string }
  | { type: 'discarded'; clientId: string }
  /** Pushed, or the answer to a resume. */
  | { type: 'received'; messages: readonly VisitorMessage[] }
  | { type: 'marked'; messageId: string; status: Mark }
  /** The visitor has everything of the centre's up to this message. */
  | { type: 'saw'; messageId: string; status: Mark };

export const emptyConversation: Conversation = { messages: [], outgoing: [], earlyMarks: {} };

const ranks: Record<Mark, number> = { sent: 0, delivered: 1, read: 2 };
export const furthest = (a: Mark, b: Mark): Mark => (ranks[a] >= ranks[b] ? a : b);

export function converse(state: Conversation, action: Action): Conversation {
  switch (action.type) {
    case 'wrote':
      return wrote(state, action.message);
    case 'accepted':
      return change(state, action.clientId, () => ({ state: 'accepted', reason: undefined }));
    case 'refused':
      return change(state, action.clientId, (kept) =>
        kept.state === 'accepted' ? {} : { state: 'refused', reason: action.reason },
      );
    case 'retried':
      return change(state, action.clientId, (kept) =>
        kept.state === 'refused' ? { state: 'waiting', reason: undefined } : {},
      );
    case 'discarded':
      return { ...state, outgoing: state.outgoing.filter((kept) => kept.clientId !== action.clientId) };
    case 'received':
      return received(state, action.messages);
    case 'marked':
      return marked(state, action.messageId, action.status);
    case 'saw':
      return saw(state, action.messageId, action.status);
  }
}

function wrote(state: Conversation, message: Outgoing): Conversation {
  const known = (other: { clientId: string | null }) => other.clientId === message.clientId;
  if (state.outgoing.some(known) || state.messages.some(known)) return state;
  return { ...state, outgoing: [...state.outgoing, message] };
}

function change(state: Conversation, clientId: string, to: (kept: Outgoing) => Partial<Outgoing>): Conversation {
  return {
    ...state,
    outgoing: state.outgoing.map((kept) => (kept.clientId === clientId ? { ...kept, ...to(kept) } : kept)),
  };
}

function received(state: Conversation, news: readonly VisitorMessage[]): Conversation {
  const byId = new Map(state.messages.map((message) => [message.id, message]));
  const earlyMarks = { ...state.earlyMarks };
  for (const message of news) {
    const status = furthest(
      byId.get(message.id)?.status ?? 'sent',
      furthest(message.status, earlyMarks[message.id] ?? 'sent'),
    );
    delete earlyMarks[message.id];
    byId.set(message.id, { ...message, status });
  }
  const messages = [...byId.values()].sort((a, b) => a.seq - b.seq);
  const shown = new Set(messages.map((message) => message.clientId));
  return { messages, outgoing: state.outgoing.filter((kept) => !shown.has(kept.clientId)), earlyMarks };
}

function marked(state: Conversation, messageId: string, status: Mark): Conversation {
  if (!state.messages.some((message) => message.id === messageId)) {
    return {
      ...state,
      earlyMarks: { ...state.earlyMarks, [messageId]: furthest(state.earlyMarks[messageId] ?? 'sent', status) },
    };
  }
  const move = (message: VisitorMessage) => ({ ...message, status: furthest(message.status, status) });
  return { ...state, messages: state.messages.map((message) => (message.id === messageId ? move(message) : message)) };
}

function saw(state: Conversation, messageId: string, status: Mark): Conversation {
  const upTo = state.messages.find((message) => message.id === messageId)?.seq ?? -1;
  const covered = (message: VisitorMessage) => message.from !== 'visitor' && message.seq <= upTo;
  return {
    ...state,
    messages: state.messages.map((message) =>
      covered(message) ? { ...message, status: furthest(message.status, status) } : message,
    ),
  };
}

/** The newest message of the centre's that the visitor has not marked so far; null when there is none. */
export function unmarked(state: Conversation, status: Mark): VisitorMessage | null {
  return (
    state.messages.findLast((message) => message.from !== 'visitor' && ranks[message.status] < ranks[status]) ?? null
  );
}

/** How many messages of the centre's have not been read. */
export const unreadCount = (state: Conversation): number =>
  state.messages.filter((message) => message.from !== 'visitor' && message.status !== 'read').length;

/** What `resume` is asked for: everything after this. */
export const lastSeq = (state: Conversation): number => state.messages.at(-1)?.seq ?? 0;

export const nextToSend = (state: Conversation): Outgoing | undefined =>
  state.outgoing.find((message) => message.state === 'waiting');
