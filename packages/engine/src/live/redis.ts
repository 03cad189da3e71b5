/** The way over Redis by which the sockets of several web processes hear of each other. */
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';

/** So long a connection that is closed may take to end. It keeps the process that long even when it has ended before, since the adapter closes it twice. */
const lastWordsMs = 100;

/**
 * The adapter reads through copies of the connection that it is given. Disposed of, all of them are closed at once: left to
 * itself a copy that waits for news would keep the process for the five seconds after which Redis answers that there is none.
 */
export function openSocketWay(
  url: string,
  onError: (error: Error) => void,
): { adapter: ReturnType<typeof createAdapter> } & Disposable {
  const redis = new Redis(url, { maxRetriesPerRequest: null, disconnectTimeout: lastWordsMs });
  redis.on('error', onError);
  const copies: Redis[] = [];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (options) => {
    const copy = duplicate(options);
    copies.push(copy);
    return copy;
  };
  return {
    adapter: createAdapter(redis, { streamName: 'patchbay-live', maxLen: 10_000 }),
    [Symbol.dispose]() {
      for (const one of [...copies, redis]) one.disconnect();
    },
  };
}
