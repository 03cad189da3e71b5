/** Whether a Redis can hold the queues, before anything waits for it. */
import { StartError } from '@patchbay/store';
import { Redis, type RedisOptions } from 'ioredis';

/** One that has not answered by then does not answer. Milliseconds. */
const patienceMs = 10_000;

/**
 * Asks it once.
 * @param signal gives up at once, with its reason
 * @throws {StartError} when it cannot be reached, or makes room by dropping keys, and jobs with them
 */
export async function assertRedis(connection: Omit<RedisOptions, 'replyMapping'>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const redis = new Redis({ ...connection, lazyConnect: true, retryStrategy: () => null });
  const broken = Promise.withResolvers<never>();
  // What breaks a connection is told here; who waits for it hears only that it is closed.
  redis.on('error', broken.reject);
  const late = setTimeout(() => broken.reject(new Error('no answer')), patienceMs);
  const stop = () => broken.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const policy = await Promise.race([broken.promise, ask(redis)]);
    if (policy !== undefined && policy !== 'noeviction')
      throw new StartError(`REDIS_URL points to a Redis with maxmemory-policy ${policy}; expected noeviction`);
  } catch (error) {
    if (signal.aborted || error instanceof StartError) throw error;
    throw new StartError(`REDIS_URL cannot be reached: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    redis.disconnect();
  }
}

/** What it does when its memory is full; undefined where it does not say. */
async function ask(redis: Redis): Promise<string | undefined> {
  await redis.connect();
  await redis.ping();
  return /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
}

/** Of a name with several addresses, none of which answers, only the code is told. */
function reasonOf(error: unknown): string {
  const { message = '', code = '' } = error as NodeJS.ErrnoException;
  return message || code || 'no answer';
}
