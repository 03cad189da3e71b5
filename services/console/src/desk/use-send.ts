import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Message } from '@patchbay/contracts';
import { keys, type MessageDraft } from '@patchbay/ui';
import { useRef } from 'react';
import { api } from '../query-client.ts';

/**
 * Sends a message. The same words tried again after a failure carry the same idempotency key: when the first attempt had
 * reached the hub and only its answer was lost, the customer still gets one message.
 */
export function useSend(ticketId: string, sent: () => void) {
  const client = useQueryClient();
  const attempt = useRef({ content: '', key: '' });
  return useMutation({
    mutationFn: async (draft: MessageDraft) => {
      const content = JSON.stringify(draft);
      if (attempt.current.content !== content) attempt.current = { content, key: newKey() };
      return await api.postMessage(ticketId, draft, attempt.current.key);
    },
    onSuccess: (message) => {
      attempt.current = { content: '', key: '' };
      client.setQueryData<Message[]>(keys.messages(ticketId), (before) =>
        before && !before.some((one) => one.id === message.id) ? [...before, message] : before,
      );
      sent();
      for (const queryKey of [keys.messages(ticketId), keys.ticket(ticketId), keys.tickets])
        void client.invalidateQueries({ queryKey });
    },
  });
}

/** `crypto.randomUUID` exists on secure origins only; a centre may run the console by plain HTTP in its own network. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
