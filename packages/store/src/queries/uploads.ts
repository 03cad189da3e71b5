import type { UploadedFile } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { parameters, ticketScope, type Viewer } from './tickets.ts';

/** Writes down a file that is in the file store and not yet part of a message. `ownerId`: an agent or a visitor. */
export async function insertUpload(
  sql: Queryable,
  ownerId: string,
  file: Omit<UploadedFile, 'id'>,
): Promise<UploadedFile> {
  const { rows } = await sql.query<{ id: string }>(
    'insert into upload (owner_id, filename, content_type, size, sha256) values ($1, $2, $3, $4, $5) returning id',
    [ownerId, file.filename, file.contentType, file.size, file.sha256],
  );
  return { id: (rows[0] as { id: string }).id, ...file };
}

interface AttachmentFile {
  filename: string;
  contentType: string;
  size: number;
  sha256: string;
}

/** An attachment of a ticket that the viewer may read; null otherwise. */
export async function readAttachment(sql: Queryable, viewer: Viewer, id: string): Promise<AttachmentFile | null> {
  const { values, bind } = parameters(id);
  const { rows } = await sql.query<AttachmentFile>(
    `select x.filename, x.content_type as "contentType", x.size, x.sha256
     from attachment x join message m on m.id = x.message_id join ticket t on t.id = m.ticket_id
     where x.id = $1 and ${ticketScope(viewer, bind)}`,
    values,
  );
  return rows[0] ?? null;
}
