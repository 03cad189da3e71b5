/** What every request brings: its id, its headers, and a line in the log and the metrics when it ends. */
import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Parts } from '../parts.ts';

const saneId = /^[\w.:-]{8,100}$/;

/** Gives the request an id that follows it through the log to the live event; a caller may bring its own as `X-Request-Id`. */
export const correlate: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const correlationId = given !== undefined && saneId.test(given) ? given : randomUUID();
  response.locals['correlationId'] = correlationId;
  response.set('x-request-id', correlationId);
  next();
};

/** Request headers in the form of the Fetch standard; repeated ones joined as it says. */
export function fetchHeaders(request: Request): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(':'))
      headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

/**
 * Counts and logs each request by the pattern of its route. The path itself may carry names and tokens, so it is not logged; nor
 * are queries, bodies and headers.
 */
export function observe({ log, metrics }: Pick<Parts, 'log' | 'metrics'>): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.on('close', () => {
      const seconds = (performance.now() - began) / 1000;
      const route = String(response.locals['route'] ?? 'other');
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.http.observe({ route, status: `${Math.floor(status / 100)}xx` }, seconds);
      const level = route.startsWith('/api/') || route.startsWith('/webhooks/') ? 'info' : 'debug';
      log[level](
        {
          method: request.method,
          route,
          status,
          ms: Math.round(seconds * 1000),
          correlationId: response.locals['correlationId'],
        },
        'request',
      );
    });
    next();
  };
}

/** Names the route for the log and the metrics. */
export function named(route: string): RequestHandler {
  return (_request, response, next) => {
    response.locals['route'] = route;
    next();
  };
}
