/** The widget's HTTP calls. They are made from any website, by token and never by cookie, so any origin may make them. */
import { issueVisitorToken, verifyVisitorToken } from '@patchbay/channels/chat/index';
import { HubError, parseInput, visitorIdentify, visitorSessionRequest } from '@patchbay/contracts';
import type { StoredFile, UploadedFile, VisitorSession } from '@patchbay/contracts';
import express from 'express';
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { bodyBudget } from '../http/body-budget.ts';
import { clientNetwork } from '@patchbay/channels/client-network';
import { RateLimiter } from './visitors-rate.ts';
import type { VisitorParts } from './visitors.ts';

const fileLimitBytes = 10 * 1024 * 1024;
/** Many visitors can share one address, so this only stops floods. */
const sessionLimit = { burst: 300, perSecond: 20 };
const uploadLimit = { burst: 20, perSecond: 0.5 };
/** Of all visitors at one address: a token costs nothing. */
const addressUploadLimit = { burst: 100, perSecond: 2 };
/** Bytes of files that are being read at the same time. */
const memoryForUploads = {
  budget: 8 * fileLimitBytes,
  largest: fileLimitBytes,
  share: 2 * fileLimitBytes,
  patience: 15_000,
};
const identifyLimit = { burst: 10, perSecond: 0.1 };
/** Types that a browser shows without running anything in them. Everything else is downloaded. */
const shownTypes = /^(image\/(png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/(mp4|webm))$/;

export function visitorRoutes(parts: VisitorParts): Router {
  const clock = () => parts.now().getTime();
  const sessions = new RateLimiter(sessionLimit, clock);
  const uploads = {
    visitors: new RateLimiter(uploadLimit, clock),
    addresses: new RateLimiter(addressUploadLimit, clock),
  };
  const identities = new RateLimiter(identifyLimit, clock);
  const router = express.Router();
  router.use('/widget', anyOrigin);
  router.post('/widget/session', express.json({ limit: '4kb' }), async (request, response) => {
    sessions.demand(clientNetwork(request.ip ?? ''), 'new chats from this address');
    response
      .set('Cache-Control', 'no-store')
      .json(await session(parts, parseInput(visitorSessionRequest, request.body ?? {}).token));
  });
  router.post('/widget/identify', express.json({ limit: '16kb' }), async (request, response) => {
    const visitorId = visitorFrom(parts, request);
    identities.demand(visitorId, 'tokens');
    const { token } = parseInput(visitorIdentify, request.body ?? {});
    response.set('Cache-Control', 'no-store').json(await parts.identify(visitorId, token));
  });
  router.post(
    '/widget/files',
    admit(parts, uploads),
    bodyBudget(memoryForUploads),
    express.raw({ type: () => true, limit: fileLimitBytes }),
    async (request, response) => {
      response.status(201).json(await upload(parts, visitorOf(response), request));
    },
  );
  router.get('/widget/files/:id', async (request, response) => {
    const visitorId = visitorFrom(parts, request, request.query.token);
    const file = await parts.store.file(visitorId, parseInput(z.object({ id: z.uuid() }), request.params).id);
    if (!file) throw new HubError('not_found', 'There is no such file in this conversation');
    sendFile(response, file, await parts.files.read(file.sha256));
  });
  router.use('/widget', bodyErrors);
  return router;
}

const anyOrigin: RequestHandler = (request, response, next) => {
  response.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, POST',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Filename',
    'Access-Control-Max-Age': '86400',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  if (request.method === 'OPTIONS') response.status(204).end();
  else next();
};

/** A new visitor, or the same one with a fresh token. A token that does not hold is refused, never replaced in silence. */
async function session(parts: VisitorParts, token: string | undefined): Promise<VisitorSession> {
  const now = parts.now();
  const visitorId = token === undefined ? randomUUID() : verifyVisitorToken(parts.signingKey, token, now).visitorId;
  const issued = issueVisitorToken(parts.signingKey, visitorId, now);
  return {
    token: issued.token,
    visitorId,
    expiresAt: issued.expiresAt.toISOString(),
    available: await parts.isAvailable(),
  };
}

/** Throws `unauthenticated` unless the request carries a visitor's token that holds. */
function visitorFrom(parts: VisitorParts, request: Request, inQuery?: unknown): string {
  const [scheme = '', given = ''] = (request.headers.authorization ?? '').split(' ', 2);
  const token = scheme.toLowerCase() === 'bearer' ? given : inQuery;
  if (typeof token !== 'string' || token === '') throw new HubError('unauthenticated', 'A visitor token is needed');
  return verifyVisitorToken(parts.signingKey, token, parts.now()).visitorId;
}

/** Before the body is read, so that ten megabytes are only ever taken from somebody with a token. */
const admit =
  (parts: VisitorParts, uploads: Record<'visitors' | 'addresses', RateLimiter>): RequestHandler =>
  (request, response, next) => {
    const visitorId = visitorFrom(parts, request);
    uploads.visitors.demand(visitorId, 'files');
    uploads.addresses.demand(clientNetwork(request.ip ?? ''), 'files from this address');
    response.locals.visitorId = visitorId;
    next();
  };
const visitorOf = (response: Response): string => z.uuid().parse(response.locals.visitorId);

async function upload(parts: VisitorParts, visitorId: string, request: Request): Promise<UploadedFile> {
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) throw new HubError('invalid_input', 'The file is empty');
  const stored = await parts.files.put(bytes);
  const file = {
    ...stored,
    filename: filenameOf(request.get('x-filename')),
    contentType: contentTypeOf(request.get('content-type')),
  };
  return { id: await parts.store.addUpload(visitorId, file), ...file };
}

/** The header carries the name percent-encoded as UTF-8, since header fields are ASCII (RFC 9110, 5.5). */
function filenameOf(header: string | undefined): string {
  const given = header ?? '';
  let name = given;
  try {
    name = decodeURIComponent(given);
  } catch {
    // Not percent-encoded after all: the name as it came.
  }
  const plain =
    name
      .toWellFormed()
      .split(/[/\\]/)
      .at(-1)
      ?.replaceAll(/\p{Cc}/gu, '')
      .trim() ?? '';
  return [...plain].slice(-200).join('') || 'file';
}

function contentTypeOf(header: string | undefined): string {
  const type = (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(type) ? type : 'application/octet-stream';
}

/** What a visitor or an agent uploaded is shown by nobody's browser as a page of ours: HTML and SVG are only downloaded. */
function sendFile(response: Response, file: StoredFile, bytes: Buffer): void {
  const shown = shownTypes.test(file.contentType);
  const fallback = file.filename.replaceAll(/[^\w.-]/g, '_');
  response.set({
    'Content-Type': shown ? file.contentType : 'application/octet-stream',
    'Content-Disposition': `${shown ? 'inline' : 'attachment'}; filename="${fallback}"; filename*=UTF-8''${rfc5987(file.filename)}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'private, max-age=86400',
  });
  response.send(bytes);
}

const rfc5987 = (text: string) =>
  encodeURIComponent(text.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The body parsers' own errors in the hub's words. */
function bodyErrors(error: unknown, _request: Request, _response: Response, next: NextFunction): void {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') next(new HubError('too_large', 'A file may have 10 MiB at most', { cause: error }));
  else if (type === 'entity.parse.failed')
    next(new HubError('invalid_input', 'The body is not JSON', { cause: error }));
  else if (type === 'request.aborted')
    next(new HubError('invalid_input', 'The upload was broken off', { cause: error }));
  else next(error);
}
