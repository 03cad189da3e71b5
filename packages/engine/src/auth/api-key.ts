import { createHash, timingSafeEqual } from 'node:crypto';
import { ensureServiceAgent, readKeyHolder } from '@patchbay/store/queries/api-keys';
import type { Parts } from '../parts.ts';
import type { Principal } from './principal.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `Authorization: Bearer <token>`; undefined when there is no such header. */
export function bearerToken(headers: Headers): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1];
}

/** Checks PATCHBAY_API_KEY. Only its hash is kept, and compared in constant time. Acts for the first administrator. */
export function createKeyCheck(parts: Pick<Parts, 'db' | 'config'>): (token: string) => Promise<Principal | null> {
  const expected = parts.config.apiKey === undefined ? null : digest(parts.config.apiKey);
  return async (token) => {
    if (expected === null || !timingSafeEqual(digest(token), expected)) return null;
    let holder = await readKeyHolder(parts.db.sql);
    if (!holder) {
      await ensureServiceAgent(parts.db.sql);
      holder = await readKeyHolder(parts.db.sql);
    }
    return holder && { ...holder, via: 'api-key', sessionId: null };
  };
}
