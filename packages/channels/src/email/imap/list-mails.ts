/** What a mailbox tells of its mails before they are fetched: how large they are, and when they came. */
import type { FetchQueryObject } from 'imapflow';
import type { MailboxCursor } from '../../mailbox.ts';
import { momentOf } from '../reading/moment.ts';
import { answered, longAnswer } from './connection.ts';
import type { Listed } from './plan.ts';
import { isForNow } from './problem.ts';
import { search } from './search.ts';
import { type FetchPass, isOurs, isRefusal } from './take-portion.ts';

const byUid = { uid: true } as const;

/**
 * One at which the server broke off is asked about by itself, and when it breaks off at it again not at all; so is each where it refuses to tell of all.
 * One that the server passes over although it is there is asked for all the same.
 */
export async function listedOf(pass: FetchPass, uids: number[], cursor: MailboxCursor): Promise<Listed[]> {
  const { breaks } = pass.mailbox;
  const suspects = uids.filter((uid) => breaks.isSuspect(uid));
  const together = uids.filter((uid) => !breaks.isAskedAlone(uid));
  const alone = uids.filter((uid) => breaks.isAskedAlone(uid) && !breaks.isSuspect(uid));
  const listed = suspects.map(unlisted);
  listed.push(...(await listedAlone(pass, alone, cursor)));
  if (together.length > 0) {
    const sizes = await sizesOrBreak(pass, together, cursor);
    listed.push(...(sizes ?? (await listedAlone(pass, together, cursor))));
  }
  if (listed.length < uids.length) {
    const known = new Set(listed.map(({ uid }) => uid));
    const missing = new Set(uids.filter((uid) => !known.has(uid)));
    const there = await search(pass, { uid: [...missing].join(',') });
    listed.push(...there.filter((uid) => missing.has(uid)).map(unlisted));
  }
  return listed.toSorted((a, b) => a.uid - b.uid);
}

/** So many that the server tells nothing of before it has told of one are its own trouble. */
const mostUntold = 3;

async function listedAlone(pass: FetchPass, uids: readonly number[], cursor: MailboxCursor): Promise<Listed[]> {
  const listed: Listed[] = [];
  let untold = 0;
  for (const uid of uids) {
    const sizes = await sizesOrBreak(pass, [uid], cursor, untold >= mostUntold);
    if (sizes === null) untold += 1;
    else untold = -Infinity;
    listed.push(...(sizes ?? [unlisted(uid)]));
  }
  return listed;
}

/** Null where the server refuses. */
async function sizesOrBreak(
  pass: FetchPass,
  uids: number[],
  cursor: MailboxCursor,
  isLast = false,
): Promise<Listed[] | null> {
  try {
    return await sizesOf(pass, uids, cursor);
  } catch (error) {
    if (!isLast && isRefusal(pass.client, error)) return null;
    const [first = 0] = uids;
    if (!isOurs(error, pass.signal) && !isForNow(error)) pass.mailbox.breaks.note(first, uids.at(-1) ?? first);
    throw error;
  }
}

export const unlisted = (uid: number): Listed => ({ uid, size: 0, arrivedAt: null, sentAt: null });

/** Of an import it is asked when mails were written, too, by the same command. */
export async function sizesOf(
  { client, mailbox }: FetchPass,
  uids: number[],
  cursor: MailboxCursor,
): Promise<Listed[]> {
  const imported = uids.some((uid) => uid <= cursor.importUntil);
  const query: FetchQueryObject = { uid: true, size: true, internalDate: true, ...(imported && { headers: ['date'] }) };
  const rows = await answered(client, client.fetchAll(uids, query, byUid), longAnswer(mailbox));
  const asked = new Set(uids);
  const listed = new Map<number, Listed>();
  for (const { uid, size, internalDate, headers } of rows) {
    // Servers also tell of other mails whose flags have changed.
    if (!asked.has(uid) || size === undefined) continue;
    const at = internalDate === undefined ? null : new Date(internalDate);
    const arrivedAt = at === null || Number.isNaN(at.getTime()) ? null : at;
    listed.set(uid, { uid, size, arrivedAt, sentAt: headers ? dateIn(headers) : null });
  }
  return [...listed.values()].toSorted((a, b) => a.uid - b.uid);
}

/** Of the one field that was asked for; its lines may be folded. */
const dateIn = (headers: Buffer): Date | null =>
  momentOf(/^date:([\s\S]*)$/i.exec(headers.toString('latin1').trim())?.[1]?.replace(/\s+/g, ' ').trim()) ?? null;
