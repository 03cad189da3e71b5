/** Fetches what waits in the open folder, portion by portion; the cursor moves only over what is durable. */
import type { FetchQueryObject, ImapFlow, SearchObject } from 'imapflow';
import type { ChannelDeps } from '../../channel.ts';
import { type Mailbox, type MailboxCursor, MailProblem } from '../../mailbox.ts';
import { momentOf } from '../reading/moment.ts';
import { settleFetched } from './after-fetch.ts';
import { lost } from './connection.ts';
import { isImporting, isOld, isWanted, type Listed, type Portion, portionsOf } from './plan.ts';
import { readInTurn } from './read-in-turn.ts';
import { keepHead, keepNote, takeMail } from './take.ts';

export interface FetchPass {
  readonly client: ImapFlow;
  readonly mailbox: Mailbox;
  readonly deps: ChannelDeps;
  readonly signal: AbortSignal;
}

export interface PassOutcome {
  readonly cursor: MailboxCursor;
  /** What the server would not do to a mail that was fetched; undefined when there was none to do anything to. */
  readonly problem: MailProblem | null | undefined;
}

/** UIDs asked about in one command. */
const listedAtOnce = 500;
/** Mails of a portion on their way into the database, where as many are written by one statement. */
const takenAtOnce = 16;
const byUid = { uid: true } as const;
/** Milliseconds. */
const awakeEvery = 30_000;

/** Everything with a UID above the cursor, in the order of the UIDs. */
export async function fetchWaiting(pass: FetchPass, from: MailboxCursor): Promise<PassOutcome> {
  const { uids, left: before } = await waitingUids(pass.client, from);
  let cursor = startImport(from, uids);
  let problem: MailProblem | null | undefined;
  let left = uids.length;
  for (let start = 0; start < uids.length; start += listedAtOnce) {
    const chunk = uids.slice(start, start + listedAtOnce);
    const listed = await listedOf(pass, chunk, cursor);
    const wanted = listed.filter((mail) => isWanted(mail, cursor));
    const unwanted = [...before, ...listed.filter((mail) => !wanted.includes(mail)).map(({ uid }) => uid)];
    const portions = portionsOf(wanted, (uid) => pass.mailbox.breaks.isAskedAlone(uid));
    for (const portion of portions) {
      pass.signal.throwIfAborted();
      problem = (await fetchPortion(pass, cursor, portion)) ?? problem;
      left -= portion.mails.length + portion.tooLarge.length;
      cursor = moved(cursor, portion.lastUid, portion.mails.length + portion.tooLarge.length, unwanted);
      await pass.mailbox.save(cursor, { backlog: left, received: true, delay: delayOf(portion, cursor, pass) });
    }
    // What was expunged meanwhile, or is older than wanted, is passed over.
    const end = chunk.at(-1) ?? cursor.lastUid;
    left = uids.length - start - chunk.length;
    if (end > cursor.lastUid) {
      cursor = moved(cursor, end, 0, unwanted);
      await pass.mailbox.save(cursor, { backlog: left, received: false, delay: null });
    }
  }
  // Everything up to there was listed, and what was not listed is gone.
  if (isImporting(cursor)) {
    cursor = moved(cursor, cursor.importUntil, 0, before);
    await pass.mailbox.save(cursor, { backlog: 0, received: false, delay: null });
  }
  return { cursor, problem };
}

