/** Mails that a server did not hand out, and over which the cursor has passed. */
import type { MailboxCursor, PassedOver } from '../../mailbox.ts';
import { sizesOf, unlisted } from './list-mails.ts';
import { portionsOf } from './plan.ts';
import { isForNow } from './problem.ts';
import { search } from './search.ts';
import { type FetchPass, isOurs, isRefusal, type NotCome, noteGivenUp, takePortion } from './take-portion.ts';

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
    let end: 'came' | 'over' | NotCome;
    try {
      end = await askAgain(pass, cursor, mail.uid);
    } catch (error) {
      if (!isOurs(error, pass.signal)) await inVain(mail, 'broken off');
      throw error;
    }
    if (end !== 'came' && end !== 'over') {
      if (!isForNow(end.error)) await inVain(mail, 'held back');
      continue;
    }
    const came = end === 'came';
    const others = cursor.passedOver.filter(({ uid }) => uid !== mail.uid);
    await keep(
      others.map((one) => ({ ...one, othersCame: one.othersCame || came })),
      came,
    );
  }
  return cursor;
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
