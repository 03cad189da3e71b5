/** Watches a mailbox over one connection: fetches what waits, then waits for news by IDLE and looks by itself now and then. */
import type { ImapFlow, MailboxObject } from 'imapflow';
import type { MailFolder } from '@patchbay/contracts';
import type { ChannelDeps } from '../../channel.ts';
import { isSameMailbox, type Mailbox, type MailboxCursor, type MailboxServer, MailProblem } from '../../mailbox.ts';
import { answered, connect, type Connection, lost, shortAnswer } from './connection.ts';
import { fetchWaiting } from './fetch.ts';
import { fetchPassedOver, isNoted, KnownBreak, noteLeft } from './passed-over.ts';
import { beginAt } from './plan.ts';
import { search } from './search.ts';
import type { FetchPass } from './take-portion.ts';

/** Resolves after an abort, when mails in progress are done. Rejects with a {@link MailProblem} when the connection breaks. */
export async function watchMailbox(mailbox: Mailbox, deps: ChannelDeps, signal: AbortSignal): Promise<void> {
  let { cursor } = mailbox;
  const save: Mailbox['save'] = async (to, progress) => {
    await mailbox.save(to, progress);
    cursor = to;
  };
  try {
    // Where it breaks off at a mail of which that is known the account is as well as it was.
    while ((await watchOnce({ ...mailbox, cursor, save }, deps, signal)) === 'known break') signal.throwIfAborted();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function watchOnce(mailbox: Mailbox, deps: ChannelDeps, signal: AbortSignal): Promise<'known break'> {
  using connection = await connect(mailbox, signal);
  try {
    return await watch(connection, mailbox, deps, signal);
  } catch (error) {
    if (error instanceof KnownBreak) return 'known break';
    throw connection.problem(error);
  }
}

async function watch(connection: Connection, mailbox: Mailbox, deps: ChannelDeps, signal: AbortSignal): Promise<never> {
  const { client } = connection;
  const news = listenForNews(client);
  const pollMs = client.capabilities.has('IDLE') ? mailbox.pollMs.beside : mailbox.pollMs.without;
  let { cursor } = mailbox;
  let look: 'again' | 'news' = 'again';
  let problem: MailProblem | null = null;
  for (;;) {
    if (look === 'again') cursor = await open(connection, mailbox, cursor, deps);
    const completeUntil = deps.now();
    const pass = { client, mailbox, deps, signal };
    const outcome = await fetchWaiting(pass, cursor);
    cursor = outcome.cursor;
    const isTime = cursor.passedOver.length > 0 && mailbox.breaks.isTimeToAskAgain(performance.now(), pollMs);
    if (client.usable && isTime) cursor = await fetchPassedOver(pass, cursor);
    if (outcome.problem !== undefined) ({ problem } = outcome);
    if (!client.usable) throw new MailProblem('connection', lost);
    mailbox.breaks.forget();
    // Of the others their notes tell.
    const waiting = cursor.passedOver.filter((mail) => !isNoted(mail)).length;
    await mailbox.contact({ backlog: waiting, problem: problem ?? heldBackBy(waiting), completeUntil });
    look = await news.wait(pollMs);
  }
}

const heldBackBy = (count: number): MailProblem | null =>
  count === 0
    ? null
    : new MailProblem(
        'server',
        `Mail comes in, but the server does not hand out ${count} of it, which is asked for again`,
      );

/** Opens the folder, also when it is open: only that tells of a folder that was deleted and made again. */
async function open(
  connection: Connection,
  mailbox: Mailbox,
  cursor: MailboxCursor,
  deps: ChannelDeps,
): Promise<MailboxCursor> {
  const opening = connection.client.mailboxOpen(mailbox.folder, { readOnly: mailbox.afterFetch === 'keep' });
  const folder = await answered(connection.client, opening, shortAnswer(mailbox));
  const uidNext = await nextUid({ client: connection.client, mailbox }, folder, cursor);
  const before = mailbox.passedOverBefore.find((one) => isSameMailbox(one, mailbox));
  const begun = beginAt(cursor, { uidValidity: Number(folder.uidValidity), uidNext }, mailbox, deps.now(), before);
  if (begun === cursor) return cursor;
  mailbox.breaks.forget();
  // The account was changed, and nobody asks for those elsewhere any more.
  if (cursor.uidValidity === null)
    for (const left of mailbox.passedOverBefore.filter((one) => one !== before)) await noteLeft(left, deps);
  await mailbox.save(begun, { backlog: 0, received: false, delay: null });
  return begun;
}

/** Not every server tells it (RFC 3501 §6.3.1). Of a folder that is known already nothing then says that it is another one. */
async function nextUid(
  at: Pick<FetchPass, 'client' | 'mailbox'>,
  { uidNext, uidValidity, exists }: Partial<Pick<MailboxObject, 'uidNext' | 'uidValidity' | 'exists'>>,
  cursor: MailboxCursor,
): Promise<number> {
  if (uidNext !== undefined) return uidNext;
  if (cursor.uidValidity === Number(uidValidity)) return cursor.lastUid + 1;
  return exists === 0 ? 1 : ((await search(at, { uid: '*' })).at(-1) ?? 0) + 1;
}

/** Remembers news that come while nobody waits. */
function listenForNews(client: ImapFlow) {
  let fresh = false;
  let wake: (() => void) | undefined;
  client.on('exists', () => {
    fresh = true;
    wake?.();
  });
  client.on('close', () => wake?.());
  return {
    /** `news`: mail came; `again`: it is time to look whether the server forgot to say so. Rejects when the connection is gone. */
    async wait(pollMs: number): Promise<'news' | 'again'> {
      if (!fresh) {
        const woken = Promise.withResolvers<void>();
        wake = woken.resolve;
        const timer = setTimeout(woken.resolve, pollMs);
        // Ends when the next command is given. When it fails the connection is closed, or the poll does without it.
        if (client.usable && client.capabilities.has('IDLE')) client.idle().catch(() => undefined);
        if (client.usable) await woken.promise;
        clearTimeout(timer);
        wake = undefined;
      }
      if (!client.usable) throw new MailProblem('connection', client.byeReason ? said(client.byeReason) : lost);
      const told = fresh;
      fresh = false;
      return told ? 'news' : 'again';
    },
  };
}

const said = (reason: string) => `${lost}: ${reason.replaceAll(/\s+/g, ' ').slice(0, 200)}`;

/** Signs in and lists the folders. */
export async function listFolders(server: MailboxServer, signal: AbortSignal): Promise<MailFolder[]> {
  using connection = await connect(server, signal);
  try {
    const folders = await answered(connection.client, connection.client.list(), shortAnswer(server));
    return folders
      .filter(({ flags }) => !flags.has(String.raw`\Noselect`) && !flags.has(String.raw`\NonExistent`))
      .slice(0, 1000)
      .map(({ path, specialUse }) => ({ path, specialUse: specialUse ?? null }));
  } catch (error) {
    throw connection.problem(error);
  }
}
