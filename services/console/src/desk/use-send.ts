import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { HeldReply, Message } from '@patchbay/contracts';
import { keys, type MessageDraft } from '@patchbay/ui';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { newKey } from './new-key.ts';

/** A message on its way. What is done with its answer is done also when another ticket is on screen by then. */
interface Sending {
  message: MessageDraft;
  sent: () => void;
  failed?: (problem: Error) => void;
}

type Way = MessageDraft['visibility'] | 'template';
const wayOf = (message: MessageDraft): Way => (message.template ? 'template' : message.visibility);

/** By author, ticket and way of writing, the message of which it is not known whether it reached the hub, and the key that it was sent with. */
const attempts = new Map<string, { content: string; key: string }>();

/**
 * Sends a message, or holds it back for as long as the agent wants to be able to undo it; a note is kept at once. The same words tried
 * again after a failure carry the same idempotency key: when the first attempt had reached the hub and only its answer was lost, the
 * customer still gets one message.
 */
export function useSend(ticketId: string) {
  const client = useQueryClient();
  const { id: me, undoSeconds } = useMe();
  const placeOf = (way: Way): string => `${me} ${ticketId} ${way}`;
  const send = useMutation({
    mutationFn: async ({ message: draft }: Sending): Promise<{ message: Message } | { held: HeldReply }> => {
      const content = JSON.stringify(draft);
      const place = placeOf(wayOf(draft));
      const before = attempts.get(place);
      const key = before?.content === content ? before.key : newKey();
      attempts.set(place, { content, key });
      // A template is chosen and filled in a window of its own, where it was looked at already.
      return draft.visibility === 'public' && undoSeconds > 0 && !draft.template
        ? { held: await api.holdReply(ticketId, draft, key) }
        : { message: await api.postMessage(ticketId, draft, key) };
    },
    onSuccess: (answer, { message, sent }) => {
      const place = placeOf(wayOf(message));
      if (attempts.get(place)?.content === JSON.stringify(message)) attempts.delete(place);
      if ('held' in answer) append(keys.heldReplies(ticketId), answer.held);
      else append(keys.messages(ticketId), answer.message);
      sent();
      for (const queryKey of [keys.messages(ticketId), keys.heldReplies(ticketId), keys.ticket(ticketId), keys.tickets])
        void client.invalidateQueries({ queryKey });
    },
    onError: (error, { failed }) => failed?.(error),
  });
  /** What was written is given up: the same words, written anew, are another message. */
  const giveUp = (way: Way): void => void attempts.delete(placeOf(way));
  return { ...send, giveUp };

  function append<T extends { id: string }>(queryKey: readonly string[], item: T): void {
    client.setQueryData<T[]>(queryKey, (before) =>
      before && !before.some((one) => one.id === item.id) ? [...before, item] : before,
    );
  }
}
