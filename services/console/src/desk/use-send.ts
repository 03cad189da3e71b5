import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { HeldReply, Message } from '@patchbay/contracts';
import { keys, type MessageDraft } from '@patchbay/ui';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { attemptAt, withoutAttempt, type Attempt, type Way } from './attempts.ts';
import { draftOn } from './drafts.ts';

/** A message on its way. What is done with its answer is done also when another ticket is on screen by then. */
interface Sending {
  message: MessageDraft;
  sent: () => void;
  failed?: (problem: Error) => void;
}

const wayOf = (message: MessageDraft): Way => (message.template ? 'template' : (message.visibility ?? 'public'));

/**
 * Sends a message, or holds it back for as long as the agent wants to be able to undo it; a note is kept at once. The same words tried
 * again after a failure or a reload carry the same idempotency key: when the first attempt had reached the hub and only its answer was lost,
 * the customer still gets one message.
 */
export function useSend(ticketId: string) {
  const client = useQueryClient();
  const { id: me, undoSeconds } = useMe();
  const store = draftOn(me, ticketId);
  const send = useMutation({
    mutationFn: async ({ message: draft }: Sending): Promise<{ message: Message } | { held: HeldReply }> => {
      // A template is chosen and filled in a window of its own, where it was looked at already.
      return draft.visibility === 'public' && undoSeconds > 0 && !draft.template
        ? { held: await hold(draft) }
        : { message: await api.postMessage(ticketId, draft, begin(draft).key) };
    },
    onSuccess: (answer, { message, sent }) => {
      forget(wayOf(message), JSON.stringify(message));
      if ('held' in answer) append(keys.heldReplies(ticketId), answer.held);
      else append(keys.messages(ticketId), answer.message);
      sent();
      for (const queryKey of [keys.messages(ticketId), keys.heldReplies(ticketId), keys.ticket(ticketId), keys.tickets])
        void client.invalidateQueries({ queryKey });
    },
    onError: (error, { failed }) => failed?.(error),
  });
  /** What was written is given up: the same words, written anew, are another message. */
  const giveUp = (way: Way): void => forget(way);
  return { ...send, giveUp };

  /** Kept before it is sent: whoever loads the page anew meanwhile goes on with it. */
  function begin(draft: MessageDraft): Attempt {
    const way = wayOf(draft);
    const attempt = attemptAt(store.get().attempts, way, JSON.stringify(draft));
    store.change((now) => ({ ...now, attempts: { ...now.attempts, [way]: attempt } }));
    return attempt;
  }

  async function hold(draft: MessageDraft): Promise<HeldReply> {
    const before = store.get().attempts.public;
    const attempt = begin(draft);
    const held = await api.holdReply(ticketId, draft, attempt.key);
    const isTakenBackElsewhere =
      held.state === 'taken-back' && attempt === before && attempt === store.get().attempts.public;
    if (!isTakenBackElsewhere) return held;
    // Nothing of the earlier attempt leaves, and whoever sends the same words again wants that they do.
    forget('public');
    return api.holdReply(ticketId, draft, begin(draft).key);
  }

  function forget(way: Way, content?: string): void {
    store.change((now) => ({ ...now, attempts: withoutAttempt(now.attempts, way, content) }));
  }

  function append<T extends { id: string }>(queryKey: readonly string[], item: T): void {
    client.setQueryData<T[]>(queryKey, (before) =>
      before && !before.some((one) => one.id === item.id) ? [...before, item] : before,
    );
  }
}
