/**
 * Signatures of webhooks after the Standard Webhooks specification (standardwebhooks.com, 1.0): HMAC-SHA256 over
 * `id.timestamp.body`, the same in both directions.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HubError } from '@patchbay/contracts';

/** Seconds that the sender's clock may differ from ours. */
export const toleranceSeconds = 5 * 60;
const secretPrefix = 'whsec_';
const version = 'v1';
/** Signatures looked at in one header: a sender that changes its secret has two. */
const mostSignatures = 10;

/** 32 random bytes; the specification asks for 24 to 64. */
export function newSecret(): string {
  return secretPrefix + randomBytes(32).toString('base64');
}

function mac(secret: string, id: string, timestamp: string, body: Uint8Array): Buffer {
  const key = Buffer.from(secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret, 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

/** The headers of a signed request, with a signature for each secret that the receiver may have. */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  now: Date,
  body: Uint8Array,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map((secret) => `${version},${mac(secret, id, timestamp, body).toString('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** @throws HubError `bad_signature` unless one signature is by one of the secrets and the moment is within the tolerance */
export function verifySignature(
  secrets: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  now: Date,
): void {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headers[name] ?? '',
  ) as [string, string, string];
  if (id === '' || timestamp === '' || signatures === '')
    throw new HubError('bad_signature', 'webhook-id, webhook-timestamp and webhook-signature are needed');
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds)
    throw new HubError('bad_signature', `webhook-timestamp is not within ${toleranceSeconds} seconds of now`);
  const expected = secrets.map((secret) => mac(secret, id, timestamp, body));
  // Every pair is compared, so that how long it takes says nothing about which one holds.
  let holds = false;
  for (const given of signatures.split(' ').slice(0, mostSignatures)) {
    const [scheme, text = ''] = given.split(',', 2);
    const bytes = Buffer.from(text, 'base64');
    for (const wanted of expected)
      if (scheme === version && bytes.length === wanted.length && timingSafeEqual(bytes, wanted)) holds = true;
  }
  if (!holds) throw new HubError('bad_signature', 'The signature was not made with the secret of this source');
}
