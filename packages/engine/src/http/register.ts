import { HubError, parseInput } from '@patchbay/contracts';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { z } from 'zod';
import { hasRole, isSameOrigin, type Auth, type Principal } from '../auth/index.ts';
import type { Parts } from '../parts.ts';
import { idempotencyKey, onceByKey } from './idempotency.ts';
import { fetchHeaders } from './request.ts';
import type { Call, Route } from './route.ts';
import { bodies } from './schemas.ts';
import { presentAnswer, presentError } from '../privacy/door.ts';
import { sendProblem } from './problem.ts';

/** Bytes of a JSON body. */
const jsonLimit = 1024 * 1024;
/** Bytes of an uploaded file. */
const fileLimit = 25 * 1024 * 1024;

const readJson = express.json({ limit: jsonLimit });
const readBytes = express.raw({ type: () => true, limit: fileLimit });

/** A router that answers the declared routes: who asks is settled before the body is read. */
export function createApiRouter(parts: Parts, auth: Auth, routes: readonly Route[]): Router {
  const router = express.Router({ caseSensitive: true });
  for (const route of routes) {
    const reader =
      route.body === undefined || route.body === 'stream' ? [] : [route.body === 'bytes' ? readBytes : readJson];
    router[route.method](
      route.path,
      async (request: Request, response: Response, next: NextFunction) => {
        response.locals['route'] = `/api/v1${route.path}`;
        response.set('cache-control', 'no-store');
        response.locals['principal'] = await admit(parts, auth, route, request, response);
        next();
      },
      ...reader,
      (request: Request, response: Response) => run(parts, auth, route, request, response),
    );
  }
  for (const [path, methods] of methodsByPath(routes)) {
    router.all(path, (_request, response) => {
      response.set('allow', methods.join(', '));
      sendProblem(response, new HubError('invalid_input', `This address takes ${methods.join(', ')}`), 405);
    });
  }
  return router;
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes)
    methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase(), ...(method === 'get' ? ['HEAD'] : [])]);
  return methods;
}

async function admit(
  parts: Parts,
  auth: Auth,
  route: Route,
  request: Request,
  response: Response,
): Promise<Principal | null> {
  const headers = fetchHeaders(request);
  // A cookie is sent along by any page; a key is only sent by whoever knows it.
  if (route.method !== 'get' && !headers.has('authorization') && !isSameOrigin(headers, parts.config.publicUrl)) {
    throw new HubError('forbidden', 'A page of another origin may not write here');
  }
  if (route.access === 'public') return null;
  const identified = await auth.identifyAndRenew(headers);
  if (!identified) throw new HubError('unauthenticated', 'A session or an API key is needed');
  if (!hasRole(identified.principal, route.access))
    throw new HubError('forbidden', `Only for the role ${route.access}`);
  for (const cookie of identified.setCookie) response.append('set-cookie', cookie);
  return identified.principal;
}

async function run(parts: Parts, auth: Auth, route: Route, request: Request, response: Response): Promise<void> {
  const principal = response.locals['principal'] as Principal | null;
  const body = bodyOf(route, request);
  const call = {
    parts,
    auth,
    request,
    response,
    principal,
    body,
    correlationId: String(response.locals['correlationId']),
    params: route.params && parseParams(route.params, request.params),
    query: route.query && parseInput(route.query, request.query),
  };
  const handle = async () => route.handle(call as Call<never, never, never, never>);
  const key = route.creates ? idempotencyKey(request) : null;
  response.status(route.status);
  const answer = await (
    key !== null && principal
      ? onceByKey(parts, { request, response, principal, key, body, status: route.status }, handle)
      : handle()
  ).catch(async (error: unknown) => {
    throw principal ? await presentError(parts, principal, error) : error;
  });
  // Who would rather have a file than JSON has it by now.
  if (route.answer === 'bytes' || response.headersSent) return;
  if (answer === undefined) response.end();
  else response.json(principal && !route.reveals ? await presentAnswer(parts, principal, answer) : answer);
}

/** An id that cannot be one names nothing. */
function parseParams(schema: z.ZodType, params: unknown): unknown {
  const parsed = schema.safeParse(params);
  if (!parsed.success) throw new HubError('not_found', 'There is nothing with this id');
  return parsed.data;
}

function bodyOf(route: Route, request: Request): unknown {
  if (route.body === undefined || route.body === 'stream') return undefined;
  if (route.body === 'bytes') return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return parseInput(bodies[route.body], request.body);
}
