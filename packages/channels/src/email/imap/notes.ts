/** Notes in quarantine of mails that are in a mailbox and that its server does not hand out. */
import type { ChannelDeps } from '../../channel.ts';
import type { Mailbox, MailboxCursor } from '../../mailbox.ts';
import { emailAccount, sha256 } from '../schema.ts';
import { headOnly, keepAside } from './take.ts';

/** Whose UIDs these are, and under which address a person knows it. */
export type NotedMailbox = Pick<Mailbox, 'host' | 'username' | 'folder' | 'address'> &
  Pick<MailboxCursor, 'uidValidity'>;

const reasons = {
  'held back': 'The server lists this mail but does not hand it out; it stays in its mailbox',
  'broken off': 'The connection breaks off whenever this mail is asked for; it stays in its mailbox',
};

/** Answers the name of the note, the same for the same mail, whatever the address of its mailbox is meanwhile. */
export async function keepNote(
  mailbox: NotedMailbox,
  uid: number,
  why: keyof typeof reasons,
  deps: ChannelDeps,
): Promise<string> {
  const former = noteOf(shownName(mailbox, uid));
  if (await deps.isKept({ channelAccount: emailAccount, externalId: former })) return former;
  const note = noteOf(ownName(mailbox, uid));
  const bytes = Buffer.from(`${shownName(mailbox, uid)}; ${ownerOf(mailbox)}\r\n`);
  await keepAside(deps, note, reasons[why], { bytes, contentType: headOnly });
  return note;
}

/** The mail has come at last. Where its note is not known one may have been left all the same, when the account was turned to another mailbox. */
export async function endNote(
  mailbox: NotedMailbox,
  { uid, note }: { readonly uid: number; readonly note?: string },
  deps: Pick<ChannelDeps, 'endQuarantine'>,
): Promise<void> {
  const possible = [ownName(mailbox, uid), shownName(mailbox, uid)].map(noteOf);
  for (const externalId of note === undefined ? possible : [note])
    await deps.endQuarantine({ channelAccount: emailAccount, externalId }, cameLater);
}

const cameLater = 'The server has handed out this mail since, and it came in';

/** As people are shown it; earlier releases named their notes by it, so that two servers could have one name for two mails. */
export const shownName = (mailbox: NotedMailbox, uid: number): string =>
  `UID ${uid} of ${folderOf(mailbox)}, ${mailbox.address}`;

const ownName = (mailbox: NotedMailbox, uid: number): string =>
  `UID ${uid} of ${folderOf(mailbox)}, ${ownerOf(mailbox)}`;
const folderOf = ({ folder, uidValidity }: NotedMailbox): string => `${folder} (${uidValidity})`;
const ownerOf = ({ username, host }: NotedMailbox): string => `${username} at ${host.toLowerCase()}`;
const noteOf = (name: string): string => `<${sha256(Buffer.from(name))}@not-handed-out>`;