/** Mails that were given up are asked for a last time, each once, when everything behind them has come. Throws when the connection breaks off. */
export async function fetchPassedOver(pass: FetchPass, cursor: MailboxCursor): Promise<void> {
  const { breaks } = pass.mailbox;
  for (let uid = breaks.nextPassedOver(); uid !== undefined; uid = breaks.nextPassedOver()) {
    pass.signal.throwIfAborted();
    try {
      for (const portion of portionsOf(await sizesOf(pass.client, [uid], cursor)))
        await takePortion(pass, cursor, portion);
    } catch (error) {
      // Broken off by us it says nothing of the server.
      if (!pass.signal.aborted) breaks.settle(uid);
      throw error;
    }
    breaks.settle(uid);
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

/** `unwanted`: UIDs that nothing is done about; those that the cursor passes were left in the mailbox. */
function moved(cursor: MailboxCursor, lastUid: number, done: number, unwanted: readonly number[]): MailboxCursor {
  const importDone = isImporting(cursor) ? Math.min(cursor.importTotal, cursor.importDone + done) : cursor.importDone;
  const passed = unwanted.filter((uid) => uid > cursor.lastUid && uid <= lastUid);
  return {
    ...cursor,
    lastUid: Math.max(cursor.lastUid, lastUid),
    importDone,
    importLeft: cursor.importLeft + passed.length,
  };
}

/** What is to be asked about, and what both its dates say to be older than wanted. */
async function waitingUids(client: ImapFlow, cursor: MailboxCursor): Promise<{ uids: number[]; left: number[] }> {
  const above = Math.max(cursor.lastUid, cursor.importSince === null ? 0 : cursor.importUntil);
  const found = await search(client, { uid: `${above + 1}:*` });
  // `n:*` always holds the last mail, also when its UID is below n (RFC 9051 §6.4.8).
  const uids = found.filter((uid) => uid > above);
  if (cursor.importSince === null || !isImporting(cursor)) return { uids, left: [] };
  // SINCE knows days in the server's time zone; to the minute it is looked at later.
  const since = new Date(cursor.importSince.getTime() - 86_400_000);
  const range = { uid: `${cursor.lastUid + 1}:${cursor.importUntil}` };
  const imported = (uid: number) => uid > cursor.lastUid && uid <= cursor.importUntil;
  const older = (await search(client, { ...range, or: [{ since }, { sentSince: since }] })).filter(imported);
  const asked = new Set(older);
  const left = (await search(client, range)).filter((uid) => imported(uid) && !asked.has(uid));
  return { uids: [...older, ...uids], left };
}

/** The UIDs that match, in their order. */
export async function search(client: ImapFlow, query: SearchObject): Promise<number[]> {
  const found = await client.search(query, byUid);
  // False: the server refused, which imapflow keeps to itself.
  if (!found) throw Object.assign(new Error('SEARCH was refused'), { responseStatus: 'NO' });
  return found.toSorted((a, b) => a - b);
}

/** One at which the server broke off is asked about by itself, and once it was given up not at all. */
async function listedOf(
  { client, mailbox, signal }: FetchPass,
  uids: number[],
  cursor: MailboxCursor,
): Promise<Listed[]> {
  const { breaks } = mailbox;
  const together = uids.filter((uid) => !breaks.isAskedAlone(uid));
  const alone = uids.filter((uid) => breaks.isAskedAlone(uid) && !breaks.isGivenUp(uid));
  const listed: Listed[] = uids
    .filter((uid) => breaks.isGivenUp(uid))
    .map((uid) => ({ uid, size: 0, arrivedAt: null, sentAt: null }));
  for (const asked of [...alone.map((uid) => [uid]), ...(together.length > 0 ? [together] : [])])
    try {
      listed.push(...(await sizesOf(client, asked, cursor)));
    } catch (error) {
      const [first = 0] = asked;
      if (!signal.aborted) breaks.note(first, asked.at(-1) ?? first);
      throw error;
    }
  return listed.toSorted((a, b) => a.uid - b.uid);
}

/** Of an import it is asked when mails were written, too, by the same command. */
async function sizesOf(client: ImapFlow, uids: number[], cursor: MailboxCursor): Promise<Listed[]> {
  const imported = uids.some((uid) => uid <= cursor.importUntil);
  const query: FetchQueryObject = { uid: true, size: true, internalDate: true, ...(imported && { headers: ['date'] }) };
  const rows = await client.fetchAll(uids, query, byUid);
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

/** Fetches a portion, waits until all of it is durable, and then does to it in the mailbox what is wanted. */
async function fetchPortion(pass: FetchPass, cursor: MailboxCursor, portion: Portion): Promise<MailProblem | null> {
  const [only] = [...portion.mails, ...portion.tooLarge];
  if (only && pass.mailbox.breaks.isGivenUp(only.uid)) {
    await keepNote(nameOf(pass.mailbox, cursor, only.uid), brokenOff, pass.deps);
    return null;
  }
  return takePortion(pass, cursor, portion);
}

async function takePortion(pass: FetchPass, cursor: MailboxCursor, portion: Portion): Promise<MailProblem | null> {
  const bytes = portion.mails.reduce((sum, { size }) => sum + size, 0);
  // A connection that says nothing while others are read would be given up, by the server or by us.
  const awake = setInterval(() => void pass.client.noop().catch(() => undefined), awakeEvery);
  const taken = await readInTurn(bytes, () => {
    clearInterval(awake);
    return takeAll(pass, cursor, portion);
  }).finally(() => clearInterval(awake));
  return await settleFetched(pass.client, pass.mailbox, [...taken]);
}

/** Answers the UIDs that are durable. */
async function takeAll(pass: FetchPass, cursor: MailboxCursor, portion: Portion): Promise<Set<number>> {
  const { client, deps, mailbox } = pass;
  pass.signal.throwIfAborted();
  // While others were read; no mail is to blame for it.
  if (!client.usable) throw new MailProblem('connection', lost);
  const taken = await takeTogether(pass, cursor, portion);
  for (const mail of portion.mails.filter(({ uid }) => !taken.has(uid)))
    if (await takeOne(pass, cursor, mail)) taken.add(mail.uid);
  for (const mail of portion.tooLarge) {
    const asked = client.fetchOne(String(mail.uid), { uid: true, headers: true }, byUid);
    const found = await asked.catch((error: unknown) => {
      if (!pass.signal.aborted) mailbox.breaks.note(mail.uid, portion.lastUid);
      throw error;
    });
    if (found && found.headers) await keepHead(found.headers, mail, deps);
  }
  return taken;
}

/** While some are on their way into the database the next are read from the wire. */
async function takeTogether(
  { client, mailbox, deps, signal }: FetchPass,
  cursor: MailboxCursor,
  portion: Portion,
): Promise<Set<number>> {
  const taken = new Set<number>();
  const uids = portion.mails.map(({ uid }) => uid);
  if (uids.length === 0) return taken;
  const asked = new Map(portion.mails.map((mail) => [mail.uid, mail]));
  const running = new Set<Promise<void>>();
  let failure: unknown;
  try {
    for await (const { uid, source } of client.fetch(uids, { uid: true, source: true }, byUid)) {
      const mail = asked.get(uid);
      if (!source || !mail) continue;
      asked.delete(uid);
      const task: Promise<void> = takeMail({ raw: source, old: isOld(mail, cursor, mailbox) }, mailbox, deps)
        .then(
          () => void taken.add(uid),
          (error: unknown) => {
            failure ??= error ?? new Error('A mail was not taken in');
          },
        )
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= takenAtOnce) await Promise.race(running);
      if (failure !== undefined) break;
    }
  } catch (error) {
    // The rest may be gone from the mailbox (RFC 5530 EXPUNGEISSUED): each is then asked for by itself.
    if (!client.usable || (error as { responseStatus?: string }).responseStatus !== 'NO') {
      const [next] = asked.keys();
      if (failure === undefined && next !== undefined && !signal.aborted) mailbox.breaks.note(next, portion.lastUid);
      failure ??= error;
    }
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure;
  return taken;
}

/** A mail that did not come with the others: expunged, which is told by false, or held back by the server. */
async function takeOne(
  { client, mailbox, deps, signal }: FetchPass,
  cursor: MailboxCursor,
  mail: Listed,
): Promise<boolean> {
  const { uid } = mail;
  const still = await search(client, { uid: String(uid) });
  if (!still.includes(uid)) return false;
  const found = await client.fetchOne(String(uid), { uid: true, source: true }, byUid).catch((error: unknown) => {
    if (client.usable && (error as { responseStatus?: string }).responseStatus === 'NO') return false as const;
    if (!signal.aborted) mailbox.breaks.note(uid, uid);
    throw error;
  });
  if (found && found.source) {
    await takeMail({ raw: found.source, old: isOld(mail, cursor, mailbox) }, mailbox, deps);
    return true;
  }
  if ((await search(client, { uid: String(uid) })).includes(uid))
    await keepNote(nameOf(mailbox, cursor, uid), heldBack, deps);
  return false;
}

const heldBack = 'The server lists this mail but does not hand it out; it stays in its mailbox';
const brokenOff = 'The connection breaks off whenever this mail is asked for; it stays in its mailbox';

const nameOf = ({ folder, address }: Mailbox, { uidValidity }: MailboxCursor, uid: number): string =>
  `UID ${uid} of ${folder} (${uidValidity}), ${address}`;
