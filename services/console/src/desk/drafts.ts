import { useMemo, useSyncExternalStore } from 'react';
import { useMe } from '../session/use-me.ts';
import { withoutAttempt, type Attempts } from './attempts.ts';
import { untouchedMail, type MailChoice, type Proposal } from './mail-choice.ts';
import { withoutSentWords } from './text-edit.ts';
import { asKept, type Upload } from './uploads.ts';

export type DraftKind = 'public' | 'internal';

/** What an agent writes on a ticket and has not sent yet. */
export interface Draft {
  /** What is being written; null: as the channel has it. */
  readonly kind: DraftKind | null;
  readonly texts: Readonly<Record<DraftKind, string>>;
  readonly uploads: readonly Upload[];
  readonly mail: MailChoice;
  /** Whom the answer was proposed to go to when it was begun, and goes to; null while nothing is written: then whatever is proposed now. */
  readonly proposal: Proposal | null;
  /** What was sent without an answer so far. It goes with what is written, and is forgotten with it. */
  readonly attempts: Attempts;
  /** Why it could not be sent last. */
  readonly failure: Error | null;
}

export interface DraftStore {
  get(): Draft;
  change(how: (before: Draft) => Draft): void;
}

export const emptyDraft: Draft = {
  kind: null,
  texts: { public: '', internal: '' },
  uploads: [],
  mail: untouchedMail,
  proposal: null,
  attempts: {},
  failure: null,
};

const drafts = new Map<string, Draft>();
const listeners = new Set<() => void>();

/**
 * An agent's draft on a ticket. It outlives a change of ticket with all that belongs to it, and a reload as far as its files have
 * arrived; not the browser tab.
 */
export function draftOn(agentId: string, ticketId: string): DraftStore {
  const name = `patchbay.draft.${agentId}.${ticketId}`;
  const get = (): Draft => {
    const known = drafts.get(name) ?? keptDraft(ofTab, name);
    drafts.set(name, known);
    return known;
  };
  return {
    get,
    change: (how) => {
      const next = withAttemptsWhileBegun(withProposalWhileBegun(how(get())));
      drafts.set(name, next);
      keepDraft(ofTab, name, next);
      for (const tell of listeners) tell();
    },
  };
}

export function useDraft(ticketId: string): { draft: Draft; store: DraftStore } {
  const { id: me } = useMe();
  const store = useMemo(() => draftOn(me, ticketId), [me, ticketId]);
  return { draft: useSyncExternalStore(subscribe, store.get), store };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Where the browser refuses the storage, reading the property alone throws. */
const ofTab: Shelf = {
  getItem: (name) => sessionStorage.getItem(name),
  setItem: (name, value) => sessionStorage.setItem(name, value),
  removeItem: (name) => sessionStorage.removeItem(name),
};

/** Puts by what outlasts the page. Where not all of it finds room, the words go before the attempts to send them. */
export function keepDraft(shelf: Shelf, name: string, draft: Draft): void {
  const { kind, texts, mail, proposal, attempts } = draft;
  const uploads = draft.uploads.map(asKept);
  const isBlank = !texts.public && !texts.internal && uploads.length === 0 && mail.mode !== 'forward';
  for (const kept of [{ attempts }, {}])
    try {
      if (isBlank && Object.keys(attempts).length === 0) shelf.removeItem(name);
      else shelf.setItem(name, JSON.stringify({ kind, texts, mail, proposal, uploads, ...kept }));
      return;
    } catch {
      // No room: then it is kept as long as the page is.
    }
}

/** What of a draft outlasted the page. */
export function keptDraft(shelf: Shelf, name: string): Draft {
  try {
    const kept = shelf.getItem(name);
    return kept === null ? emptyDraft : { ...emptyDraft, ...(JSON.parse(kept) as Partial<Draft>) };
  } catch {
    return emptyDraft;
  }
}

/** Whether there are words or files of the kind. */
export const isBegun = ({ texts, uploads }: Draft, kind: DraftKind): boolean =>
  texts[kind] !== '' || uploads.some((one) => one.kind === kind);

/** An answer that was emptied goes to whomever is proposed, as one that was never begun. */
export const withProposalWhileBegun = (draft: Draft): Draft =>
  draft.proposal !== null && !isBegun(draft, 'public') ? { ...draft, proposal: null } : draft;

/** What was given up is not tried again: the same message, written anew, is another one. */
export function withAttemptsWhileBegun(draft: Draft): Draft {
  const isPublic = isBegun(draft, 'public') || draft.mail.mode === 'forward';
  const answered = isPublic ? draft.attempts : withoutAttempt(draft.attempts, 'public');
  const attempts = isBegun(draft, 'internal') ? answered : withoutAttempt(answered, 'internal');
  return attempts === draft.attempts ? draft : { ...draft, attempts };
}

/** As it is found by who comes back: answering, unless something else was begun. */
export const asLeft = (draft: Draft): Draft =>
  draft.kind !== null && !isBegun(draft, draft.kind) ? { ...draft, kind: null } : draft;

/** What is left of a draft when an earlier state of it was sent: whatever was written, attached and chosen since. */
export function withoutSent(now: Draft, sent: Draft, kind: DraftKind): Draft {
  const keys = new Set(sent.uploads.filter((one) => one.kind === kind).map(({ key }) => key));
  return {
    ...now,
    texts: { ...now.texts, [kind]: withoutSentWords(now.texts[kind], sent.texts[kind]) },
    uploads: now.uploads.filter(({ key }) => !keys.has(key)),
    mail: kind === 'public' && now.mail === sent.mail ? untouchedMail : now.mail,
    failure: null,
  };
}
