/** Fetches what waits in the open folder, portion by portion; the cursor moves only over what is durable. */
import type { FetchQueryObject } from 'imapflow';
import type { MailboxCursor, MailProblem } from '../../mailbox.ts';
import { momentOf } from '../reading/moment.ts';
import { answered, longAnswer } from './connection.ts';
import { LeftBehind } from './left-behind.ts';
import { isImporting, isOld, isWanted, type Listed, type Portion, portionsOf, rangesOf } from './plan.ts';
import { isForNow } from './problem.ts';
import { search } from './search.ts';
import { type FetchPass, noteGivenUp, takePortion } from './take-portion.ts';

export interface PassOutcome {
  readonly cursor: MailboxCursor;
  /** What the server would not do to a mail that was fetched; undefined when there was none to do anything to. */
  readonly problem: MailProblem | null | undefined;
}

/** UIDs asked about in one command. */
const listedAtOnce = 500;
/** Mails whose dates are looked at in one command: the server may have to open each. */
const datedAtOnce = 10_000;
const byUid = { uid: true } as const;

/** Everything with a UID above the cursor, in the order of the UIDs. */
export async function fetchWaiting(pass: FetchPass, from: MailboxCursor): Promise<PassOutcome> {
  const { uids, left: before } = await waitingUids(pass, from);
  const older = new LeftBehind(before);
  let cursor = startImport(from, uids);
  let problem: MailProblem | null | undefined;
  let left = uids.length;
  for (let start = 0; start < uids.length; start += listedAtOnce) {
    const chunk = uids.slice(start, start + listedAtOnce);
    const listed = await listedOf(pass, chunk, cursor);
    const wanted = listed.filter((mail) => isWanted(mail, cursor));
    const unwanted = new LeftBehind(listed.filter((mail) => !isWanted(mail, cursor)).map(({ uid }) => uid));
    const leftUpTo = (uid: number) => older.upTo(uid) + unwanted.upTo(uid);
    const portions = portionsOf(wanted, (uid) => pass.mailbox.breaks.isAskedAlone(uid));
    for (const portion of portions) {
      pass.signal.throwIfAborted();
      const givenUp = givenUpOf(pass, portion);
      if (givenUp === undefined) problem = (await takePortion(pass, cursor, portion)) ?? problem;
      else await noteGivenUp(pass, cursor, givenUp);
      const done = portion.mails.length + portion.tooLarge.length;
      left -= done;
      cursor = moved(cursor, portion.lastUid, done, leftUpTo(portion.lastUid));
      if (givenUp !== undefined) cursor = { ...cursor, passedOver: [...cursor.passedOver, givenUp] };
      await pass.mailbox.save(cursor, { backlog: left, received: true, delay: delayOf(portion, cursor, pass) });
    }
    // What was expunged meanwhile, or is older than wanted, is passed over.
    const end = chunk.at(-1) ?? cursor.lastUid;
    left = uids.length - start - chunk.length;
    if (end > cursor.lastUid) {
      cursor = moved(cursor, end, 0, leftUpTo(end));
      await pass.mailbox.save(cursor, { backlog: left, received: false, delay: null });
    }
  }
  // Everything up to there was listed, and what was not listed is gone.
  if (isImporting(cursor)) {
    cursor = moved(cursor, cursor.importUntil, 0, older.upTo(cursor.importUntil));
    await pass.mailbox.save(cursor, { backlog: 0, received: false, delay: null });
  }
  return { cursor, problem };
}

/**
 * Mails that were passed over are asked for a last time, each once, when everything behind them has come: it may have been the server.
 * Throws when the connection breaks off, or the server refuses one.
 */
export async function fetchPassedOver(pass: FetchPass, from: MailboxCursor): Promise<MailboxCursor> {
  let cursor = from;
  const settle = (uid: number, received: boolean) => {
    cursor = { ...cursor, passedOver: cursor.passedOver.filter((other) => other !== uid) };
    return pass.mailbox.save(cursor, { backlog: 0, received, delay: null });
  };
  for (const uid of from.passedOver) {
    pass.signal.throwIfAborted();
    try {
      for (const portion of portionsOf(await sizesOf(pass, [uid], cursor))) await takePortion(pass, cursor, portion);
    } catch (error) {
      // Broken off by us, or refused for now, it says nothing of the mail.
      if (!pass.signal.aborted && !isForNow(error)) await settle(uid, false);
      throw error;
    }
    await settle(uid, true);
  }
  return cursor;
}

