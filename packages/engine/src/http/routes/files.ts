import { HubError } from '@patchbay/contracts';
import { insertUpload, readAttachment } from '@patchbay/store/queries/uploads';
import { presentFile } from '../../privacy/door.ts';
import { filenameOf, mediaTypeOf, sendFile } from '../file-answer.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Files';
const headers = { 'X-Filename': 'The name of the file, percent-encoded as UTF-8.' };

export const fileRoutes = [
  route({
    method: 'post',
    path: '/files',
    summary: 'Hand in a file of up to 25 MiB to attach to a message',
    tag,
    access: 'agent',
    headers,
    body: 'bytes',
    answer: 'UploadedFile',
    status: 201,
    creates: true,
    async handle({ parts, principal, body, request }) {
      if (body.byteLength === 0) throw new HubError('invalid_input', 'The file is empty');
      const { sha256, size } = await parts.files.put(body);
      const contentType = mediaTypeOf(request.get('content-type'));
      return insertUpload(parts.db.sql, principal.agentId, {
        filename: filenameOf(request.get('x-filename')),
        contentType,
        size,
        sha256,
      });
    },
  }),
  route({
    method: 'get',
    path: '/attachments/:id',
    summary: 'The bytes of an attachment',
    tag,
    access: 'agent',
    params: byId,
    answer: 'bytes',
    async handle({ parts, principal, params, request, response }) {
      const file = await readAttachment(parts.db.sql, principal, params.id);
      if (!file) throw new HubError('not_found', 'There is no such attachment');
      const bytes = await parts.files.read(file.sha256);
      const shown = await presentFile(parts, principal, file, bytes);
      sendFile(request, response, file, shown, shown === bytes);
    },
  }),
];
