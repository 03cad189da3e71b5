import { useQuery } from '@tanstack/react-query';
import { mostRecipients } from '@patchbay/contracts';
import type { Message, MessageCreateInput, TicketDetail } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useEffect } from 'react';
import { api } from '../query-client.ts';
import { isBegun, type Draft, type DraftStore } from './drafts.ts';
import { looksLikeAddress } from './mail-address.ts';
import { filesThatGo, reachSame, type MailChoice, type MailMode } from './mail-choice.ts';

/**
 * Recipients, sender and subject of the mail that is being written, beginning with what the hub proposes. The hub's proposal follows the
 * last mail that came in; an answer that is begun goes to whom it was begun for.
 */
export function useMailFields(ticket: TicketDetail, draft: Draft, store: DraftStore) {
  const chosen = draft.mail;
  const enabled = ticket.limits.copies;
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
  const present = proposal.data;
  const begun = isBegun(draft, 'public');
  useEffect(() => {
    if (begun && present) store.change((before) => ({ ...before, proposal: before.proposal ?? present }));
  }, [begun, present, store]);
  const { mode } = chosen;
  const kept = draft.proposal ?? present;
  const proposed = mode === 'forward' ? { to: [], cc: [] } : kept?.[mode];
  const lists = chosen.lists ?? { to: proposed?.to ?? [], cc: proposed?.cc ?? [], bcc: [] };
  const all = [...lists.to, ...lists.cc, ...lists.bcc];
  const change = (next: Partial<MailChoice>): void =>
    store.change((before) => ({ ...before, mail: { ...before.mail, ...next } }));
  const newest = mode === 'forward' ? undefined : present?.[mode];
  const hasMoved = proposed && newest && !reachSame(proposed, newest) && !reachSame(lists, newest);
  const identity =
    identities.data?.find((one) => one.id === chosen.identityId) ?? (chosen.identityId ? undefined : present?.identity);
  return {
    enabled,
    ...chosen,
    lists,
    identity,
    /** Who it is from where nobody else is chosen. */
    proposed: present?.identity,
    identities: identities.data ?? [],
    doubtfulReplyTo: kept?.doubtfulReplyTo ?? [],
    /** Whom an answer to the newest mail goes to, where what is being written goes to others. */
    moved: hasMoved ? [...newest.to, ...newest.cc] : null,
    failed: proposal.isError,
    /** Nothing wrong is sent, and nothing to nobody. */
    ready:
      !enabled ||
      (all.every(looksLikeAddress) &&
        all.length <= mostRecipients &&
        (lists.to.length > 0 || (mode === 'reply' && proposal.isError))),
    change,
    setMode: (next: MailMode, forwardOf: string | null = null) =>
      change({
        mode: next,
        lists: null,
        forwardOf,
        forwardFiles: null,
        ...(next === 'forward' ? {} : { subject: '' }),
      }),
    /** Addresses what is being written to whom an answer to the newest mail goes to; hidden copies stay. */
    takeNewest: () =>
      store.change((before) => ({
        ...before,
        proposal: present ?? null,
        mail: { ...before.mail, lists: lists.bcc.length > 0 && newest ? { ...newest, bcc: lists.bcc } : null },
      })),
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
                ...(chosen.asAttachment
                  ? { forwardAs: 'attachment' as const }
                  : { forwardFiles: filesThatGo(forwarded.attachments, chosen.forwardFiles).map(({ id }) => id) }),
              }),
          }
        : {},
  };
}
export type MailFields = ReturnType<typeof useMailFields>;
