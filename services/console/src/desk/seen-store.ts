import type { Ticket } from '@patchbay/contracts';
import { useSyncExternalStore } from 'react';

/** How many messages of each ticket this agent has had on screen; kept in this browser, for the newest tickets. */
const STORE = 'patchbay.seen';
const KEEP = 500;
const listeners = new Set<() => void>();
let seen: Record<string, number> = load();

function load(): Record<string, number> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORE) ?? '{}');
    return typeof stored === 'object' && stored ? (stored as Record<string, number>) : {};
  } catch {
    return {};
  }
}

export function markSeen(ticket: Pick<Ticket, 'id' | 'messageCount'>): void {
  if (seen[ticket.id] === ticket.messageCount) return;
  const { [ticket.id]: _, ...others } = seen;
  const newest = Object.entries(others).slice(-KEEP + 1);
  seen = { ...Object.fromEntries(newest), [ticket.id]: ticket.messageCount };
  localStorage.setItem(STORE, JSON.stringify(seen));
  for (const tell of listeners) tell();
}

/** Messages that came since the ticket was last on screen. */
export function useUnread(ticket: Pick<Ticket, 'id' | 'messageCount'>): number {
  const count = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => seen[ticket.id] ?? 0,
  );
  return Math.max(0, ticket.messageCount - count);
}
