/**
 * The visitor token: the only proof of being a chat visitor. It carries the visitor's id and its own expiry, and a keyed
 * HMAC-SHA-256 over both, so that nothing about visitors has to be stored to recognise one.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { HubError, parseInput } from '@patchbay/contracts';
import { z } from 'zod';

/** How long a token is good for, in milliseconds. Every page load renews it, so this is 30 days without a visit. */
export const visitorTokenLifeMs = 30 * 24 * 60 * 60 * 1000;
/** Clocks of several web processes differ a little: a token from the future within this many milliseconds is good. */
const clockSkewMs = 60_000;
/** Mixed into the signature, so that a signature made with the same key for another purpose proves nothing here. */
const purpose = 'patchbay/visitor-token/v1';

const claims = z.object({ purpose: z.literal('visitor'), visitorId: z.uuid(), issuedAt: z.int(), expiresAt: z.int() });
export type VisitorTokenClaims = { visitorId: string; issuedAt: Date; expiresAt: Date };

const sign = (key: Uint8Array, payload: string) =>
  createHmac('sha256', key).update(purpose).update('\0').update(payload).digest();

/** A token for this visitor, good for 30 days from `now`. */
export function issueVisitorToken(key: Uint8Array, visitorId: string, now: Date): { token: string; expiresAt: Date } {
  const issuedAt = now.getTime();
  const expiresAt = issuedAt + visitorTokenLifeMs;
  const payload = Buffer.from(JSON.stringify({ purpose: 'visitor', visitorId, issuedAt, expiresAt })).toString(
    'base64url',
  );
  return { token: `${payload}.${sign(key, payload).toString('base64url')}`, expiresAt: new Date(expiresAt) };
}

/**
 * Who the token proves somebody to be. Throws `unauthenticated`, saying whether the token is wrong or expired; the
 * signature is compared in constant time, before anything in the token is looked at.
 */
export function verifyVisitorToken(key: Uint8Array, token: string, now: Date): VisitorTokenClaims {
  const [payload = '', signature = '', ...rest] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const expected = sign(key, payload);
  // Spare bits of the last base64 digit decode to the same bytes, so the text itself has to match as well.
  const sameText =
    expected.toString('base64url').length === signature.length && given.toString('base64url') === signature;
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected) || !sameText) {
    throw new HubError('unauthenticated', 'The visitor token is not valid');
  }
  const { visitorId, issuedAt, expiresAt } = parseInput(
    claims,
    JSON.parse(Buffer.from(payload, 'base64url').toString()),
  );
  if (issuedAt > now.getTime() + clockSkewMs)
    throw new HubError('unauthenticated', 'The visitor token is not valid yet');
  if (expiresAt <= now.getTime()) {
    throw new HubError(
      'unauthenticated',
      `The visitor token expired at ${new Date(expiresAt).toISOString()}; ask for a new session`,
    );
  }
  return { visitorId, issuedAt: new Date(issuedAt), expiresAt: new Date(expiresAt) };
}
