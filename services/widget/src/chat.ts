/**
 * Keeps the conversation in step with the hub: one socket, one outbox that is sent one message at a time until the hub
 * has acknowledged each, a replay of what was missed after every reconnect, and marks for what the visitor has seen.
 */
import type {
  Answer,
  TypingNotice,
  VisitorCallBack,
  VisitorMessage,
  VisitorPlace,
  VisitorResumeAnswer,
  VisitorSend,
  visitorAvailability,
  visitorStatus,
} from '@patchbay/contracts';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { converse, emptyConversation, lastSeq, nextToSend, unmarked } from './conversation.ts';
import type { Action, Attached, Conversation, Mark } from './conversation.ts';
import { openSession, Refused, tellIdentity, uploadFile } from './hub.ts';
import type { Memory, Profile } from './storage.ts';

export interface ChatState {
  /** `idle`: not opened yet; `online`: the socket stands and the history is here. */
  readonly link: 'idle' | 'connecting' | 'online' | 'offline';
  /** An agent could answer now; null until the hub has said. */
  readonly available: boolean | null;
  readonly agentName: string | null;
  /** Where the visitor stands in line; null when they do not wait, and while it is not known. */
  readonly place: VisitorPlace;
  /** Who types at the other end. */
  readonly typing: string | null;
  readonly profile: Profile | null;
  readonly conversation: Conversation;
}

const answerTimeoutMs = 10_000;
const retryPauseMs = 2_000;
const typingRepeatMs = 3_000;
/** A notice without a successor is forgotten: the agent's browser may have gone. */
const typingForgottenMs = 6_000;
/** Answers that no repetition of the same message can change. */
const finalRefusals = new Set(['invalid_input', 'forbidden', 'not_found', 'conflict', 'too_large', 'unprocessable']);

type ServerEvents = {
  message(message: VisitorMessage): void;
  status(status: (typeof visitorStatus)['_output']): void;
  typing(notice: TypingNotice): void;
  availability(news: (typeof visitorAvailability)['_output']): void;
  place(place: VisitorPlace): void;
};

/** Each is answered through its acknowledgement with an `Answer`. */
type ClientEvents = Record<
  'send' | 'resume' | 'mark' | 'typing' | 'call-back',
  (input: unknown, acknowledge?: (...answer: never[]) => void) => void
>;
type HubSocket = Socket<ServerEvents, ClientEvents>;

export class Chat {
  readonly origin: string;
  private readonly memory: Memory;
  private readonly listeners = new Set<() => void>();
  private current: ChatState;
  private socket: HubSocket | null = null;
  private token: string | null;
  private sending = false;
  private marking = false;
  private looking = false;
  private typingUntil: ReturnType<typeof setTimeout> | undefined;
  private typingSentAt = 0;
  /** The site's token that the hub has not been told yet. */
  private identity: string | null = null;

  constructor(origin: string, memory: Memory) {
    this.origin = origin;
    this.memory = memory;
    this.token = memory.token();
    const conversation = memory
      .unsent()
      .reduce((state, message) => converse(state, { type: 'wrote', message }), emptyConversation);
    this.current = {
      link: 'idle',
      available: null,
      agentName: null,
      place: null,
      typing: null,
      profile: memory.profile(),
      conversation,
    };
  }

  get state(): ChatState {
    return this.current;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** This browser has chatted before: the socket is opened with the page, so that answers show on the button. */
  get known(): boolean {
    return this.token !== null;
  }

  /** Opens the connection; further calls do nothing. */
  start(): void {
    if (this.current.link !== 'idle') return;
    this.change({ link: 'connecting' });
    window.addEventListener('online', () => this.hurry());
    window.addEventListener('offline', () => this.change({ link: 'offline' }));
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.hurry());
    void this.open();
  }

  /** The site says by a signed token who its user is. Told with the connection, or at once where there is one. */
  identify(token: string): void {
    this.identity = token;
    if (this.token !== null && this.socket) void this.tellIdentity();
  }

  introduce(name: string, email: string): void {
    const profile = { name, email, told: false };
    this.memory.keepProfile(profile);
    this.change({ profile });
  }

  write(text: string, attachments: readonly Attached[], offline: boolean): void {
    const message = {
      clientId: crypto.randomUUID?.() ?? randomId(),
      text,
      attachments,
      at: new Date().toISOString(),
      offline,
      state: 'waiting',
    } as const;
    this.memory.keepUnsent(message);
    this.act({ type: 'wrote', message });
    this.typingNow(false);
    void this.flush();
  }

