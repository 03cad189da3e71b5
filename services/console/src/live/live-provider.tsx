import { useQueryClient } from '@tanstack/react-query';
import type { AttendRequest, HubEvent } from '@patchbay/contracts';
import { keys, openLive, type ConnectionState, type Live, type Room } from '@patchbay/ui';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useMe } from '../session/use-me.ts';
import { useClockNotices } from '../clocks/use-clock-notices.tsx';
import { failedMessages } from './failed-messages.ts';
import { LiveContext, type Follower, type LiveScreen } from './live-context.ts';
import { createRefresher } from './refresh.ts';
import { createTypingStore } from './typing-store.ts';
import { useFailureNotices } from './use-failure-notices.tsx';

/** Keeps one live connection for the session and turns what it brings into reads. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { id: me } = useMe();
  const [connection, setConnection] = useState<ConnectionState>('connecting');
  const [live, setLive] = useState<Live | null>(null);
  const stores = useRef({ typing: createTypingStore(), offered: { ids: new Set<string>() } }).current;

  const followers = useRef(new Set<Follower>()).current;

  const tell = useFailureNotices();
  const tellClocks = useClockNotices();

  useEffect(() => {
    const refresher = createRefresher(client, me);
    const opened = openLive({
      connection: (state) => {
        setConnection(state);
        if (state === 'refused') void client.invalidateQueries({ queryKey: keys.me });
      },
      events: (fresh) => {
        rememberOffers(stores.offered.ids, fresh, me);
        refresher.events(fresh);
        for (const failed of failedMessages(fresh, me)) tell.current(failed);
        tellClocks.current(fresh);
        for (const follower of followers) follower(fresh);
      },
      reset: () => {
        refresher.all();
        for (const follower of followers) follower(null);
      },
      typing: stores.typing.notice,
      guard: (customerId) => void client.invalidateQueries({ queryKey: keys.guard(customerId) }),
      wallboard: (snapshot) => client.setQueryData(keys.wallboard, snapshot),
    });
    setLive(opened);
    return () => {
      refresher.stop();
      opened.close();
      setLive(null);
    };
  }, [client, followers, me, stores, tell, tellClocks]);

  // These change with the connection object only, so that rooms are not left and joined for nothing.
  const calls = useMemo(
    () => ({
      watch: (room: Room) => live?.watch(room) ?? (() => undefined),
      attend: (request: AttendRequest) => live?.attend(request),
      wallboardHeardAt: () => live?.wallboardHeardAt() ?? null,
      sendTyping: (ticketId: string, typing: boolean) => live?.typing(ticketId, typing),
    }),
    [live],
  );
  const follow = useCallback(
    (follower: Follower) => {
      followers.add(follower);
      return () => void followers.delete(follower);
    },
    [followers],
  );
  const value = useMemo<LiveScreen>(
    () => ({ connection, follow, ...calls, ...stores }),
    [connection, follow, calls, stores],
  );
  return <LiveContext value={value}>{children}</LiveContext>;
}

function rememberOffers(ids: Set<string>, fresh: readonly HubEvent[], me: string): void {
  for (const event of fresh) {
    if (event.type !== 'ticket.offered' || !event.ticketId || event.data['agentId'] !== me) continue;
    const expiresAt = event.data['expiresAt'];
    if (typeof expiresAt === 'string' && Date.parse(expiresAt) > Date.now()) ids.add(event.ticketId);
  }
}
