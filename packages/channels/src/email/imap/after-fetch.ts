/** What happens in the mailbox to mails that are durable here. */
import type { ImapFlow } from 'imapflow';
import type { Mailbox } from '../../mailbox.ts';
import { MailProblem } from '../../mailbox.ts';
import { answered, longAnswer, lost } from './connection.ts';

const uid = { uid: true } as const;

/**
 * Answers what the server would not do, null when all is well: intake goes on all the same. Doing it twice to a mail, after a crash
 * between this and the cursor, does no harm; without MOVE a mail may then lie twice in the other folder. Where the connection breaks off
 * it throws, so that it is done over the next one, unless connections keep breaking off there.
 */
export async function settleFetched(
  client: ImapFlow,
  mailbox: Pick<Mailbox, 'afterFetch' | 'moveTo' | 'silenceMs' | 'breaks'>,
  uids: readonly number[],
): Promise<MailProblem | null> {
  if (uids.length === 0 || mailbox.afterFetch === 'keep') return null;
  const doing = actions[mailbox.afterFetch](client, [...uids], mailbox.moveTo ?? '');
  const done = await answered(client, doing, longAnswer(mailbox)).catch(() => false);
  if (!done && !client.usable && mailbox.breaks.mayRepeat()) throw new MailProblem('connection', lost);
  if (client.usable) mailbox.breaks.repeated();
  return done ? null : new MailProblem('after-fetch', refusals[mailbox.afterFetch]);
}

const refusals = {
  seen: 'Mail comes in, but the server does not let it be marked as read',
  move: 'Mail comes in, but the server does not let it be moved to the other folder',
  delete: 'Mail comes in, but the server does not let it be deleted',
};

const actions = {
  seen: (client: ImapFlow, uids: number[]) => client.messageFlagsAdd(uids, [String.raw`\Seen`], uid),
  delete: (client: ImapFlow, uids: number[]) => remove(client, uids),
  move,
};

async function move(client: ImapFlow, uids: number[], to: string): Promise<boolean> {
  if (await moveOrCopy(client, uids, to)) return true;
  // The folder is made when it turns out to be missing, also when somebody deleted it meanwhile.
  const made = await client.mailboxCreate(to).catch(() => null);
  return made !== null && (await moveOrCopy(client, uids, to));
}

async function moveOrCopy(client: ImapFlow, uids: number[], to: string): Promise<boolean> {
  if (client.capabilities.has('MOVE')) return Boolean(await client.messageMove(uids, to, uid));
  return Boolean(await client.messageCopy(uids, to, uid)) && (await remove(client, uids));
}

// A plain EXPUNGE takes away whatever anybody marked (RFC 9051 §6.4.3). Without UIDPLUS ours are only marked.
async function remove(client: ImapFlow, uids: number[]): Promise<boolean> {
  if (client.capabilities.has('UIDPLUS') || client.enabled.has('IMAP4REV2')) return client.messageDelete(uids, uid);
  return client.messageFlagsAdd(uids, [String.raw`\Deleted`], uid);
}
