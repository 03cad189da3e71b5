import type { HandedIn } from '@patchbay/contracts';
import { withoutAttempt } from './attempts.ts';
import type { Draft } from './drafts.ts';
import { choiceOf } from './mail-choice.ts';
import { arrivedUpload } from './uploads.ts';

/**
 * The draft with a message that was taken back in it; what was begun meanwhile is not lost either. The same words, sent again, are another
 * message: under the key of the one that was taken back none leaves.
 */
export function withTakenBack(now: Draft, { input, files }: HandedIn): Draft {
  const begun = now.texts.public.trim();
  const contentIds = new Map(
    input.attachments.flatMap((one) => (typeof one === 'string' ? [] : [[one.id, one.contentId] as const])),
  );
  return {
    ...now,
    kind: 'public',
    // Where the answer to it was lost it stands there still.
    texts: {
      ...now.texts,
      public: begun === '' || begun === input.text.trim() ? input.text : `${input.text}\n\n${begun}`,
    },
    uploads: [
      ...files.map((file) => arrivedUpload(file, contentIds.get(file.id))),
      ...now.uploads.filter((one) => one.kind !== 'public' || files.every(({ id }) => id !== one.id)),
    ],
    mail: choiceOf(input),
    attempts: withoutAttempt(now.attempts, 'public'),
  };
}

/** The draft with a message that failed in it; what the agent has begun to write there is not overwritten. */
export const withWrittenAnew = (now: Draft, failed: HandedIn): Draft =>
  now.texts.public === '' && !now.uploads.some(({ kind }) => kind === 'public') ? withTakenBack(now, failed) : now;
