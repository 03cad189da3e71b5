/** An in-house app at the other end of the webhook pair: it signs what it sends and keeps what it is sent. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signedHeaders } from '@patchbay/channels/http/signature';
import type { ApiClient } from './client.ts';
import { Feed } from './feed.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- what the hub posts is looked at as an outside program would
type Json = any;

export interface Delivered {
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
  readonly body: Json;
}

export interface Answer {
  /** Left out: it drops the line once it has read the request. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
  /** What the receiver does before it answers. */
  readonly before?: (body: Json) => Promise<unknown>;
}

/** A receiver on a free port that answers what it is told to, and 200 afterwards. */
export async function startReceiver() {
  const delivered = new Feed<Delivered>();
  const answers: Answer[] = [];
  const answerTo = async (body: Json, response: ServerResponse) => {
    const { status, headers, body: said, before } = answers.shift() ?? { status: 200 };
    await before?.(body);
    if (status === undefined) return void response.destroy();
    response.writeHead(status, headers ?? {}).end(said && JSON.stringify(said));
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const body = JSON.parse(bytes.toString());
      delivered.push({ headers: request.headers as Record<string, string>, bytes, body });
      void answerTo(body, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    delivered,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A receiver on a free port that takes every request and answers none. `ended`: those that whoever asked has given up. */
export async function startSilentReceiver() {
  const asked = new Feed<string>();
  const ended = new Feed<string>();
  const server = createServer((request, response) => {
    const id = String(request.headers['webhook-id']);
    response.once('close', () => ended.push(id));
    request.resume();
    asked.push(id);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    asked,
    ended,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface App {
  readonly id: string;
  readonly url: string;
  secret: string;
}

export async function addSource(api: ApiClient, source: object): Promise<App> {
  const { status, body } = await api('POST', '/api/v1/http-sources', { name: 'Shop app', ...source });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

export function postTo(app: App, body: unknown, path = '', secret = app.secret): Promise<Response> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signedHeaders([secret], 'w', new Date(), bytes) },
    body: new Uint8Array(bytes),
  });
}
