/**
 * Creating requests that may be repeated (draft-ietf-httpapi-idempotency-key-header): whoever did not see the answer asks again with the same
 * `Idempotency-Key`, and the work is done once.
 */
import { createHash, randomUUID, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { HubError } from '@patchbay/contracts';
import { claimKey, finishKey, freeKey, type KeyClaim, type KeyedRequest } from '@patchbay/store/queries/idempotency';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import type { Parts } from '../parts.ts';

/** A claim that has not ended after so long belongs to a process that is gone. */
const abandonedMs = 60_000;
/** When whoever asks while the first request is under way may ask again. */
const askAgainMs = 1_000;
const longestKey = 200;

const slowHash = promisify<string, string, number, Buffer>(scrypt);

/** The key that a request brings, or null. @throws HubError `invalid_input` */
export function idempotencyKey(request: Request): string | null {
  const given = request.get('idempotency-key');
  if (given === undefined || given === '') return null;
  if (given.length > longestKey)
    throw new HubError('invalid_input', `Idempotency-Key: at most ${longestKey} characters`);
  return given;
}

export interface Repeatable {
  readonly request: Request;
  readonly response: Response;
  readonly principal: Principal;
  readonly key: string;
  /** As it was parsed, so that spaces and the order of fields do not matter. */
  readonly body: unknown;
  /** The status of the answer when the work is done. */
  readonly status: number;
}

type Kept = Pick<Parts, 'db' | 'log' | 'vault'>;

const sealedAnswer = z.object({ sealed: z.string() });
const contextOf = ({ principalId, key }: Pick<KeyedRequest, 'principalId' | 'key'>) =>
  `idempotency:${principalId}:${key}`;

/** An answer may hold a secret that is shown once. */
const seal = ({ vault }: Kept, held: KeyClaim, answer: unknown): z.infer<typeof sealedAnswer> => ({
  sealed: vault.seal(JSON.stringify(answer ?? null), contextOf(held)),
});

/** One that an earlier release kept is not sealed. */
function unseal({ vault }: Kept, held: KeyClaim, answer: unknown): unknown {
  const { success, data } = sealedAnswer.safeParse(answer);
  return success ? JSON.parse(vault.unseal(data.sealed, contextOf(held))) : answer;
}

/**
 * Does the work, or answers what it answered before; `response` is told which. Work that fails leaves the key free. Between the work's
 * commit and the note that it is done a crash can come: the same request may then do the work again, a minute later at the earliest.
 *
 * @throws HubError `conflict` while the same request is under way, and when the key was used for another request; whatever `work` throws
 */
export async function onceByKey(parts: Kept, call: Repeatable, work: () => Promise<unknown>): Promise<unknown> {
  const { request, principal, key, status } = call;
  const wanted = {
    principalId: principal.agentId,
    key,
    request: `${request.method} ${request.baseUrl}${request.path}`,
    requestHash: await hashOf(call),
  };
  const held = { principalId: wanted.principalId, key, claim: randomUUID() };
  const earlier = await claimed(parts, wanted, held);
  if (earlier) {
    call.response.status(earlier.status).set('idempotency-replayed', 'true');
    return unseal(parts, held, earlier.answer);
  }
  const answer = await freedOnFailure(parts, held, work);
  // The work is done and cannot be taken back, so the caller hears of it in any case.
  await finishKey(parts.db.sql, held, status, seal(parts, held, answer)).catch((error: unknown) =>
    parts.log.error({ err: error }, 'answer not kept for its idempotency key'),
  );
  return answer;
}

async function claimed(
  parts: Kept,
  wanted: KeyedRequest,
  held: KeyClaim,
): Promise<{ status: number; answer: unknown } | null> {
  const found = await claimKey(parts.db.sql, wanted, held.claim, abandonedMs);
  switch (found.outcome) {
    case 'claimed':
      return null;
    case 'done':
      return found;
    case 'busy':
      throw new HubError('conflict', 'The same request is still under way; ask again for its answer', {
        retryAfterMs: askAgainMs,
      });
    case 'other':
      throw new HubError('conflict', 'This Idempotency-Key was used for another request');
  }
}

async function freedOnFailure(parts: Kept, held: KeyClaim, work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    await freeKey(parts.db.sql, held).catch((cause: unknown) =>
      parts.log.warn({ err: cause }, 'idempotency key not freed'),
    );
    throw error;
  }
}

/** A file is what its bytes, its type and its name are. */
async function hashOf({ request, body, principal, key }: Repeatable): Promise<string> {
  const hash = createHash('sha256');
  if (!Buffer.isBuffer(body))
    return secured(hash.update(JSON.stringify(body ?? null)).digest('hex'), body, `${principal.agentId}\0${key}`);
  for (const name of ['content-type', 'x-filename']) hash.update(`${request.get(name) ?? ''}\0`);
  return hash.update(body).digest('hex');
}

/** A fast hash over a password would let whoever reads the table guess it. */
async function secured(hash: string, body: unknown, salt: string): Promise<string> {
  const hasPassword = typeof body === 'object' && body !== null && 'password' in body;
  return hasPassword ? (await slowHash(hash, salt, 32)).toString('hex') : hash;
}