  /** Instead of waiting. Answers what was wrong; null: it is done. */
  async askCallBack(ask: VisitorCallBack): Promise<'wrong' | 'failed' | null> {
    const answer = await this.emit('call-back', ask);
    if (!answer) return 'failed';
    if (!answer.ok) return answer.code === 'invalid_input' ? 'wrong' : 'failed';
    const { place } = this.current;
    if (place) this.change({ place: { ...place, callBack: 'asked' } });
    return null;
  }

  retry(clientId: string): void {
    this.act({ type: 'retried', clientId });
    void this.flush();
  }

  discard(clientId: string): void {
    this.memory.forgetUnsent(clientId);
    this.act({ type: 'discarded', clientId });
  }

  /** The file's id and where it lies. Rejects with a reason that can be shown. */
  async upload(file: File): Promise<Attached> {
    if (!this.token) throw new Error('offline');
    const stored = await uploadFile(this.origin, this.token, file);
    return {
      id: stored.id,
      filename: stored.filename,
      contentType: stored.contentType,
      size: stored.size,
      url: `/widget/files/${stored.id}`,
    };
  }

  fileUrl(file: Attached): string {
    return `${new URL(file.url, this.origin).href}?token=${encodeURIComponent(this.token ?? '')}`;
  }

  /** The visitor has the conversation before their eyes, or no longer. */
  look(looking: boolean): void {
    this.looking = looking;
    void this.mark();
  }

  typingNow(typing: boolean): void {
    const now = Date.now();
    if (typing ? now - this.typingSentAt < typingRepeatMs : this.typingSentAt === 0) return;
    this.typingSentAt = typing ? now : 0;
    if (this.current.conversation.messages.length > 0) this.socket?.volatile.emit('typing', { typing });
  }

  private change(part: Partial<ChatState>): void {
    this.current = { ...this.current, ...part };
    for (const listener of this.listeners) listener();
  }

  private act(action: Action): void {
    const before = this.current.conversation.outgoing;
    const conversation = converse(this.current.conversation, action);
    // What the hub shows back is its own; nothing has to be kept for it any longer.
    for (const { clientId } of before)
      if (!conversation.outgoing.some((kept) => kept.clientId === clientId)) this.memory.forgetUnsent(clientId);
    this.change({ conversation });
  }

  /** Gets a token that holds, then the socket. Goes on trying, for as long as the page lives. */
  private async open(): Promise<void> {
    for (let pause = 1_000; ; pause = Math.min(pause * 2, 15_000)) {
      try {
        // Two tabs that open together must not become two visitors.
        const session = await exclusively(`patchbay:${this.origin}`, async () => {
          const opened = await openSession(this.origin, this.memory.token() ?? this.token);
          this.memory.keepToken(opened.token);
          return opened;
        });
        this.token = session.token;
        this.change({ available: session.available });
        await this.tellIdentity();
        break;
      } catch {
        this.change({ link: 'offline' });
        await sleep(pause);
      }
    }
    if (this.socket) this.socket.connect();
    else this.connect();
  }

