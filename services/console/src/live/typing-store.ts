import type { TypingNotice } from '@patchbay/contracts';
import type { TypingStore, Typist } from './live-context.ts';

/** A notice that nobody takes back is forgotten after this many ms: its writer may have closed the page. */
const FORGET = 6_000;

export function createTypingStore(): TypingStore & { notice: (notice: TypingNotice) => void } {
  const typing = new Map<string, Typist>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const listeners = new Set<() => void>();
  const set = (ticketId: string, value: Typist | null): void => {
    clearTimeout(timers.get(ticketId));
    if (value) {
      typing.set(ticketId, value);
      timers.set(
        ticketId,
        setTimeout(() => set(ticketId, null), FORGET),
      );
    } else typing.delete(ticketId);
    for (const tell of listeners) tell();
  };
  return {
    notice: ({ ticketId, by, name, typing: now }) => {
      // When one of two stops, the other one is still typing.
      if (now) set(ticketId, { by, name });
      else if (typing.get(ticketId)?.by === by) set(ticketId, null);
    },
    get: (ticketId) => typing.get(ticketId) ?? null,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
