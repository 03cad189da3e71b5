import type { Attachment, MessageCreateInput, ReplyRecipients } from '@patchbay/contracts';

export type MailMode = 'reply' | 'replyAll' | 'forward';
export interface MailLists {
  to: string[];
  cc: string[];
  bcc: string[];
}

/** What an agent chose for a mail: how it answers, to whom, and as whom. */
export interface MailChoice {
  readonly mode: MailMode;
  /** Null: as was proposed. */
  readonly lists: MailLists | null;
  readonly identityId: string | null;
  readonly subject: string;
  readonly forwardOf: string | null;
  /** Ids of the files that go with what is passed on; null: all. */
  readonly forwardFiles: readonly string[] | null;
  readonly asAttachment: boolean;
}

export const untouchedMail: MailChoice = {
  mode: 'reply',
  lists: null,
  identityId: null,
  subject: '',
  forwardOf: null,
  forwardFiles: null,
  asAttachment: false,
};

/** Whom the hub would send an answer to. */
export type Proposal = Pick<ReplyRecipients, 'reply' | 'replyAll' | 'doubtfulReplyTo'>;
type Recipients = Proposal['reply'];

/** Whether both reach the same people. */
export function reachSame(one: Recipients, other: Recipients): boolean {
  const these = new Set([...one.to, ...one.cc]);
  const those = new Set([...other.to, ...other.cc]);
  return these.size === those.size && [...these].every((address) => those.has(address));
}

/** What was chosen for a message that exists already. */
export const choiceOf = (input: MessageCreateInput): MailChoice => ({
  mode: input.forwardOf ? 'forward' : 'reply',
  lists: input.to ? { to: input.to, cc: input.cc ?? [], bcc: input.bcc ?? [] } : null,
  identityId: input.identityId ?? null,
  subject: input.subject ?? '',
  forwardOf: input.forwardOf ?? null,
  forwardFiles: input.forwardFiles ?? null,
  asAttachment: input.forwardAs === 'attachment',
});

/** Those of a mail's files that go with it when it is passed on; without a choice all of them. */
export const filesThatGo = (
  attachments: readonly Attachment[],
  chosen: readonly string[] | null | undefined,
): readonly Attachment[] => (chosen ? attachments.filter(({ id }) => chosen.includes(id)) : attachments);
