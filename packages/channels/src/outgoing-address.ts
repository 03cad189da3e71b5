/**
 * Requests to addresses that somebody outside chose (a source's webhook, a file's link). The hub stands inside the firm's network, so such
 * an address must not lead to what only the inside may reach (OWASP, Server-Side Request Forgery).
 */
import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { HubError } from '@patchbay/contracts';
import ipaddr from 'ipaddr.js';
import { NotConnected } from './may-have-left.ts';

/** Of the addresses that IANA has assigned for the public internet (RFC 4291, 2.4): everything else is somebody's inside. */
const publicV6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** Whether an address is one of the public internet. Addresses that carry an IPv4 address in them are never. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.kind() === 'ipv4') return address.range() === 'unicast';
  return address.range() === 'unicast' && (address as ipaddr.IPv6).match(publicV6);
}

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Puts the name to the test at the moment of connecting: the address that was looked at is the one that is connected to. */
export const publicLookupBy =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const inside = addresses.find(({ address }) => !isPublicAddress(address));
      if (inside !== undefined || addresses[0] === undefined) return callback(refused(hostname), '', 0);
      if (options.all === true) return callback(null, addresses);
      callback(null, addresses[0].address, addresses[0].family);
    });
  };
export const publicLookup = publicLookupBy(lookup);

const refused = (host: string) =>
  new HubError('provider_refused', `${host.slice(0, 200)} is an address inside a private network, which is not called`);

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Bytes of an answer; a longer one is `too_large`. */
  readonly limit: number;
  /** What the answer says besides its head is not read. */
  readonly discardBody?: boolean;
  /** The head alone is an answer: a body that is too long, breaks off or does not end is answered as empty. */
  readonly headSuffices?: boolean;
  readonly signal: AbortSignal;
  /** OUTGOING_PRIVATE_ADDRESSES=allow: also HTTP without TLS, and private addresses. */
  readonly allowPrivate: boolean;
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** @throws HubError `provider_refused` for an address that may not be called */
export function outgoingUrl(text: string, allowPrivate: boolean): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new HubError('provider_refused', 'Not an address of the web');
  if (allowPrivate) return url;
  if (url.protocol !== 'https:') throw new HubError('provider_refused', 'The address has to begin with https://');
  // The URL parser has already brought decimal, octal and hexadecimal spellings into the usual form.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refused(host);
  return url;
}

/**
 * One request on a connection of its own; redirects are answers like any other. Any failure that is not a `HubError` is the network's, and
 * `NotConnected` when no byte of the request can have left.
 */
export async function outgoingRequest(address: string, options: OutgoingRequest): Promise<OutgoingAnswer> {
  const url = outgoingUrl(address, options.allowPrivate);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const answer = await new Promise<IncomingMessage>((settled, failed) => {
    const request = send(url, {
      method: options.method,
      headers: {
        'user-agent': 'Patchbay',
        ...options.headers,
        ...(options.body && { 'content-length': String(options.body.byteLength) }),
      },
      agent: false,
      signal: options.signal,
      ...(options.allowPrivate ? {} : { lookup: publicLookup }),
    });
    let isConnected = false;
    request.once('socket', (socket) => {
      // A request is written after the handshake of TLS only.
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => void (isConnected = true));
    });
    request.once('response', settled).once('error', (error) => {
      failed(isConnected || error instanceof HubError ? error : new NotConnected(error));
    });
    request.end(options.body);
  });
  if (options.discardBody) {
    answer.destroy();
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.alloc(0) };
  }
  const reading = readLimited(answer, options.limit);
  const body = await (options.headSuffices ? reading.catch(() => Buffer.alloc(0)) : reading);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

async function readLimited(answer: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      answer.destroy();
      throw new HubError('too_large', `The answer is larger than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
