/** Takes a portion of mails from the wire and makes it durable. No mail server is waited for with room that others need. */
import type { ImapFlow } from 'imapflow';
import type { ChannelDeps } from '../../channel.ts';
import { type Mailbox, type MailboxCursor, MailProblem } from '../../mailbox.ts';
import { mailSizeLimit } from '../inlet.ts';
import { settleFetched } from './after-fetch.ts';
import { answered, longAnswer, rowsInTime } from './connection.ts';
import { keepAwake } from './keep-awake.ts';
import { layMail } from './large-mail.ts';
import { shownName } from './notes.ts';
import { isExpunged, isForNow } from './problem.ts';
import { isLarge, isOld, type Listed, type Portion } from './plan.ts';
import { search } from './search.ts';
import { keepHead, takeMail } from './take.ts';

export interface FetchPass {
  readonly client: ImapFlow;
  readonly mailbox: Mailbox;
  readonly deps: ChannelDeps;
  readonly signal: AbortSignal;
}

/** Mails of a portion on their way into the database, where as many are written by one statement. */
const takenAtOnce = 16;
/** Bytes of them. */
const heldAtOnce = 2 * 1024 * 1024;
const byUid = { uid: true } as const;

/** A mail that is in the mailbox and was not handed out. */
export interface NotCome {
  readonly uid: number;
  /** How it was refused; null where it was simply not there in the answer. */
  readonly error: unknown;
}

export interface TakenPortion {
  /** What the server would not do to a mail that was fetched. */
  readonly problem: MailProblem | null;
  /** How many are durable that the server handed out, be it their heads. */
  readonly taken: number;
  readonly notCome: readonly NotCome[];
}

/**
 * Waits until all of the portion is durable that is to be had, and then does to it in the mailbox what is wanted. `onRefused` is told of each that
 * is not handed out, and may throw where it is no use to ask for more.
 */
export async function takePortion(
  pass: FetchPass,
  cursor: MailboxCursor,
  portion: Portion,
  onRefused: (mail: NotCome) => void,
): Promise<TakenPortion> {
  const { breaks } = pass.mailbox;
  const taken = await takeTogether(pass, cursor, portion);
  if (taken.size > 0) breaks.came();
  const notCome: NotCome[] = [];
  let heads = 0;
  for (const mail of portion.mails.filter(({ uid }) => !taken.has(uid))) {
    const take = isLarge(mail) ? takeLarge : takeOne;
    const end = await take(pass, cursor, mail);
    if (end === 'taken') {
      taken.add(mail.uid);
      breaks.came();
    } else if (end === 'head') {
      heads += 1;
    } else if (end !== 'nothing') {
      notCome.push(end);
      onRefused(end);
    }
  }
  for (const mail of portion.tooLarge) if ((await takeHead(pass, cursor, mail)) === 'head') heads += 1;
  const problem = await settleFetched(pass.client, pass.mailbox, [...taken]);
  return { problem, taken: taken.size + heads, notCome };
}

/** While some are on their way into the database the next are read from the wire. Answers the UIDs that are durable. */
async function takeTogether(pass: FetchPass, cursor: MailboxCursor, { mails, lastUid }: Portion): Promise<Set<number>> {
  const { client, mailbox, deps, signal } = pass;
  const taken = new Set<number>();
  const asked = new Map(mails.filter((mail) => !isLarge(mail)).map((mail) => [mail.uid, mail]));
  if (asked.size === 0) return taken;
  const running = new Set<Promise<void>>();
  let held = 0;
  let failure: unknown;
  try {
    const rows = client.fetch([...asked.keys()], { uid: true, source: true }, byUid);
    for await (const { uid, source } of rowsInTime(client, rows, longAnswer(mailbox))) {
      const mail = asked.get(uid);
      // Nothing is no mail (RFC 5322 §2.1).
      if (!source?.length || !mail) continue;
      asked.delete(uid);
      held += source.length;
      const task: Promise<void> = takeMail({ raw: source, old: isOld(mail, cursor, mailbox) }, mailbox, deps, signal)
        .then(
          () => void taken.add(uid),
          (error: unknown) => {
            failure ??= error ?? new Error('A mail was not taken in');
          },
        )
        .finally(() => {
          running.delete(task);
          held -= source.length;
        });
      running.add(task);
      while (running.size >= takenAtOnce || held > heldAtOnce) await Promise.race(running);
      if (failure !== undefined) break;
    }
  } catch (error) {
    // Of what it refused the server may hand out the most: each is then asked for by itself.
    if (!isRefusal(client, error)) {
      const [next] = asked.keys();
      if (next !== undefined && failure === undefined && !signal.aborted) mailbox.breaks.note(next, lastUid);
      failure ??= error;
    }
  }
  await whileAwake(pass, () => Promise.all(running));
  if (failure !== undefined) throw failure;
  return taken;
}

