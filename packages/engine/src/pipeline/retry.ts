/** When something that failed is tried again: one place for every kind of work. */
import { HubError, storableText } from '@patchbay/contracts';
import { databaseErrorCode } from '@patchbay/store';

export interface RetryPolicy {
  /** Tries before it is given up to a person. */
  readonly attempts: number;
  readonly firstMs: number;
  readonly longestMs: number;
  /** A provider that asks for a longer wait (Retry-After) is asked again after this all the same. */
  readonly longestAskedMs: number;
}

const hourMs = 3_600_000;
const ingestRetry: RetryPolicy = { attempts: 8, firstMs: 500, longestMs: 60_000, longestAskedMs: hourMs };
/** Of a file that its provider cannot give at the moment, counted from the first try of its contact. */
export const fileRetry: RetryPolicy = { attempts: 24, firstMs: 500, longestMs: 15 * 60_000, longestAskedMs: hourMs };
/**
 * Lasts between two and three hours, so that a night's outage of a provider fails no message, and longer where the provider asks for it: what is
 * counted are tries, not the time.
 */
export const sendRetry: RetryPolicy = {
  attempts: 24,
  firstMs: 1_000,
  longestMs: 15 * 60_000,
  longestAskedMs: 24 * hourMs,
};

/**
 * Milliseconds to wait before the next try, doubling from the first and with full jitter over its upper half, so that what failed
 * together does not come back together. A provider's own word (Retry-After) wins.
 *
 * @param attempt how many tries have failed, from 1.
 * @param random in [0, 1).
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: number, retryAfterMs?: number): number {
  const ceiling = Math.min(policy.longestMs, policy.firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.max(Math.min(retryAfterMs ?? 0, policy.longestAskedMs), Math.round(ceiling / 2 + (ceiling / 2) * random));
}

/** Our own failures and those that say so may pass; a refusal will not. */
export function isRetryable(error: unknown): boolean {
  return error instanceof HubError ? error.retryable : true;
}

/** How often a contact is tried, by what it failed with. */
export function ingestPolicy(error: unknown): RetryPolicy {
  return error instanceof HubError && error.code === 'provider_unavailable' ? fileRetry : ingestRetry;
}

/** Whether a contact that failed so often before, and now with this, is not tried again. */
export function isLastTry(error: unknown, failedTries: number): boolean {
  return failedTries + 1 >= ingestPolicy(error).attempts;
}

/** What may be shown of an error, and kept: its own words if they are meant to be shown, its kind otherwise. */
export function reasonOf(error: unknown): string {
  if (error instanceof HubError) return storableText(error.message);
  return error instanceof Error ? storableText(`${error.name}: ${error.message}`, 300) : 'Unknown failure';
}

/** What a decision saw may have changed before it was carried out; then it is made again. */
export async function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      // PB001: the ticket changed. 40001, 40P01: serialization failure, deadlock. 23505: a row that another one made first.
      if (attempt >= 5 || !['PB001', '40001', '40P01', '23505'].includes(databaseErrorCode(error) ?? '')) throw error;
    }
  }
}
