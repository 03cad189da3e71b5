import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses what is text, as the client accepts it. Not what customers and agents handed in: those files have strong entity tags, which name
 * exact bytes, and can be asked for in parts (RFC 9110, 8.8.1 and 14.2). To be mounted after streams of events, which it would hold back.
 */
export function compress(): RequestHandler {
  return compression({
    filter: (request, response) => response.statusCode !== 206 && !response.hasHeader('content-disposition') && compression.filter(request, response),
  });
}
