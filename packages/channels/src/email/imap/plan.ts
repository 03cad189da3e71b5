/** Which mails of a mailbox are fetched, and in what portions. Pure. */
import type { Mailbox, MailboxCursor, PassedOver, PassedOverBefore } from '../../mailbox.ts';
import { mailSizeLimit } from '../inlet.ts';

export interface MailboxStatus {
  readonly uidValidity: number;
  readonly uidNext: number;
}

/** Clocks of two machines differ; milliseconds. */
const clockSlack = 300_000;
/** Milliseconds in which an account that was just set up is opened. */
const firstOpening = 30_000;
const day = 86_400_000;

type Wanted = Pick<Mailbox, 'importFrom' | 'importDays' | 'createdAt'>;

/**
 * Where fetching goes on. Under another UIDVALIDITY every UID means another mail (RFC 9051 §2.3.1.1), so that the whole folder is gone
 * through again: what was here before is recognised by its Message-ID and content, and what was not is told by its dates. So it is with a folder whose next UID lies at or
 * below the last that was fetched: it is back from a backup, and gives UIDs that were others' to what comes. Where another mailbox or other
 * settings were fetched before, what has arrived since is wanted in any case; and where it took long until a new account could be opened, what
 * has arrived since it was set up. So is what was passed over: by its UID where `before` is of this mailbox and its UIDs still mean the same
 * mails, and otherwise all that has come since the first of it. A note that was left of it then stays, since nothing tells whether what comes is
 * that mail.
 */
export function beginAt(
  cursor: MailboxCursor,
  status: MailboxStatus,
  wanted: Wanted,
  now: Date,
  before?: PassedOverBefore,
): MailboxCursor {
  if (cursor.uidValidity === status.uidValidity && status.uidNext > cursor.lastUid) return cursor;
  const begun = begunAnew(cursor, status, wanted, now);
  if (cursor.uidValidity !== null) return withDates(begun, cursor.passedOver);
  if (before?.uidValidity !== status.uidValidity) return withDates(begun, before?.mails ?? []);
  return { ...begun, passedOver: before.mails.filter(({ uid }) => uid < status.uidNext) };
}

function withDates(begun: MailboxCursor, passedOver: readonly PassedOver[]): MailboxCursor {
  const { importSince } = begun;
  if (importSince === null) return begun;
  const arrived = passedOver.flatMap(({ arrivedAt }) => (arrivedAt === undefined ? [] : Date.parse(arrivedAt)));
  return { ...begun, importSince: earliest(importSince.getTime(), ...arrived) };
}

function begunAnew(cursor: MailboxCursor, status: MailboxStatus, wanted: Wanted, now: Date): MailboxCursor {
  const last = status.uidNext - 1;
  const anew = {
    uidValidity: status.uidValidity,
    lastUid: 0,
    importUntil: last,
    importDone: 0,
    importTotal: 0,
    importLeft: 0,
    passedOver: [],
  };
  if (cursor.uidValidity !== null) return { ...anew, importSince: cursor.importSince };
  const isLate = now.getTime() - wanted.createdAt.getTime() > firstOpening;
  const moment = cursor.importSince ?? (isLate ? wanted.createdAt : null);
  if (wanted.importFrom === 'new' && moment === null)
    return { ...anew, lastUid: last, importSince: new Date(now.getTime() - clockSlack) };
  const days = wanted.importFrom === 'days' ? wanted.importDays : null;
  if (wanted.importFrom === 'all' || (moment === null && days === null)) return { ...anew, importSince: null };
  return { ...anew, importSince: earliest(now.getTime() - (days ?? 0) * day, (moment ?? now).getTime() - clockSlack) };
}

const earliest = (...moments: number[]) => new Date(Math.min(...moments));

export const isImporting = (cursor: MailboxCursor): boolean => cursor.lastUid < cursor.importUntil;

export interface Listed {
  readonly uid: number;
  /** Bytes. */
  readonly size: number;
  /** When the server got it, as it says; who copies mail may give it any date, or none, which is now. */
  readonly arrivedAt: Date | null;
  /** What its field Date says; null where it was not asked for, too: it is of mails of an import. */
  readonly sentAt: Date | null;
}

/**
 * Mail from before the first import's beginning is left alone, also when the folder is gone through again, where both its dates say so: a
 * mail that came since and was lost to a date is worse than one of before that is imported, for which nobody is told anything.
 */
export function isWanted({ uid, arrivedAt, sentAt }: Listed, { importUntil, importSince }: MailboxCursor): boolean {
  if (uid > importUntil || importSince === null || arrivedAt === null) return true;
  return arrivedAt >= importSince || (sentAt !== null && sentAt >= importSince);
}

/** Milliseconds. A mail may be this long on its way before it arrives. */
const longOnItsWay = day;

/**
 * Whether it lay in the mailbox before anybody here looked after it, so that nobody waits for an acknowledgement. What an outage has
 * kept waiting is new. Where the server does not say when it came, all of an import is old; so is what was written long before, though a
 * program that copied it gave it another date.
 */
export function isOld(
  { uid, arrivedAt, sentAt }: Listed,
  cursor: MailboxCursor,
  { createdAt, completeUntil }: Pick<Mailbox, 'createdAt' | 'completeUntil'>,
): boolean {
  const imported = uid <= cursor.importUntil;
  if (arrivedAt === null) return imported;
  const begun = ((imported && completeUntil) || createdAt).getTime();
  if (arrivedAt.getTime() < begun - clockSlack) return true;
  return imported && sentAt !== null && sentAt.getTime() < begun - longOnItsWay;
}

/** Fetched and made durable together: the cursor moves after each. */
export interface Portion {
  readonly mails: readonly Listed[];
  /** Larger than the hub takes: only its head is fetched. */
  readonly tooLarge: readonly Listed[];
  readonly lastUid: number;
}

const mostMails = 100;
/** Bytes. */
const mostBytes = 8 * 1024 * 1024;
/** Bytes of a mail that are asked for at once. */
export const pieceBytes = 512 * 1024;

/** It is asked for piece by piece, and is a portion of its own. */
export const isLarge = ({ size }: Pick<Listed, 'size'>): boolean => size > pieceBytes;

/** `alone`: which are no part of a larger portion. */
export function portionsOf(listed: readonly Listed[], alone: (uid: number) => boolean = () => false): Portion[] {
  const portions: { mails: Listed[]; tooLarge: Listed[]; lastUid: number }[] = [];
  let bytes = 0;
  let afterLarge = false;
  for (const mail of listed) {
    const tooLarge = mail.size > mailSizeLimit;
    const large = isLarge(mail) && !tooLarge;
    const size = tooLarge ? 0 : mail.size;
    let portion = portions.at(-1);
    if (
      !portion ||
      alone(mail.uid) ||
      alone(portion.lastUid) ||
      large ||
      afterLarge ||
      portion.mails.length + portion.tooLarge.length >= mostMails ||
      bytes + size > mostBytes
    ) {
      portion = { mails: [], tooLarge: [], lastUid: 0 };
      portions.push(portion);
      bytes = 0;
    }
    (tooLarge ? portion.tooLarge : portion.mails).push(mail);
    portion.lastUid = mail.uid;
    bytes += size;
    afterLarge = large;
  }
  return portions;
}

/** Sequence sets (RFC 9051 §9) that hold these UIDs, which are in ascending order, and at most so many of them each. */
export function rangesOf(uids: readonly number[], most: number): string[] {
  const ranges: string[] = [];
  for (let start = 0; start < uids.length; start += most)
    ranges.push(`${uids[start]}:${uids[Math.min(start + most, uids.length) - 1]}`);
  return ranges;
}
