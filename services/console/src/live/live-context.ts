import type { AttendRequest, HubEvent, TypingNotice } from '@patchbay/contracts';
import type { ConnectionState, Room } from '@patchbay/ui';
import { createContext, use, useEffect, useSyncExternalStore } from 'react';

/** What the live connection offers to a screen. */
export interface LiveScreen {
  connection: ConnectionState;
  watch: (room: Room) => () => void;
  sendTyping: (ticketId: string, typing: boolean) => void;
  /** Says that a customer is on screen or being written to. */
  attend: (request: AttendRequest) => void;
  typing: TypingStore;
  /** When something for wallboards came last, ms since the epoch; null: nothing yet. */
  wallboardHeardAt: () => number | null;
  /** Calls with new events in order; with null when whatever was read is out of date. Answers how to end it. */
  follow: (listener: Follower) => () => void;
  /** Tickets that were offered to this agent since the page was opened, newest last. */
  offered: OfferedStore;
}

export type Follower = (events: readonly HubEvent[] | null) => void;

/** Who is typing on a ticket: its visitor, or another agent. `name` is null when unknown. */
export type Typist = Pick<TypingNotice, 'by' | 'name'>;
export interface TypingStore {
  subscribe: (listener: () => void) => () => void;
  get: (ticketId: string) => Typist | null;
}
export interface OfferedStore {
  ids: Set<string>;
}

export const LiveContext = createContext<LiveScreen | null>(null);

export function useLive(): LiveScreen {
  const live = use(LiveContext);
  if (!live) throw new Error('useLive is called outside of a session');
  return live;
}

/** Joins the ticket's room while it is on screen. */
export function useWatchTicket(id: string): void {
  const { watch } = useLive();
  useEffect(() => watch({ room: 'ticket', id }), [watch, id]);
}

export function useTyping(ticketId: string): Typist | null {
  const { typing } = useLive();
  return useSyncExternalStore(typing.subscribe, () => typing.get(ticketId));
}
