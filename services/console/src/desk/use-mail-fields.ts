import { useQuery } from '@tanstack/react-query';
import type { ChannelName, Message, MessageCreateInput, Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { api } from '../query-client.ts';
import type { Draft, DraftStore } from './drafts.ts';
import { looksLikeAddress } from './mail-address.ts';
import type { MailChoice, MailMode } from './mail-choice.ts';

/** Channels whose messages have several recipients, copies and a sender of one's choice. */
export const carriesCopies = (channel: ChannelName): boolean => channel === 'email';

/** Recipients, sender and subject of the mail that is being written, beginning with what the hub proposes. */
export function useMailFields(ticket: Ticket, { mail: chosen }: Draft, store: DraftStore) {
  const enabled = carriesCopies(ticket.channel);
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
  const { mode } = chosen;
  const proposed = mode === 'forward' ? { to: [], cc: [] } : proposal.data?.[mode];
  const lists = chosen.lists ?? { to: proposed?.to ?? [], cc: proposed?.cc ?? [], bcc: [] };
  const all = [...lists.to, ...lists.cc, ...lists.bcc];
  const change = (next: Partial<MailChoice>): void =>
    store.change((before) => ({ ...before, mail: { ...before.mail, ...next } }));
  const identity =
    identities.data?.find((one) => one.id === chosen.identityId) ??
    (chosen.identityId ? undefined : proposal.data?.identity);
  return {
    enabled,
    ...chosen,
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
    /** The fields of the message that belong to mail. */
    draft: (forwarded: Message | null): Partial<MessageCreateInput> =>
      enabled
        ? {
            format: 'light',
            ...(lists.to.length > 0 && { to: lists.to, cc: lists.cc, bcc: lists.bcc }),
            ...(chosen.identityId && { identityId: chosen.identityId }),
            ...(chosen.subject.trim() !== '' && { subject: chosen.subject.trim() }),
            ...(mode === 'forward' &&
              forwarded && {
                forwardOf: forwarded.id,
                ...(chosen.asAttachment && { forwardAs: 'attachment' as const }),
              }),
          }
        : {},
  };
}
export type MailFields = ReturnType<typeof useMailFields>;
