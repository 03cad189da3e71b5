import { describe, expect, it } from 'vitest';
import { asLeft, emptyDraft, withoutSent, withProposalWhileBegun, type Draft, type DraftKind } from './drafts.ts';
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
