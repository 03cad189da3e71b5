import type { ImapFlow } from 'imapflow';

/** Milliseconds. */
const usual = 30_000;

/**
 * Says something to the server now and then (NOOP) while nothing is asked of it: a connection that keeps quiet is given up, by the server
 * or by us.
 */
export async function keepAwake<T>(
  client: Pick<ImapFlow, 'noop'>,
  task: () => Promise<T>,
  everyMs: number = usual,
): Promise<T> {
  const awake = setInterval(() => void client.noop().catch(() => undefined), everyMs);
  try {
    return await task();
  } finally {
    clearInterval(awake);
  }
}
