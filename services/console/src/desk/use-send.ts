import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { HeldReply, Message } from '@patchbay/contracts';
import { keys, type MessageDraft } from '@patchbay/ui';
import { useRef } from 'react';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { newKey } from './new-key.ts';

/**
 * Sends a message, or holds it back for as long as the agent wants to be able to undo it; a note is kept at once. The same words tried
 * again after a failure carry the same idempotency key: when the first attempt had reached the hub and only its answer was lost, the
 * customer still gets one message.
 */
export function useSend(ticketId: string, sent: () => void) {
  const client = useQueryClient();
  const { undoSeconds } = useMe();
  const attempt = useRef({ content: '', key: '' });
  return useMutation({
    mutationFn: async (draft: MessageDraft): Promise<{ message: Message } | { held: HeldReply }> => {
      const content = JSON.stringify(draft);
      if (attempt.current.content !== content) attempt.current = { content, key: newKey() };
      const { key } = attempt.current;
      // A template is chosen and filled in a window of its own, where it was looked at already.
      return draft.visibility === 'public' && undoSeconds > 0 && !draft.template
        ? { held: await api.holdReply(ticketId, draft, key) }
        : { message: await api.postMessage(ticketId, draft, key) };
    },
    onSuccess: (answer) => {
      attempt.current = { content: '', key: '' };
      if ('held' in answer) append(keys.heldReplies(ticketId), answer.held);
      else append(keys.messages(ticketId), answer.message);
      sent();
      for (const queryKey of [keys.messages(ticketId), keys.heldReplies(ticketId), keys.ticket(ticketId), keys.tickets])
        void client.invalidateQueries({ queryKey });
    },
  });

  function append<T extends { id: string }>(queryKey: readonly string[], item: T): void {
    client.setQueryData<T[]>(queryKey, (before) =>
      before && !before.some((one) => one.id === item.id) ? [...before, item] : before,
    );
  }
}
