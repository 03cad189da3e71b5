import { useCallback, useEffect, useRef } from 'react';
import { useLive } from '../live/live-context.ts';

/** Says "still typing" at most this often, in ms; the other side forgets after a few seconds of silence. */
const EVERY = 2_500;
const REST = 4_000;

/** Tells the customer's side that an answer is being written, and that it rests. */
export function useTypingSignal(ticketId: string): (typing: boolean) => void {
  const { sendTyping } = useLive();
  const state = useRef<{ last: number; rest: ReturnType<typeof setTimeout> | undefined }>({ last: 0, rest: undefined });

  const signal = useCallback(
    (typing: boolean) => {
      const current = state.current;
      clearTimeout(current.rest);
      if (!typing) {
        if (current.last > 0) sendTyping(ticketId, false);
        current.last = 0;
        return;
      }
      current.rest = setTimeout(() => signal(false), REST);
      if (Date.now() - current.last < EVERY) return;
      current.last = Date.now();
      sendTyping(ticketId, true);
    },
    [ticketId, sendTyping],
  );
  const latest = useRef(signal);
  latest.current = signal;
  useEffect(() => () => latest.current(false), [ticketId]);
  return signal;
}
