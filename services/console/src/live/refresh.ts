import type { QueryClient } from '@tanstack/react-query';
import { keys, staleKeys, type Key } from '@patchbay/ui';
import type { HubEvent } from '@patchbay/contracts';

/** A busy centre commits many events a second; lists are read at most once per this many ms. */
const WINDOW = 300;
/** A ticket's clocks follow its events so much later, and not each change of theirs has an event of its own. Milliseconds. */
const CLOCKS = 1_500;
const followedByClocks =
  /^(?:ticket\.(?:opened|reopened|queued|status-changed|assigned|released|targets-changed)|message\.(?:received|created))$/;

/** Turns events into reads: the first at once, those that follow within the window together. */
export function createRefresher(client: QueryClient, me: string) {
  let waiting = new Map<string, Key>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clocked = new Set<string>();
  let clockTimer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    timer = undefined;
    if (waiting.size === 0) return;
    const stale = [...waiting.values()];
    waiting = new Map();
    timer = setTimeout(flush, WINDOW);
    for (const queryKey of stale) void client.invalidateQueries({ queryKey });
  };

  const add = (stale: readonly Key[]): void => {
    for (const key of stale) waiting.set(JSON.stringify(key), key);
    if (timer === undefined) flush();
  };
  const readClocks = (): void => {
    clockTimer = undefined;
    add([keys.tickets, ...[...clocked].flatMap((id) => [keys.ticket(id), keys.clocks(id)])]);
    clocked.clear();
  };

  return {
    events: (fresh: readonly HubEvent[]): void => {
      for (const { type, ticketId } of fresh) if (ticketId && followedByClocks.test(type)) clocked.add(ticketId);
      if (clocked.size > 0) clockTimer ??= setTimeout(readClocks, CLOCKS);
      add(staleKeys(fresh, me));
    },
    all: (): void => void client.invalidateQueries(),
    stop: (): void => {
      clearTimeout(timer);
      clearTimeout(clockTimer);
    },
  };
}
