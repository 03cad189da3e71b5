/** Files of messages that left by webhook, for whoever was given their link. */
import { fileLinkPath, openFileLink } from '@patchbay/channels/http/file-link';
import { HubError } from '@patchbay/contracts';
import express, { type Request, type Response, type Router } from 'express';
import type { Parts } from '../parts.ts';
import { sendFile } from './file-answer.ts';
import { named } from './request.ts';

export function createSharedFileRouter(parts: Pick<Parts, 'files' | 'signingKey' | 'now'>): Router {
  const router = express.Router();
  router.get(
    `${fileLinkPath}/:token`,
    named(fileLinkPath),
    async (request: Request<{ token: string }>, response: Response) => {
      const file = openFileLink(parts.signingKey, request.params.token, parts.now());
      if (!file) throw new HubError('not_found', 'This link does not hold, or has expired');
      sendFile(request, response, file, await parts.files.read(file.sha256));
    },
  );
  return router;
}
