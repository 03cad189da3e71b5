/** Fetches what waits in the open folder, portion by portion; the cursor moves only over what is durable. */
import type { FetchQueryObject } from 'imapflow';
import type { MailboxCursor, MailProblem, PassedOver } from '../../mailbox.ts';
import { momentOf } from '../reading/moment.ts';
import { answered, longAnswer } from './connection.ts';
import { LeftBehind } from './left-behind.ts';
import { isImporting, isOld, isWanted, type Listed, type Portion, portionsOf, rangesOf } from './plan.ts';
import { isForNow } from './problem.ts';
import { search } from './search.ts';
import {
  type FetchPass,
  isOurs,
  isRefusal,
  type NotCome,
  noteGivenUp,
  type TakenPortion,
  takePortion,
} from './take-portion.ts';

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
      const outcome = await fetchPortion(pass, cursor, portion);
      problem = outcome.problem ?? problem;
      const done = portion.mails.length + portion.tooLarge.length;
      left -= done;
      const passedOver = outcome.notCome.map(({ uid }) => ({ uid, tries: 0, othersCame: false }));
      if (passedOver.length > 0) pass.mailbox.breaks.passedOver();
      cursor = {
        ...moved(cursor, portion.lastUid, done, leftUpTo(portion.lastUid)),
        passedOver: [...cursor.passedOver, ...passedOver].map((one) => ({
          ...one,
          othersCame: one.othersCame || outcome.taken > 0,
        })),
      };
      const delay = delayOf(portion, cursor, pass);
      await pass.mailbox.save(cursor, { backlog: left, received: outcome.taken > 0, delay });
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

/** So often a mail that was passed over is asked for again before it is noted as one that cannot be had. */
const mostTries = 5;

/**
 * Mails that were passed over are asked for again when everything behind them has come: it may have been the server. That one is asked for in vain
 * counts only when others have come since. Throws when the connection breaks off.
 */
export async function fetchPassedOver(pass: FetchPass, from: MailboxCursor): Promise<MailboxCursor> {
  let cursor = from;
  const keep = async (passedOver: readonly PassedOver[], received: boolean) => {
    cursor = { ...cursor, passedOver };
    await pass.mailbox.save(cursor, { backlog: 0, received, delay: null });
  };
  const inVain = async ({ uid }: PassedOver, why: 'held back' | 'broken off') => {
    const others = cursor.passedOver.filter((one) => one.uid !== uid);
    const [mail] = cursor.passedOver.filter((one) => one.uid === uid && one.othersCame);
    // The one at which the connection breaks off comes last when it is asked for them the next time.
    if (!mail) return keep([...others, { uid, tries: 0, othersCame: false }], false);
    const isOver = mail.tries + 1 >= mostTries;
    if (isOver) await noteGivenUp(pass, cursor, uid, why);
    return keep(isOver ? others : [...others, { ...mail, tries: mail.tries + 1 }], false);
  };
  for (const mail of from.passedOver) {
    pass.signal.throwIfAborted();
    let notCome: NotCome | undefined;
    try {
      notCome = await askAgain(pass, cursor, mail.uid);
    } catch (error) {
      if (!isOurs(error, pass.signal)) await inVain(mail, 'broken off');
      throw error;
    }
    if (notCome && !isForNow(notCome.error)) await inVain(mail, 'held back');
    if (notCome) continue;
    const others = cursor.passedOver.filter(({ uid }) => uid !== mail.uid);
    await keep(
      others.map((one) => ({ ...one, othersCame: true })),
      true,
    );
  }
  return cursor;
}

/** Undefined: it came, or is gone. */
async function askAgain(pass: FetchPass, cursor: MailboxCursor, uid: number): Promise<NotCome | undefined> {
  try {
    const listed = await sizesOf(pass, [uid], cursor);
    if (listed.length === 0 && (await search(pass, { uid: String(uid) })).includes(uid)) listed.push(unlisted(uid));
    for (const portion of portionsOf(listed)) {
      const { notCome } = await takePortion(pass, cursor, portion, () => undefined);
      if (notCome[0]) return notCome[0];
    }
    return undefined;
  } catch (error) {
    if (!isRefusal(pass.client, error)) throw error;
    return { uid, error };
  }
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
 * One at which the server broke off is asked about by itself, and when it breaks off at it again not at all; so is each where it refuses to tell of all.
 * One that the server passes over although it is there is asked for all the same.
 */
async function listedOf(pass: FetchPass, uids: number[], cursor: MailboxCursor): Promise<Listed[]> {
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

/** One at which the connection broke off is left for later without being asked for. Throws where it is no use to ask for more. */
async function fetchPortion(pass: FetchPass, cursor: MailboxCursor, portion: Portion): Promise<TakenPortion> {
  const { breaks } = pass.mailbox;
  const [only] = [...portion.mails, ...portion.tooLarge];
  if (only && breaks.isSuspect(only.uid)) return { problem: null, taken: 0, notCome: [{ uid: only.uid, error: null }] };
  return takePortion(pass, cursor, portion, ({ uid, error }) => {
    if (error !== null && !breaks.mayBeLeft(uid, isForNow(error))) throw error;
  });
}
