/** When mailboxes that are fetched need a person: mail lies there and nobody here sees it. */
import type { AlertReason, MailAccountState, MailProblemCode } from '@patchbay/contracts';

export interface MailboxSituation {
  readonly id: string;
  readonly state: MailAccountState;
  readonly lastError: string | null;
  readonly lastErrorCode: MailProblemCode | null;
  /** Null where its last connection failed, or there was none yet. */
  readonly connectedAt: Date | null;
  /** When its server last answered as it should, or since when there is the account. */
  readonly wellAt: Date;
}

/** No amount of trying mends these. */
const forPeople: ReadonlySet<MailProblemCode> = new Set([
  'authentication',
  'sign-in-again',
  'certificate',
  'encryption',
  'folder-missing',
  'secret',
]);
/** A server that is started anew is back by then. Seconds. */
const patience = 300;

/**
 * While it is tried again it stays what it was: only an answer of the server, which takes the error away, makes it well. One whose mail comes in has an
 * error of another kind, as that some of its mails are not handed out, and is no worse for being connected anew.
 */
export const isMailboxFailing = ({
  state,
  lastError,
  connectedAt,
}: Pick<MailboxSituation, 'state' | 'lastError' | 'connectedAt'>): boolean =>
  state === 'failing' || (state === 'connecting' && lastError !== null && connectedAt === null);

/** Mailboxes that cannot be read: by a refusal at once, by silence after five minutes. The alert fires while there is any. */
export function mailboxAlert(mailboxes: readonly MailboxSituation[], now: Date): AlertReason[] {
  const failing = mailboxes.filter(
    ({ lastErrorCode, wellAt, ...mailbox }) =>
      isMailboxFailing(mailbox) &&
      ((lastErrorCode !== null && forPeople.has(lastErrorCode)) || now.getTime() - wellAt.getTime() >= patience * 1000),
  );
  const accounts = failing.map(({ id }) => id).toSorted();
  return accounts.length > 0 ? [{ code: 'mailboxes-failing', value: accounts.length, limit: 1, accounts }] : [];
}
