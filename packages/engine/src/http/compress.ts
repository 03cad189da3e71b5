import compression from 'compression';
import type { RequestHandler } from 'express';
import { constants } from 'node:zlib';

/** At 4, the package's own, Brotli makes a script larger than gzip does; beyond 6 it takes many times as long. */
const brotliQuality = 5;

/**
 * Compresses what is text, as the client accepts it. Not what customers and agents handed in: those files have strong entity tags, which name
 * exact bytes, and can be asked for in parts (RFC 9110, 8.8.1 and 14.2). To be mounted after streams of events, which it would hold back.
 */
export function compress(): RequestHandler {
  return compression({
    brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } },
    filter: (request, response) =>
      response.statusCode !== 206 &&
      !response.hasHeader('content-disposition') &&
      compression.filter(request, response),
  });
}
