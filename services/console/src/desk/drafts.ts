/** Words that are not sent yet, by ticket and kind; they outlive a change of ticket and a reload, not the browser tab. */
export type DraftKind = 'public' | 'internal';
const name = (ticketId: string, kind: DraftKind): string => `patchbay.draft.${kind}.${ticketId}`;

export const loadDraft = (ticketId: string, kind: DraftKind): string =>
  sessionStorage.getItem(name(ticketId, kind)) ?? '';

export function saveDraft(ticketId: string, kind: DraftKind, text: string): void {
  if (text === '') sessionStorage.removeItem(name(ticketId, kind));
  else sessionStorage.setItem(name(ticketId, kind), text);
}
