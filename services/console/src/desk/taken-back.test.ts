import { expect, it } from 'vitest';
import { emptyDraft } from './drafts.ts';
import { withTakenBack, withWrittenAnew } from './taken-back.ts';

const id = '01890000-0000-7000-8000-000000000001';
const file = { id, filename: 'bulb.png', contentType: 'image/png', size: 7, sha256: '0'.repeat(64) };
const passedOn = {
  ticketId: id,
  input: {
    text: 'Between us: is it true?',
    visibility: 'public' as const,
    attachments: [file.id],
    to: ['expert@suplier.example'],
    cc: ['boss@example.net'],
    identityId: id,
    forwardOf: id,
    forwardFiles: [id],
  },
  files: [file],
};

it('what failed is written anew to whom it went, with its files, over nothing that was begun', () => {
  expect(withWrittenAnew(emptyDraft, passedOn)).toMatchObject({
    kind: 'public',
    texts: { public: passedOn.input.text },
    uploads: [{ id, kind: 'public', state: 'done' }],
    mail: {
      mode: 'forward',
      lists: { to: ['expert@suplier.example'], cc: ['boss@example.net'], bcc: [] },
      identityId: id,
      forwardOf: id,
      forwardFiles: [id],
    },
  });
  for (const begun of [
    { ...emptyDraft, texts: { public: 'Dear Ann', internal: '' } },
    { ...emptyDraft, uploads: withWrittenAnew(emptyDraft, passedOn).uploads },
  ])
    expect(withWrittenAnew(begun, passedOn)).toBe(begun);
});

it('what was taken back while it still stood there, as its answer was lost, is there once', () => {
  const note = { ...withWrittenAnew(emptyDraft, passedOn).uploads[0], kind: 'internal' as const };
  const written = withTakenBack(emptyDraft, passedOn);
  const again = withTakenBack({ ...written, uploads: [...written.uploads, note as never] }, passedOn);
  expect(again.texts.public).toBe(passedOn.input.text);
  expect(again.uploads).toMatchObject([
    { id, kind: 'public' },
    { id, kind: 'internal' },
  ]);
  expect(withTakenBack({ ...written, texts: { public: 'And this', internal: '' } }, passedOn).texts.public).toBe(
    `${passedOn.input.text}\n\nAnd this`,
  );
});

it('what was taken back is another message when it is sent again, and a note beside it is still the same', () => {
  const internal = { content: 'A note', key: 'b' };
  const tried = { ...emptyDraft, attempts: { public: { content: 'Between us', key: 'a' }, internal } };
  expect(withTakenBack(tried, passedOn).attempts).toEqual({ internal });
});
