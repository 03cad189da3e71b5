import type { Ticket } from '@patchbay/contracts';
import { useSyncExternalStore } from 'react';
import { useMe } from '../session/use-me.ts';

type Countable = Pick<Ticket, 'id' | 'incomingCount'>;

/** How many of each ticket's messages that there are to read an agent has had on screen; kept in this browser, for the newest tickets. */
const STORE = 'patchbay.read';
const KEEP = 500;
const listeners = new Set<() => void>();
const known = new Map<string, Record<string, number>>();

function seenBy(agentId: string): Record<string, number> {
  const seen = known.get(agentId) ?? load(agentId);
  known.set(agentId, seen);
  return seen;
}

function load(agentId: string): Record<string, number> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(`${STORE}.${agentId}`) ?? '{}');
    return typeof stored === 'object' && stored ? (stored as Record<string, number>) : {};
  } catch {
    return {};
  }
}

export function markSeen(agentId: string, ticket: Countable): void {
  const before = seenBy(agentId);
  if (before[ticket.id] === ticket.incomingCount) return;
  const { [ticket.id]: _, ...others } = before;
  const newest = Object.entries(others).slice(-KEEP + 1);
  const seen = { ...Object.fromEntries(newest), [ticket.id]: ticket.incomingCount };
  known.set(agentId, seen);
  localStorage.setItem(`${STORE}.${agentId}`, JSON.stringify(seen));
  for (const tell of listeners) tell();
}

/** Messages to read that came since the agent last had the ticket on screen. */
export function useUnread(ticket: Countable): number {
  const { id: me } = useMe();
  const count = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => seenBy(me)[ticket.id] ?? 0,
  );
  return Math.max(0, ticket.incomingCount - count);
}
