/**
 * Links under which a provider fetches a file that goes out with a message. Providers have no session, so the link itself is the
 * right to read one file for some time; whoever knows it could read the file anyway, from the message.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { StoredFile } from '@patchbay/contracts';
import { z } from 'zod';

/** Where the hub answers such links. */
export const mediaPath = '/media';
/** Twilio fetches at once, and again while it retries a message, which it does for hours at most. */
const validForMs = 48 * 3600_000;

const claims = z.tuple([
  z.string().regex(/^[0-9a-f]{64}$/),
  /** Seconds since 1970. */
  z.int(),
  z.string().max(255),
  z.string().max(255),
]);
export interface LinkedFile {
  readonly sha256: string;
  readonly contentType: string;
  readonly filename: string;
}

/** The prefix keeps this key's signatures apart from those over reply addresses. */
function signature(payload: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`media-link:${payload}`).digest();
}

/** A link to a file of the file store, good for two days. */
export function mediaLink(
  file: Pick<StoredFile, 'sha256' | 'contentType' | 'filename'>,
  options: { publicUrl: string; key: Uint8Array; now: Date },
): string {
  const expires = Math.floor((options.now.getTime() + validForMs) / 1000);
  const payload = Buffer.from(JSON.stringify([file.sha256, expires, file.contentType, file.filename])).toString(
    'base64url',
  );
  const token = `${payload}.${signature(payload, options.key).toString('base64url')}`;
  return `${options.publicUrl.replace(/\/+$/, '')}${mediaPath}/${token}`;
}

/** The file that a token is for; `expired` when its time is over; null for anything that this hub did not sign. */
export function readMediaToken(token: string, key: Uint8Array, now: Date): LinkedFile | 'expired' | null {
  const [payload = '', given = '', ...more] = token.split('.');
  const expected = signature(payload, key);
  const signed = Buffer.from(given, 'base64url');
  if (more.length > 0 || signed.length !== expected.length || !timingSafeEqual(signed, expected)) return null;
  const [sha256, expires, contentType, filename] = claims.parse(
    JSON.parse(Buffer.from(payload, 'base64url').toString()),
  );
  return now.getTime() >= expires * 1000 ? 'expired' : { sha256, contentType, filename };
}
