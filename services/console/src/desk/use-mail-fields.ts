import { useQuery } from '@tanstack/react-query';
import type { ChannelName, MessageCreateInput, Message, Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useState } from 'react';
import { api } from '../query-client.ts';
import { looksLikeAddress } from './mail-address.ts';

export type MailMode = 'reply' | 'replyAll' | 'forward';
export interface MailLists {
  to: string[];
  cc: string[];
  bcc: string[];
}

/** Channels whose messages have several recipients, copies and a sender of one's choice. */
export const carriesCopies = (channel: ChannelName): boolean => channel === 'email';

interface Edited {
  mode: MailMode;
  /** Null: as the hub proposes. */
  lists: MailLists | null;
  identityId: string | null;
  subject: string;
  forwardOf: string | null;
  asAttachment: boolean;
}
const untouched: Edited = {
  mode: 'reply',
  lists: null,
  identityId: null,
  subject: '',
  forwardOf: null,
  asAttachment: false,
};

/** Recipients, sender and subject of the mail that is being written, beginning with what the hub proposes. */
export function useMailFields(ticket: Ticket) {
  const enabled = carriesCopies(ticket.channel);
  const [edited, setEdited] = useState(untouched);
  const proposal = useQuery({
    queryKey: keys.replyRecipients(ticket.id),
    queryFn: ({ signal }) => api.replyRecipients(ticket.id, signal),
    enabled,
  });
  const identities = useQuery({
    queryKey: keys.mailIdentities,
    queryFn: ({ signal }) => api.mailIdentities(signal),
    enabled,
  });
  const { mode } = edited;
  const proposed = mode === 'forward' ? { to: [], cc: [] } : proposal.data?.[mode];
  const lists = edited.lists ?? { to: proposed?.to ?? [], cc: proposed?.cc ?? [], bcc: [] };
  const all = [...lists.to, ...lists.cc, ...lists.bcc];
  const change = (next: Partial<Edited>): void => setEdited((before) => ({ ...before, ...next }));
  const identity =
    identities.data?.find((one) => one.id === edited.identityId) ??
    (edited.identityId ? undefined : proposal.data?.identity);
  return {
    enabled,
    ...edited,
    lists,
    identity,
    identities: identities.data ?? [],
    doubtfulReplyTo: proposal.data?.doubtfulReplyTo ?? [],
    failed: proposal.isError,
    /** Nothing wrong is sent, and nothing to nobody. */
    ready: !enabled || (all.every(looksLikeAddress) && (lists.to.length > 0 || (mode === 'reply' && proposal.isError))),
    change,
    setMode: (next: MailMode, forwardOf: string | null = null) =>
      change({ mode: next, lists: null, forwardOf, ...(next === 'forward' ? {} : { subject: '' }) }),
    restore: (input: MessageCreateInput) =>
      setEdited({
        mode: input.forwardOf ? 'forward' : 'reply',
        lists: input.to ? { to: input.to, cc: input.cc ?? [], bcc: input.bcc ?? [] } : null,
        identityId: input.identityId ?? null,
        subject: input.subject ?? '',
        forwardOf: input.forwardOf ?? null,
        asAttachment: input.forwardAs === 'attachment',
      }),
    reset: () => setEdited(untouched),
    /** The fields of the message that belong to mail. */
    draft: (forwarded: Message | null): Partial<MessageCreateInput> =>
      enabled
        ? {
            format: 'light',
            ...(lists.to.length > 0 && { to: lists.to, cc: lists.cc, bcc: lists.bcc }),
            ...(edited.identityId && { identityId: edited.identityId }),
            ...(edited.subject.trim() !== '' && { subject: edited.subject.trim() }),
            ...(mode === 'forward' &&
              forwarded && {
                forwardOf: forwarded.id,
                ...(edited.asAttachment && { forwardAs: 'attachment' as const }),
              }),
          }
        : {},
  };
}
export type MailFields = ReturnType<typeof useMailFields>;
