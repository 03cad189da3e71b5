/** Fetches what waits in the open folder, portion by portion; the cursor moves only over what is durable. */
import type { MailboxCursor, MailProblem, PassedOver } from '../../mailbox.ts';
import { LeftBehind } from './left-behind.ts';
import { listedOf } from './list-mails.ts';
import { isImporting, isOld, isWanted, type Portion, portionsOf, rangesOf } from './plan.ts';
import { isForNow } from './problem.ts';
import { search } from './search.ts';
import { type FetchPass, type TakenPortion, takePortion } from './take-portion.ts';

export interface PassOutcome {
  readonly cursor: MailboxCursor;
  /** What the server would not do to a mail that was fetched; undefined when there was none to do anything to. */
  readonly problem: MailProblem | null | undefined;
}

/** UIDs asked about in one command. */
const listedAtOnce = 500;
/** Where more wait it is said before they are listed, and also after a break: on a slow line the first of them is long in coming. */
const saidBeforehand = 100;
/** Mails whose dates are looked at in one command: the server may have to open each. */
const datedAtOnce = 10_000;

/**
 * Everything with a UID above the cursor, in the order of the UIDs. What is asked for by itself is listed by itself, too: where connections hold for a
 * few answers only, the cursor moves over each mail before the next is asked about.
 */
export async function fetchWaiting(pass: FetchPass, from: MailboxCursor): Promise<PassOutcome> {
  const { uids, left: before } = await waitingUids(pass, from);
  const older = new LeftBehind(before);
  let cursor = startImport(from, uids);
  let problem: MailProblem | null | undefined;
  let left = uids.length;
  const { breaks } = pass.mailbox;
  if (left > saidBeforehand || uids.slice(0, 1).some((uid) => breaks.isAskedAlone(uid)))
    await pass.mailbox.save(cursor, { backlog: left, received: false, delay: null });
  for (let start = 0, end = 0; start < uids.length; start = end) {
    end = start + (breaks.isAskedAlone(uids[start] ?? 0) ? 1 : listedAtOnce);
    const chunk = uids.slice(start, end);
    const listed = await listedOf(pass, chunk, cursor);
    const wanted = listed.filter((mail) => isWanted(mail, cursor));
    const unwanted = new LeftBehind(listed.filter((mail) => !isWanted(mail, cursor)).map(({ uid }) => uid));
    const leftUpTo = (uid: number) => older.upTo(uid) + unwanted.upTo(uid);
    const portions = portionsOf(wanted, (uid) => breaks.isAskedAlone(uid));
    for (const portion of portions) {
      pass.signal.throwIfAborted();
      const outcome = await fetchPortion(pass, cursor, portion);
      problem = outcome.problem ?? problem;
      const done = portion.mails.length + portion.tooLarge.length;
      left -= done;
      const passedOver = passedOverOf(pass, cursor, portion, outcome);
      if (passedOver.length > 0) breaks.passedOver();
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
    const last = chunk.at(-1) ?? cursor.lastUid;
    left = uids.length - start - chunk.length;
    if (last > cursor.lastUid) {
      cursor = moved(cursor, last, 0, leftUpTo(last));
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

function startImport(cursor: MailboxCursor, uids: readonly number[]): MailboxCursor {
  if (!isImporting(cursor)) return cursor;
  const total = cursor.importDone + uids.filter((uid) => uid <= cursor.importUntil).length;
  return { ...cursor, importTotal: total };
}

/** Those of a portion that did not come. Where a date is not known, mail of an import may have come long before all was here. */
function passedOverOf(
  { mailbox }: FetchPass,
  { importSince, importUntil }: MailboxCursor,
  { mails, tooLarge }: Portion,
  { notCome }: TakenPortion,
): PassedOver[] {
  const listed = new Map([...mails, ...tooLarge].map((mail) => [mail.uid, mail.arrivedAt]));
  return notCome.map(({ uid }) => {
    const least = uid <= importUntil ? importSince : (mailbox.completeUntil ?? importSince);
    const arrivedAt = listed.get(uid) ?? least;
    return { uid, tries: 0, othersCame: false, ...(arrivedAt && { arrivedAt: arrivedAt.toISOString() }) };
  });
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

/** What is to be asked about, and what both its dates say to be older than wanted. What was passed over is asked for by itself, after the others. */
async function waitingUids(pass: FetchPass, cursor: MailboxCursor): Promise<{ uids: number[]; left: number[] }> {
  const above = Math.max(cursor.lastUid, cursor.importSince === null ? 0 : cursor.importUntil);
  const passedOver = new Set(cursor.passedOver.map(({ uid }) => uid));
  const found = await search(pass, { uid: `${above + 1}:*` });
  // `n:*` always holds the last mail, also when its UID is below n (RFC 9051 §6.4.8).
  const uids = found.filter((uid) => uid > above && !passedOver.has(uid));
  if (cursor.importSince === null || !isImporting(cursor)) return { uids, left: [] };
  // SINCE knows days in the server's time zone; to the minute it is looked at later.
  const since = new Date(cursor.importSince.getTime() - 86_400_000);
  const range = `${cursor.lastUid + 1}:${cursor.importUntil}`;
  const imported = (await search(pass, { uid: range })).filter(
    (uid) => uid > cursor.lastUid && uid <= cursor.importUntil && !passedOver.has(uid),
  );
  const asked = new Set<number>();
  for (const uid of rangesOf(imported, datedAtOnce))
    for (const one of await search(pass, { uid, or: [{ since }, { sentSince: since }] })) asked.add(one);
  return {
    uids: [...imported.filter((uid) => asked.has(uid)), ...uids],
    left: imported.filter((uid) => !asked.has(uid)),
  };
}

/** One at which the connection broke off is left for later without being asked for. Throws where it is no use to ask for more. */
async function fetchPortion(pass: FetchPass, cursor: MailboxCursor, portion: Portion): Promise<TakenPortion> {
  const { breaks } = pass.mailbox;
  const [only] = [...portion.mails, ...portion.tooLarge];
  if (only && breaks.isSuspect(only.uid)) return { problem: null, taken: 0, notCome: [{ uid: only.uid, error: null }] };
  return takePortion(pass, cursor, portion, ({ uid, error }) => {
    if (error !== null && !breaks.mayBeLeft(uid, isForNow(error))) throw error;
  });
}
