/** Files of outgoing messages, for the provider who sends them on: a signed link, good for some time, stands for a session. */
import { mediaPath, readMediaToken } from '@patchbay/channels/twilio/media-link';
import { HubError } from '@patchbay/contracts';
import express, { type Router } from 'express';
import type { Parts } from '../parts.ts';
import { disposition, mediaTypeOf } from './file-answer.ts';
import { named } from './request.ts';

/** What is looked at where it arrives; everything else is kept. */
const shown = /^(?:image|video|audio)\//;

export function createMediaRouter(parts: Pick<Parts, 'files' | 'signingKey' | 'now'>): Router {
  const router = express.Router();
  const path = `${mediaPath}/:token`;
  // The route's name, never the token, is in the log.
  router.get(path, named(path), async (request, response) => {
    const file = readMediaToken(String(request.params['token']), parts.signingKey, parts.now());
    if (file === 'expired') throw new HubError('gone', 'The link has expired');
    if (!file) throw new HubError('not_found', 'There is nothing here');
    const type = mediaTypeOf(file.contentType);
    response.set({
      'content-type': type,
      'content-disposition': disposition(shown.test(type) ? 'inline' : 'attachment', file.filename),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      'x-robots-tag': 'noindex',
    });
    response.send(await parts.files.read(file.sha256));
  });
  return router;
}
