/** Links to files of messages that left by webhook: whoever has one may read that one file until it expires. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { StoredFile } from '@patchbay/contracts';
import { z } from 'zod';

/** How long a receiver may take to fetch a file. Milliseconds. */
export const fileLinkMs = 7 * 24 * 3600_000;
export const fileLinkPath = '/shared-files';

const linked = z.object({ s: z.string().regex(/^[0-9a-f]{64}$/), n: z.string(), t: z.string(), e: z.number() });

export interface LinkedFile {
  readonly sha256: string;
  readonly filename: string;
  readonly contentType: string;
}

const tagOf = (key: Uint8Array, text: string) => createHmac('sha256', key).update(`file-link\0${text}`).digest();

export function signFileLink(
  key: Uint8Array,
  file: Pick<StoredFile, 'sha256' | 'filename' | 'contentType'>,
  now: Date,
): string {
  const text = Buffer.from(
    JSON.stringify({ s: file.sha256, n: file.filename, t: file.contentType, e: now.getTime() + fileLinkMs }),
  ).toString('base64url');
  return `${fileLinkPath}/${text}.${tagOf(key, text).toString('base64url')}`;
}

/** What a link's token names; null when its signature does not hold or it has expired. */
export function openFileLink(key: Uint8Array, token: string, now: Date): LinkedFile | null {
  const [text = '', tag = ''] = token.split('.', 2);
  const given = Buffer.from(tag, 'base64url');
  const wanted = tagOf(key, text);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const { s, n, t, e } = linked.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  return e < now.getTime() ? null : { sha256: s, filename: n, contentType: t };
}