/** `nothing` is to be had: it is not in the mailbox any more, or a note is left of one that is too large. `head`: only that is kept. */
type Ending = 'taken' | 'head' | 'nothing' | NotCome;

async function takeLarge(pass: FetchPass, cursor: MailboxCursor, mail: Listed): Promise<Ending> {
  const { client, mailbox, deps, signal } = pass;
  await using laid = await layMail(client, mail, longAnswer(mailbox)).catch((error: unknown) =>
    isRefusal(client, error) ? null : brokeOff(pass, mail.uid, error),
  );
  if (!laid) return takeOne(pass, cursor, mail);
  if (laid.length > mailSizeLimit) return takeHead(pass, cursor, { ...mail, size: laid.length });
  const old = isOld(mail, cursor, mailbox);
  await whileAwake(pass, () => takeMail({ raw: laid, old }, mailbox, deps, signal));
  return 'taken';
}

/** A mail that did not come with the others: expunged, or held back by the server. */
async function takeOne(pass: FetchPass, cursor: MailboxCursor, mail: Listed): Promise<Ending> {
  const { client, deps, mailbox, signal } = pass;
  const { uid } = mail;
  let raw: Buffer | undefined;
  try {
    if (!(await isThere(pass, uid))) return 'nothing';
    const asked = client.fetchOne(String(uid), { uid: true, source: true }, byUid);
    const found = await answered(client, asked, longAnswer(mailbox));
    raw = found ? found.source : undefined;
    if (!raw?.length) return (await isThere(pass, uid)) ? { uid, error: null } : 'nothing';
  } catch (error) {
    if (!isRefusal(client, error)) brokeOff(pass, uid, error);
    return (await isGone(pass, uid, error)) ? 'nothing' : { uid, error };
  }
  const source = raw;
  await whileAwake(pass, () => takeMail({ raw: source, old: isOld(mail, cursor, mailbox) }, mailbox, deps, signal));
  return 'taken';
}

const isThere = async (pass: FetchPass, uid: number): Promise<boolean> =>
  (await search(pass, { uid: String(uid) })).includes(uid);

/** Whether a mail did not come because it is not in the mailbox any more. `error`: how it was refused; null where nothing came. */
async function isGone(pass: FetchPass, uid: number, error: unknown): Promise<boolean> {
  if (isExpunged(error)) return true;
  return isThere(pass, uid).then(
    (there) => !there,
    (cause: unknown) => (isRefusal(pass.client, cause) ? false : brokeOff(pass, uid, cause)),
  );
}

/** Of a mail that is larger than the hub takes. */
async function takeHead(pass: FetchPass, { uidValidity }: MailboxCursor, mail: Listed): Promise<'head' | 'nothing'> {
  const { client, mailbox, deps } = pass;
  const { uid } = mail;
  const asked = client.fetchOne(String(uid), { uid: true, headers: true }, byUid);
  let refusal: unknown = null;
  const found = await answered(client, asked, longAnswer(mailbox)).catch((error: unknown) => {
    if (!isRefusal(client, error)) brokeOff(pass, uid, error);
    refusal = error;
    return false as const;
  });
  if (found === false && (await isGone(pass, uid, refusal))) return 'nothing';
  const head = found && found.headers?.length ? found.headers : null;
  await keepHead(head ?? Buffer.from(`${shownName({ ...mailbox, uidValidity }, uid)}\r\n`), mail, deps);
  return head === null ? 'nothing' : 'head';
}

/** It was refused, and the connection goes on. */
export const isRefusal = (client: ImapFlow, error: unknown): boolean =>
  client.usable && (isForNow(error) || (error as { responseStatus?: string }).responseStatus === 'NO');

/** It is about this hub, and says nothing of a mail or its server. */
export const isOurs = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted || (error instanceof MailProblem && error.code === 'hub');

function brokeOff({ mailbox, signal }: FetchPass, uid: number, error: unknown): never {
  if (!isOurs(error, signal)) mailbox.breaks.note(uid, uid);
  throw error;
}

/** While mails are on their way into the database nothing is asked of the server. */
const whileAwake = <T>({ client, mailbox }: FetchPass, task: () => Promise<T>): Promise<T> =>
  keepAwake(client, task, Math.min(keepAwakeMs, longAnswer(mailbox) / 12));
const keepAwakeMs = 30_000;
