import { describe, expect, it } from 'vitest';
import {
  asLeft,
  emptyDraft,
  keepDraft,
  keptDraft,
  withAttemptsWhileBegun,
  withoutSent,
  withProposalWhileBegun,
  type Draft,
  type DraftKind,
} from './drafts.ts';
import { untouchedMail } from './mail-choice.ts';

const file = (key: string, kind: DraftKind = 'public') => ({
  key,
  kind,
  name: key,
  size: 1,
  file: null,
  state: 'done' as const,
  id: key,
});
const written = (text: string, more: Partial<Draft> = {}): Draft => ({
  ...emptyDraft,
  texts: { public: text, internal: 'A note' },
  ...more,
});

describe('what is left of a draft that was sent', () => {
  it.each([
    ['nothing, when nothing was written since', 'Hello', 'Hello', ''],
    ['what was written behind it', 'Hello', 'Hello\n\nAnd one more thing', 'And one more thing'],
    ['all of a text that was changed within', 'Hello', 'Hallo', 'Hallo'],
    ['all of another text', 'Hello', 'Good bye', 'Good bye'],
    ['all of another text that begins with the same letters', 'Yes', 'Yesterday', 'Yesterday'],
    ['all of a text that was changed at its end', 'We have 2', 'We have 20', 'We have 20'],
    ['what was written behind its last mark', 'Yes.', 'Yes.And more', 'And more'],
  ])('%s', (_, sent, now, left) => {
    expect(withoutSent(written(now), written(sent), 'public').texts).toEqual({ public: left, internal: 'A note' });
  });

  it('files that came since, and the choice that was made since', () => {
    const mail = { ...untouchedMail, mode: 'forward' as const };
    const sent = written('Hello', { uploads: [file('a')], mail });
    const now = { ...sent, uploads: [file('a'), file('b')] };
    expect(withoutSent(now, sent, 'public')).toMatchObject({ uploads: [{ key: 'b' }], mail: untouchedMail });
    const changed = { ...mail, subject: 'Again' };
    expect(withoutSent({ ...now, mail: changed }, sent, 'public').mail).toBe(changed);
  });

  it('of a note: recipients, words and files of the answer', () => {
    const mail = { ...untouchedMail, mode: 'replyAll' as const };
    const draft = written('Hello', { mail, uploads: [file('a'), file('b', 'internal')] });
    expect(withoutSent(draft, draft, 'internal')).toMatchObject({
      texts: { public: 'Hello', internal: '' },
      uploads: [{ key: 'a' }],
      mail,
    });
  });
});

it('an answer keeps whom it was begun for until it is emptied', () => {
  const proposal = { reply: { to: ['ann@x.example'], cc: [] }, replyAll: { to: [], cc: [] }, doubtfulReplyTo: [] };
  const kept = (draft: Draft) => withProposalWhileBegun({ ...draft, proposal }).proposal;
  expect(kept(written('Hello'))).toBe(proposal);
  expect(kept(written('', { uploads: [file('a')] }))).toBe(proposal);
  expect(kept(written('', { uploads: [file('for colleagues', 'internal')] }))).toBeNull();
  const sent = written('Hello', { proposal });
  expect(withoutSent(written('Hello\n\nAnd one more thing', { proposal }), sent, 'public').proposal).toBe(proposal);
});

it('a note is gone on with only where one was begun', () => {
  expect(asLeft(written('', { kind: 'internal' })).kind).toBe('internal');
  expect(asLeft(written('', { kind: 'public' })).kind).toBeNull();
  const empty = { ...emptyDraft, kind: 'internal' as const };
  expect(asLeft(empty).kind).toBeNull();
  expect(asLeft({ ...empty, uploads: [file('for colleagues', 'internal')] }).kind).toBe('internal');
});

const attempts = {
  public: { content: 'Hello', key: 'a' },
  internal: { content: 'A note', key: 'b' },
  template: { content: 'Filled', key: 'c' },
};

it('what was tried is forgotten with what is written, and a template on its own', () => {
  const left = (draft: Draft) => Object.keys(withAttemptsWhileBegun({ ...draft, attempts }).attempts);
  expect(left(written('Hello'))).toEqual(['public', 'internal', 'template']);
  expect(left(written(''))).toEqual(['internal', 'template']);
  expect(left({ ...emptyDraft, uploads: [file('a')] })).toEqual(['public', 'template']);
  expect(left({ ...emptyDraft, mail: { ...untouchedMail, mode: 'forward' } })).toEqual(['public', 'template']);
  expect(left(emptyDraft)).toEqual(['template']);
  const draft = { ...written('Hello'), attempts };
  expect(withAttemptsWhileBegun(draft)).toBe(draft);
});

describe('what of a draft outlasts the page', () => {
  /** With room for so many characters. */
  function shelf(room = Infinity) {
    const kept = new Map<string, string>();
    return {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem(name: string, value: string) {
        if (value.length > room) throw new DOMException('full', 'QuotaExceededError');
        kept.set(name, value);
      },
      removeItem: (name: string) => void kept.delete(name),
    };
  }
  const draft = { ...written('Hello'), attempts, failure: new Error('no answer') };

  it('all but why it could not be sent; the attempts with it, and no longer', () => {
    const tab = shelf();
    keepDraft(tab, 'one', draft);
    expect(keptDraft(tab, 'one')).toEqual({ ...draft, failure: null });
    expect(keptDraft(tab, 'another')).toBe(emptyDraft);
    keepDraft(tab, 'one', emptyDraft);
    expect(tab.getItem('one')).toBeNull();
  });

  it('an attempt to send a template, which nothing was written for', () => {
    const tab = shelf();
    const filled = { ...emptyDraft, attempts: { template: attempts.template } };
    keepDraft(tab, 'one', filled);
    expect(keptDraft(tab, 'one')).toEqual(filled);
  });

  it('the words where there is no room for more, and nothing where there is none at all', () => {
    const narrow = shelf(JSON.stringify({ ...draft, uploads: [] }).length - 50);
    keepDraft(narrow, 'one', draft);
    expect(keptDraft(narrow, 'one')).toEqual({ ...draft, attempts: {}, failure: null });
    const full = shelf(0);
    keepDraft(full, 'one', draft);
    expect(keptDraft(full, 'one')).toBe(emptyDraft);
  });

  it('nothing where the browser refuses, or keeps what nobody can read', () => {
    const refuse = (): never => {
      throw new DOMException('refused', 'SecurityError');
    };
    const refused = { getItem: refuse, setItem: refuse, removeItem: refuse };
    for (const one of [draft, emptyDraft]) expect(() => keepDraft(refused, 'one', one)).not.toThrow();
    expect(keptDraft(refused, 'one')).toBe(emptyDraft);
    const tab = shelf();
    tab.setItem('one', '{damaged');
    expect(keptDraft(tab, 'one')).toBe(emptyDraft);
  });

  it('a draft of before attempts were kept has none', () => {
    const tab = shelf();
    tab.setItem('one', JSON.stringify({ kind: 'public', texts: draft.texts }));
    expect(keptDraft(tab, 'one')).toEqual({ ...emptyDraft, kind: 'public', texts: draft.texts });
  });
});
