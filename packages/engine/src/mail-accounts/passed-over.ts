/** What the servers of an account did not hand out. Pure. */
import { isSameMailbox, type PassedOverBefore } from '@patchbay/channels/mailbox';
import type { MailAccountRow } from '@patchbay/store/queries/mail-accounts';

/** By mailbox. What was known of the present one from before is among the rest since it was opened. */
export function passedOverOf(
  account: Pick<
    MailAccountRow,
    'host' | 'username' | 'folder' | 'address' | 'uidValidity' | 'passedOver' | 'passedOverBefore'
  >,
): PassedOverBefore[] {
  const { host, username, folder, address, uidValidity, passedOver: mails, passedOverBefore } = account;
  if (uidValidity === null) return [...passedOverBefore];
  const elsewhere = passedOverBefore.filter((one) => !isSameMailbox(one, account));
  return [{ host, username, folder, address, uidValidity, mails }, ...elsewhere];
}