  /** Refused tokens are not tried again. Rejects when the hub cannot be reached. */
  private async tellIdentity(): Promise<void> {
    const identity = this.identity;
    if (identity === null || this.token === null) return;
    try {
      await tellIdentity(this.origin, this.token, identity);
      if (this.identity === identity) this.identity = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 409) await this.becomeSomebodyElse();
      else this.identity = null;
    }
  }

  /** Another user of this browser: what the one before wrote is theirs alone, and is not shown. */
  private async becomeSomebodyElse(): Promise<void> {
    for (const { clientId } of this.memory.unsent()) this.memory.forgetUnsent(clientId);
    this.memory.keepProfile(null);
    const session = await openSession(this.origin, null);
    this.memory.keepToken(session.token);
    this.token = session.token;
    this.change({ profile: null, conversation: emptyConversation, agentName: null, place: null });
    await this.tellIdentity();
    if (this.socket) this.socket.disconnect().connect();
  }

  private connect(): void {
    const socket: HubSocket = io(`${this.origin}/visitors`, {
      auth: (give) => give({ token: this.token }),
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 8_000,
    });
    this.socket = socket;
    socket.on('connect', () => void this.resume());
    socket.on('disconnect', (reason) => {
      this.change({ link: 'offline', typing: null, place: null });
      if (reason === 'io server disconnect') setTimeout(() => socket.connect(), retryPauseMs);
    });
    socket.on('connect_error', () => {
      this.change({ link: 'offline' });
      // Not active: the hub itself said no, and the library will not try again. A new session is asked for.
      if (!socket.active) void sleep(retryPauseMs).then(() => this.open());
    });
    socket.on('message', (message) => {
      this.act({ type: 'received', messages: [message] });
      if (message.from === 'agent') this.change({ agentName: message.name, typing: null });
      void this.mark();
    });
    socket.on('status', ({ messageId, status }) => this.act({ type: 'marked', messageId, status }));
    socket.on('typing', ({ typing, name }) => this.agentTypes(typing ? (name ?? '') : null));
    socket.on('place', (place) => this.change({ place }));
    socket.on('availability', ({ available }) => this.change({ available }));
  }

  private async resume(): Promise<void> {
    const answer = await this.ask<VisitorResumeAnswer>('resume', { after: lastSeq(this.current.conversation) });
    if (!answer) {
      await sleep(retryPauseMs);
      return this.socket?.connected ? this.resume() : undefined;
    }
    this.act({ type: 'received', messages: answer.messages });
    this.change({ link: 'online', available: answer.available, agentName: answer.agentName });
    void this.mark();
    void this.flush();
  }

  /** One message after the other, each until the hub has it or has refused it for good. */
  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (
        let next = nextToSend(this.current.conversation);
        next && this.socket?.connected;
        next = nextToSend(this.current.conversation)
      ) {
        const profile = this.current.profile;
        const { clientId, text, attachments, offline } = next;
        const message: VisitorSend = {
          clientId,
          text,
          attachments: attachments.map(({ id }) => id),
          offline,
          page: location.href.slice(0, 2000),
          ...claims(profile),
        };
        const answer = await this.emit('send', message);
        if (answer?.ok) this.accepted(clientId, profile);
        else if (answer && finalRefusals.has(answer.code))
          this.act({ type: 'refused', clientId, reason: answer.detail });
        else await sleep(retryPauseMs);
      }
    } finally {
      this.sending = false;
    }
  }

  private accepted(clientId: string, profile: Profile | null): void {
    this.act({ type: 'accepted', clientId });
    this.memory.forgetUnsent(clientId);
    if (!profile || profile.told || profile !== this.current.profile) return;
    this.memory.keepProfile({ ...profile, told: true });
    this.change({ profile: { ...profile, told: true } });
  }

  /** Tells the hub how far the visitor has got; a mark that does not get through is repeated after the next resume. */
  private async mark(): Promise<void> {
    const status: Mark = this.looking && document.visibilityState === 'visible' ? 'read' : 'delivered';
    const newest = unmarked(this.current.conversation, status);
    if (!newest || this.marking) return;
    this.marking = true;
    const done = await this.emit('mark', { messageId: newest.id, status });
    this.marking = false;
    if (!done?.ok) return;
    this.act({ type: 'saw', messageId: newest.id, status });
    void this.mark();
  }

  private agentTypes(name: string | null): void {
    clearTimeout(this.typingUntil);
    this.change({ typing: name });
    if (name !== null) this.typingUntil = setTimeout(() => this.change({ typing: null }), typingForgottenMs);
  }

  /** Back on the net or back on the page: do not wait for the next regular try. */
  private hurry(): void {
    const socket = this.socket;
    if (!socket) return;
    if (socket.connected) void this.resume();
    else if (socket.active) socket.disconnect().connect();
  }

  /** The hub's answer, or null when none came in time. */
  private async emit(event: keyof ClientEvents, data: unknown): Promise<Answer<unknown> | null> {
    if (!this.socket?.connected) return null;
    const { socket } = this;
    const answer = await new Promise<Answer<unknown> | null>((settle) => {
      socket
        .timeout(answerTimeoutMs)
        .emit(event, data, (late: Error | null, value: Answer<unknown>) => settle(late ? null : value));
    });
    // The token ran out while the page stood open.
    if (answer && !answer.ok && answer.code === 'unauthenticated') {
      socket.disconnect();
      void this.open();
    }
    return answer;
  }

  private async ask<T>(event: keyof ClientEvents, data: unknown): Promise<T | null> {
    const answer = await this.emit(event, data);
    return answer?.ok ? (answer.value as T) : null;
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const claims = (profile: Profile | null) =>
  profile && !profile.told
    ? { ...(profile.name && { name: profile.name }), ...(profile.email && { email: profile.email }) }
    : {};

/** `crypto.randomUUID` is missing on pages without TLS. */
const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const exclusively = <T>(name: string, act: () => Promise<T>): Promise<T> =>
  navigator.locks ? (navigator.locks.request(name, act) as Promise<T>) : act();
