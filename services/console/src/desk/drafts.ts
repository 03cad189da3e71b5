import { useMemo, useSyncExternalStore } from 'react';
import { useMe } from '../session/use-me.ts';
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
    const known = drafts.get(name) ?? parsedDraft(sessionStorage.getItem(name));
    drafts.set(name, known);
    return known;
  };
  return {
    get,
    change: (how) => {
      const next = withProposalWhileBegun(how(get()));
      drafts.set(name, next);
      keep(name, next);
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

function keep(name: string, draft: Draft): void {
  const { kind, texts, mail, proposal } = draft;
  const uploads = draft.uploads.map(asKept);
  try {
    if (!texts.public && !texts.internal && uploads.length === 0 && mail.mode !== 'forward')
      sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify({ kind, texts, mail, proposal, uploads }));
  } catch {
    // No room: then it is kept as long as the page is.
  }
}

const parsedDraft = (kept: string | null): Draft =>
  kept === null ? emptyDraft : { ...emptyDraft, ...(JSON.parse(kept) as Partial<Draft>) };

/** Whether there are words or files of the kind. */
export const isBegun = ({ texts, uploads }: Draft, kind: DraftKind): boolean =>
  texts[kind] !== '' || uploads.some((one) => one.kind === kind);

/** An answer that was emptied goes to whomever is proposed, as one that was never begun. */
export const withProposalWhileBegun = (draft: Draft): Draft =>
  draft.proposal !== null && !isBegun(draft, 'public') ? { ...draft, proposal: null } : draft;

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
