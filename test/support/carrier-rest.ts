/** A stand-in for the carrier's REST API: its addresses, its form fields and its answers, on a loopback port. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { carrierAccount } from './carrier.ts';
import { Feed } from './feed.ts';

export interface RestCall {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly form: Record<string, string>;
  /** Files that go with the message. */
  readonly mediaUrls: string[];
  /** The message's sid in the answer. */
  readonly sid: string;
  /** When it had been read whole, ms since the epoch. */
  readonly at: number;
}

export type RestAnswer = (call: RestCall, response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export interface CarrierRest extends AsyncDisposable {
  readonly url: string;
  readonly calls: Feed<RestCall>;
  /** Messages that the carrier has: those that it answered with 201, and those that a special answer put here. */
  readonly accepted: Feed<RestCall>;
  /** Answers the next message with this body text so, instead of taking it. */
  answerOnce(body: string, answer: RestAnswer): void;
  /** Answers the next call to this number so, instead of taking it. */
  answerCallOnce(to: string, answer: RestAnswer): void;
  /** Answers every message so for which nothing special is said. */
  answerAll(answer: RestAnswer): void;
  /** Puts a file where the carrier keeps media; answers its public address. */
  addMedia(contentType: string, bytes: Uint8Array): string;
  /** Answers so many requests for this file with this status, and these headers. */
  failMedia(address: string, times: number, status?: number, headers?: Record<string, string>): void;
  /** Leaves requests for this file without an answer until what it answers is called. */
  holdMedia(address: string): () => void;
}

/** The carrier's message resource. */
const resource = ({ form, sid }: RestCall, at = new Date()) => ({
  account_sid: carrierAccount.accountSid,
  api_version: '2010-04-01',
  body: form['Body'],
  date_created: at.toUTCString(),
  date_sent: null,
  date_updated: at.toUTCString(),
  direction: 'outbound-api',
  error_code: null,
  error_message: null,
  from: form['From'],
  messaging_service_sid: null,
  num_media: '0',
  num_segments: '1',
  price: null,
  price_unit: 'USD',
  sid,
  status: 'queued',
  subresource_uris: {},
  to: form['To'],
  uri: `/2010-04-01/Accounts/${carrierAccount.accountSid}/Messages/${sid}.json`,
});

/** The carrier's call resource. */
const callResource = ({ form, sid }: RestCall) => ({
  account_sid: carrierAccount.accountSid,
  api_version: '2010-04-01',
  direction: 'outbound-api',
  from: form['From'],
  sid,
  status: 'queued',
  subresource_uris: {},
  to: form['To'],
  uri: `/2010-04-01/Accounts/${carrierAccount.accountSid}/Calls/${sid}.json`,
});

export const taken: RestAnswer = (call, response) => {
  response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(resource(call)));
};

/** As the carrier says it: its error document and how many seconds to wait. */
export const tooManyFor =
  (seconds: number): RestAnswer =>
  (_call, response) => {
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': String(seconds) }).end(
      JSON.stringify({
        code: 20429,
        message: 'Too Many Requests',
        more_info: 'https://www.twilio.com/docs/errors/20429',
        status: 429,
      }),
    );
  };
export const tooMany = tooManyFor(1);

/** As the carrier refuses a recipient who told it STOP. */
export const optedOut: RestAnswer = (_call, response) => {
  response.writeHead(400, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      code: 21610,
      message: 'Attempt to send to unsubscribed recipient',
      more_info: 'https://www.twilio.com/docs/errors/21610',
      status: 400,
    }),
  );
};

/** Reads the whole request and hangs up. */
export const hangUp: RestAnswer = (_call, _response, request) => void request.socket.destroy();

export async function startCarrierRest(): Promise<CarrierRest> {
  const calls = new Feed<RestCall>();
  const accepted = new Feed<RestCall>();
  const special = new Map<string, RestAnswer>();
  let usual = taken;
  const failing = new Map<string, { times: number; status: number; headers: Record<string, string> }>();
  const held = new Map<string, Promise<void>>();
  const media = new Map<string, { contentType: string; bytes: Uint8Array }>();
  const root = `/2010-04-01/Accounts/${carrierAccount.accountSid}`;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
    const sent = new URLSearchParams(body);
    const form = Object.fromEntries(sent);
    const mediaUrls = sent.getAll('MediaUrl');
    const sid = `${path.endsWith('/Calls.json') ? 'CA' : 'SM'}${String(calls.items.length).padStart(32, 'e')}`;
    const call = {
      method: request.method ?? '',
      path,
      authorization: request.headers.authorization ?? '',
      form,
      mediaUrls,
      sid,
      at: Date.now(),
    };
    calls.push(call);
    await held.get(path);
    const file = media.get(path);
    const failure = failing.get(path);
    if (failure && failure.times > 0) {
      failure.times -= 1;
      return void response.writeHead(failure.status, failure.headers).end();
    }
    if (file) return void response.writeHead(200, { 'content-type': file.contentType }).end(file.bytes);
    if (request.method === 'GET' && path.startsWith(`${root}/Messages.json?`)) {
      const asked = new URL(path, 'http://carrier').searchParams;
      const messages = accepted.items
        .filter(({ form }) => form['From'] === asked.get('From') && form['To'] === asked.get('To'))
        .map((one) => resource(one));
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ messages, next_page_uri: null }));
    }
    if (request.method === 'POST' && path === `${root}/Calls.json`) {
      const answer = special.get(`call ${form['To']}`);
      special.delete(`call ${form['To']}`);
      if (answer) return void answer(call, response, request);
      response.writeHead(201, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify(callResource(call)));
    }
    if (request.method === 'POST' && /\/(?:Calls\/CA|Conferences\/CF)\w+(?:\/Participants\/CA\w+)?\.json$/.test(path)) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify(callResource(call)));
    }
    if (request.method !== 'POST' || path !== `${root}/Messages.json`) return void response.writeHead(404).end();
    const answer = special.get(form['Body'] ?? '') ?? usual;
    special.delete(form['Body'] ?? '');
    if (answer === taken) accepted.push(call);
    await answer(call, response, request);
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    accepted,
    answerOnce: (body, answer) => void special.set(body, answer),
    answerCallOnce: (to, answer) => void special.set(`call ${to}`, answer),
    answerAll: (answer) => void (usual = answer),
    failMedia: (address, times, status = 503, headers = {}) =>
      void failing.set(new URL(address).pathname, { times, status, headers }),
    holdMedia(address) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(new URL(address).pathname, promise);
      return resolve;
    },
    addMedia(contentType, bytes) {
      const path = `${root}/Messages/MM${'a'.repeat(32)}/Media/ME${String(media.size).padStart(32, '0')}`;
      media.set(path, { contentType, bytes });
      return `https://api.twilio.com${path}`;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