function startImport(cursor: MailboxCursor, uids: readonly number[]): MailboxCursor {
  if (!isImporting(cursor)) return cursor;
  const total = cursor.importDone + uids.filter((uid) => uid <= cursor.importUntil).length;
  return { ...cursor, importTotal: total };
}

/** Of the new mail of a portion that is durable by now, the one that had waited longest. */
function delayOf({ mails }: Portion, cursor: MailboxCursor, { mailbox, deps }: FetchPass): number | null {
  const arrived = mails.flatMap((mail) => (isOld(mail, cursor, mailbox) ? [] : (mail.arrivedAt?.getTime() ?? [])));
  return arrived.length === 0 ? null : Math.max(0, (deps.now().getTime() - Math.min(...arrived)) / 1000);
}

/** `left`: how many mails it passes that nothing is done about, and that so were left in the mailbox. */
function moved(cursor: MailboxCursor, lastUid: number, done: number, left: number): MailboxCursor {
  const importDone = isImporting(cursor) ? Math.min(cursor.importTotal, cursor.importDone + done) : cursor.importDone;
  return { ...cursor, lastUid: Math.max(cursor.lastUid, lastUid), importDone, importLeft: cursor.importLeft + left };
}

/** What is to be asked about, and what both its dates say to be older than wanted. */
async function waitingUids(pass: FetchPass, cursor: MailboxCursor): Promise<{ uids: number[]; left: number[] }> {
  const above = Math.max(cursor.lastUid, cursor.importSince === null ? 0 : cursor.importUntil);
  const found = await search(pass, { uid: `${above + 1}:*` });
  // `n:*` always holds the last mail, also when its UID is below n (RFC 9051 §6.4.8).
  const uids = found.filter((uid) => uid > above);
  if (cursor.importSince === null || !isImporting(cursor)) return { uids, left: [] };
  // SINCE knows days in the server's time zone; to the minute it is looked at later.
  const since = new Date(cursor.importSince.getTime() - 86_400_000);
  const range = `${cursor.lastUid + 1}:${cursor.importUntil}`;
  const imported = (await search(pass, { uid: range })).filter(
    (uid) => uid > cursor.lastUid && uid <= cursor.importUntil,
  );
  const asked = new Set<number>();
  for (const uid of rangesOf(imported, datedAtOnce))
    for (const one of await search(pass, { uid, or: [{ since }, { sentSince: since }] })) asked.add(one);
  return {
    uids: [...imported.filter((uid) => asked.has(uid)), ...uids],
    left: imported.filter((uid) => !asked.has(uid)),
  };
}

/**
 * One at which the server broke off is asked about by itself, and once it was given up not at all. One that the server passes over although
 * it is there is asked for all the same.
 */
async function listedOf(pass: FetchPass, uids: number[], cursor: MailboxCursor): Promise<Listed[]> {
  const { breaks } = pass.mailbox;
  const together = uids.filter((uid) => !breaks.isAskedAlone(uid));
  const alone = uids.filter((uid) => breaks.isAskedAlone(uid) && !breaks.isGivenUp(uid));
  const listed: Listed[] = uids.filter((uid) => breaks.isGivenUp(uid)).map(unlisted);
  for (const asked of [...alone.map((uid) => [uid]), ...(together.length > 0 ? [together] : [])])
    try {
      listed.push(...(await sizesOf(pass, asked, cursor)));
    } catch (error) {
      const [first = 0] = asked;
      if (!pass.signal.aborted && !isForNow(error)) breaks.note(first, asked.at(-1) ?? first);
      throw error;
    }
  if (listed.length < uids.length) {
    const known = new Set(listed.map(({ uid }) => uid));
    const missing = new Set(uids.filter((uid) => !known.has(uid)));
    const there = await search(pass, { uid: [...missing].join(',') });
    listed.push(...there.filter((uid) => missing.has(uid)).map(unlisted));
  }
  return listed.toSorted((a, b) => a.uid - b.uid);
}

const unlisted = (uid: number): Listed => ({ uid, size: 0, arrivedAt: null, sentAt: null });

/** Of an import it is asked when mails were written, too, by the same command. */
async function sizesOf({ client, mailbox }: FetchPass, uids: number[], cursor: MailboxCursor): Promise<Listed[]> {
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

/** The mail of a portion of its own at which the connection broke off too often: it is noted instead. */
function givenUpOf({ mailbox }: FetchPass, { mails, tooLarge }: Portion): number | undefined {
  const [only] = [...mails, ...tooLarge];
  return only && mailbox.breaks.isGivenUp(only.uid) ? only.uid : undefined;
}
