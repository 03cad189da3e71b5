/**
 * The secret of a link: its id and its expiry, and a keyed HMAC-SHA-256 over both. It is kept nowhere, and nobody is asked about one that is not
 * signed by this centre or is over.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { HubError, type BoardLink } from '@patchbay/contracts';

/** Mixed into the signature, so that a signature made with the same key for another purpose proves nothing here. */
const purpose = 'patchbay/wallboard-link/v1';

const sign = (key: Uint8Array, payload: string): Buffer =>
  createHmac('sha256', key).update(purpose).update('\0').update(payload).digest();

export function linkSecret(key: Uint8Array, { id, expiresAt }: Pick<BoardLink, 'id' | 'expiresAt'>): string {
  const payload = `${id}.${Date.parse(expiresAt)}`;
  return `${payload}.${sign(key, payload).toString('base64url')}`;
}

export interface OpenedLink {
  readonly id: string;
  readonly expiresAt: Date;
}

/** @throws HubError `unauthenticated` for one that is not ours, `gone` for one that is over */
export function openLinkSecret(key: Uint8Array, secret: string, now: Date): OpenedLink {
  const [id = '', until = '', signature = '', ...rest] = secret.split('.');
  const given = Buffer.from(signature, 'base64url');
  const expected = sign(key, `${id}.${until}`);
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new HubError('unauthenticated', 'The link is not valid');
  const expiresAt = new Date(Number(until));
  if (expiresAt <= now) throw new HubError('gone', 'The link is over');
  return { id, expiresAt };
}
