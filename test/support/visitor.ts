/** A visitor of a website, as the widget's script is one: a session by HTTP, the rest by socket. */
import { randomUUID } from 'node:crypto';
import type { Answer, VisitorMessage, VisitorPlace, VisitorResumeAnswer, VisitorSession } from '@patchbay/contracts';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { Feed } from './feed.ts';

export interface Visitor extends AsyncDisposable {
  readonly session: VisitorSession;
  readonly messages: Feed<VisitorMessage>;
  readonly marks: Feed<{ messageId: string; clientId: string | null; status: string }>;
  /** Where the visitor was told to stand, each time. */
  readonly places: Feed<VisitorPlace>;
  readonly notices: Feed<{ event: string; data: Record<string, unknown> }>;
  send(message: { text?: string; clientId?: string; [field: string]: unknown }): Promise<Answer<{ clientId: string }>>;
  request<T = unknown>(name: string, input: unknown): Promise<Answer<T>>;
  resume(after: number): Promise<VisitorResumeAnswer>;
  upload(filename: string, contentType: string, bytes: Uint8Array): Promise<{ id: string }>;
  download(path: string): Promise<Response>;
  disconnect(): void;
  reconnect(): Promise<void>;
}

export async function openSession(url: string, token?: string): Promise<Response> {
  return fetch(`${url}/widget/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(token ? { token } : {}),
  });
}

/** Resolves when the hub admits the token, and rejects with its refusal. */
export async function connectVisitor(url: string, token: string): Promise<Socket> {
  const socket = io(`${url}/visitors`, {
    auth: { token },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error) => {
      socket.close();
      reject(error);
    });
  });
  return socket;
}

export async function openVisitor(url: string): Promise<Visitor> {
  const session = (await (await openSession(url)).json()) as VisitorSession;
  const messages = new Feed<VisitorMessage>();
  const marks: Visitor['marks'] = new Feed();
  const notices: Visitor['notices'] = new Feed();
  const places: Visitor['places'] = new Feed();
  const connect = async () => {
    const made = await connectVisitor(url, session.token);
    made.on('message', (message: VisitorMessage) => messages.push(message));
    made.on('status', (mark: { messageId: string; clientId: string | null; status: string }) => marks.push(mark));
    made.on('place', (place: VisitorPlace) => places.push(place));
    for (const event of ['typing', 'availability'])
      made.on(event, (data: Record<string, unknown>) => notices.push({ event, data }));
    return made;
  };
  let socket = await connect();
  const request = <T>(name: string, input: unknown): Promise<Answer<T>> =>
    socket.timeout(10_000).emitWithAck(name, input);
  const credentials = { authorization: `Bearer ${session.token}` };
  return {
    session,
    messages,
    marks,
    places,
    notices,
    request,
    send: (message) => request('send', { clientId: randomUUID(), text: '', ...message }),
    async resume(after) {
      const answer = await request<VisitorResumeAnswer>('resume', { after });
      if (!answer.ok) throw new Error(answer.detail);
      return answer.value;
    },
    async upload(filename, contentType, bytes) {
      const headers = { ...credentials, 'content-type': contentType, 'x-filename': encodeURIComponent(filename) };
      return (await (
        await fetch(`${url}/widget/files`, { method: 'POST', headers, body: Buffer.from(bytes) })
      ).json()) as { id: string };
    },
    download: (path) => fetch(new URL(path, url), { headers: credentials }),
    disconnect: () => void socket.disconnect(),
    async reconnect() {
      socket.disconnect();
      socket = await connect();
    },
    async [Symbol.asyncDispose]() {
      socket.disconnect();
    },
  };
}
