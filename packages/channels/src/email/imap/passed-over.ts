/** Mails that a server did not hand out, and over which the cursor has passed. */
import type { ChannelDeps } from '../../channel.ts';
import type { MailboxCursor, PassedOver, PassedOverBefore } from '../../mailbox.ts';
import { sizesOf, unlisted } from './list-mails.ts';
import { endNote, keepNote } from './notes.ts';
import { portionsOf } from './plan.ts';
import { isForNow } from './problem.ts';
import { search } from './search.ts';
import { type FetchPass, isOurs, isRefusal, type NotCome, takePortion } from './take-portion.ts';

/** So often a mail that was passed over is asked for again before a note is left of it. */
const mostTries = 5;
/** Milliseconds. */
const usualRareMs = 3_600_000;
/** Of those of which a note was left so many are asked for in vain at a time. */
const mostInVain = 10;
/** So many of them are remembered; of the others only the note tells. */
const mostNoted = 200;

export const isNoted = ({ note }: PassedOver): boolean => note !== undefined;

/** The connection broke off at a mail of which it is known: that says nothing new of the server. */
export class KnownBreak extends Error {
  override readonly name = 'KnownBreak';
}

/**
 * Mails that were passed over are asked for again when everything behind them has come: it may have been the server. That one is asked for in vain
 * counts only when others have come since. When that was often a note is left of it, so that somebody knows, and it is asked for rarely from then
 * on, for as long as it is in the mailbox. Throws when the connection breaks off.
 */
export async function fetchPassedOver(pass: FetchPass, from: MailboxCursor): Promise<MailboxCursor> {
  const { breaks, rareMs = usualRareMs } = pass.mailbox;
  const place = { ...pass.mailbox, uidValidity: from.uidValidity };
  const isTimeForNoted = breaks.isTimeToAskRarely(performance.now(), rareMs);
  let cursor = from;
  let anyCame = false;
  let vain = 0;
  const keep = async (passedOver: readonly PassedOver[], received: boolean) => {
    cursor = { ...cursor, passedOver };
    await pass.mailbox.save(cursor, { backlog: 0, received, delay: null });
  };
  const inVain = async ({ uid }: PassedOver, why: 'held back' | 'broken off') => {
    const others = cursor.passedOver.filter((one) => one.uid !== uid);
    // It comes last when it is asked for them the next time, so that neither a break nor a refusal keeps the others from their turn.
    for (const mail of cursor.passedOver.filter((one) => one.uid === uid)) {
      const tries = mail.othersCame && !isNoted(mail) ? mail.tries + 1 : mail.tries;
      const isOver = !isNoted(mail) && tries >= mostTries;
      const note = isOver ? await keepNote(place, uid, why, pass.deps) : mail.note;
      await keep(bounded([...others, { ...mail, tries, ...(note !== undefined && { note }) }]), false);
    }
  };
  for (const mail of from.passedOver.filter((one) => !isNoted(one) || isTimeForNoted)) {
    pass.signal.throwIfAborted();
    if (isNoted(mail) && vain >= mostInVain) continue;
    let end: 'came' | 'over' | NotCome;
    try {
      end = await askAgain(pass, cursor, mail.uid);
    } catch (error) {
      if (isOurs(error, pass.signal)) throw error;
      await inVain(mail, 'broken off');
      // A line that is cut now and then: the next connection goes on.
      if (anyCame) breaks.passedOver();
      throw isNoted(mail)
        ? new KnownBreak('It breaks off at a mail of which a note was left', { cause: error })
        : error;
    }
    if (end !== 'came' && end !== 'over') {
      if (isNoted(mail)) vain += 1;
      // Of those that are noted no tries are counted.
      if (isNoted(mail) || !isForNow(end.error)) await inVain(mail, 'held back');
      continue;
    }
    const came = end === 'came';
    anyCame ||= came;
    if (came) await endNote(place, mail, pass.deps);
    const others = cursor.passedOver.filter(({ uid }) => uid !== mail.uid);
    await keep(
      others.map((one) => ({ ...one, othersCame: one.othersCame || came })),
      came,
    );
  }
  return cursor;
}

/** Leaves a note of each that nobody was told of, in a mailbox that is not fetched any more. */
export async function noteLeft(left: PassedOverBefore, deps: ChannelDeps): Promise<void> {
  for (const { uid } of left.mails.filter((mail) => !isNoted(mail))) await keepNote(left, uid, 'held back', deps);
}

/** Without those that were asked for the longest ago where too many are noted. */
function bounded(mails: readonly PassedOver[]): PassedOver[] {
  let surplus = mails.filter(isNoted).length - mostNoted;
  return mails.filter((mail) => !isNoted(mail) || (surplus -= 1) < 0);
}

/** `over`: it is gone, or too large and its head not to be had, which says nothing of what the server hands out. */
async function askAgain(pass: FetchPass, cursor: MailboxCursor, uid: number): Promise<'came' | 'over' | NotCome> {
  try {
    const listed = await sizesOf(pass, [uid], cursor);
    if (listed.length === 0 && (await search(pass, { uid: String(uid) })).includes(uid)) listed.push(unlisted(uid));
    for (const portion of portionsOf(listed)) {
      const { notCome, taken } = await takePortion(pass, cursor, portion, () => undefined);
      if (notCome[0]) return notCome[0];
      if (taken > 0) return 'came';
    }
    return 'over';
  } catch (error) {
    if (!isRefusal(pass.client, error)) throw error;
    return { uid, error };
  }
}
