import type { QueryClient } from '@tanstack/react-query';
import { staleKeys, type Key } from '@patchbay/ui';
import type { HubEvent } from '@patchbay/contracts';

/** A busy centre commits many events a second; lists are read at most once per this many ms. */
const WINDOW = 300;

/** Turns events into reads: the first at once, those that follow within the window together. */
export function createRefresher(client: QueryClient, me: string) {
  let waiting = new Map<string, Key>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    timer = undefined;
    if (waiting.size === 0) return;
    const stale = [...waiting.values()];
    waiting = new Map();
    timer = setTimeout(flush, WINDOW);
    for (const queryKey of stale) void client.invalidateQueries({ queryKey });
  };

  return {
    events: (fresh: readonly HubEvent[]): void => {
      for (const key of staleKeys(fresh, me)) waiting.set(JSON.stringify(key), key);
      if (timer === undefined) flush();
    },
    all: (): void => void client.invalidateQueries(),
    stop: (): void => clearTimeout(timer),
  };
}
