import type { Ticket } from '@patchbay/contracts';
import { useSyncExternalStore } from 'react';
import { useMe } from '../session/use-me.ts';

type Readable = Pick<Ticket, 'id' | 'toRead'>;

/** The newest message that an agent has had on screen, by ticket; kept in this browser, for the newest tickets. */
const STORE = 'patchbay.read';
const KEEP = 500;
const listeners = new Set<() => void>();
const known = new Map<string, Record<string, string>>();

function seenBy(agentId: string): Record<string, string> {
  const seen = known.get(agentId) ?? load(agentId);
  known.set(agentId, seen);
  return seen;
}

function load(agentId: string): Record<string, string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(`${STORE}.${agentId}`) ?? '{}');
    return typeof stored === 'object' && stored ? (stored as Record<string, string>) : {};
  } catch {
    return {};
  }
}

export function markSeen(agentId: string, ticket: Readable): void {
  const before = seenBy(agentId);
  const newestRead = ticket.toRead[0];
  if (newestRead === undefined || before[ticket.id] === newestRead) return;
  const { [ticket.id]: _, ...others } = before;
  const newest = Object.entries(others).slice(-KEEP + 1);
  const seen = { ...Object.fromEntries(newest), [ticket.id]: newestRead };
  known.set(agentId, seen);
  localStorage.setItem(`${STORE}.${agentId}`, JSON.stringify(seen));
  for (const tell of listeners) tell();
}

/** Messages to read that came since the agent last had the ticket on screen. */
export function useUnread(ticket: Readable): number {
  const { id: me } = useMe();
  const seen = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => seenBy(me)[ticket.id] ?? '',
  );
  // Their ids ascend as they come (RFC 9562, version 7).
  return ticket.toRead.filter((id) => id > seen).length;
}
