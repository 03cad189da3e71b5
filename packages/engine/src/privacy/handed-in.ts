/** What agents wrote, as it is given back to them. */
import type { HandedIn } from '@patchbay/contracts';
import { normaliseEmail } from '@patchbay/domain';
import { readTicketAddresses } from '@patchbay/store/queries/composing';
import type { Parts } from '../parts.ts';
import { presentAnswer } from './door.ts';
import { hidesIdentifiers, presentHeldReplies, rulesFor, type Asker } from './masking.ts';

/**
 * Their words, and addresses that they typed, are as they wrote them, whatever is hidden from their role. An address of the
 * ticket may have been put in by the hub for what they were shown, and is shown so again.
 */
export async function presentHandedIn<T extends HandedIn>(
  { db, config }: Pick<Parts, 'db' | 'config'>,
  author: Asker,
  handedIn: T,
): Promise<T> {
  if (!hidesIdentifiers(await rulesFor(db.sql, author))) return handedIn;
  const listsHidden = await presentHeldReplies(db.sql, author, [handedIn]);
  const [shown = handedIn] = await presentAnswer({ db, config }, author, listsHidden);
  const normal = (address: string) => normaliseEmail(address) ?? address;
  const ofTicket = new Set((await readTicketAddresses(db.sql, handedIn.ticketId)).map(normal));
  const { text, html, subject, ...given } = handedIn.input;
  const list = (name: 'to' | 'cc' | 'bcc') =>
    given[name] && {
      [name]: given[name].map((address, at) =>
        ofTicket.has(normal(address)) ? (shown.input[name]?.[at] ?? address) : address,
      ),
    };
  const own = { text, ...(html !== undefined && { html }), ...(subject !== undefined && { subject }) };
  return { ...shown, input: { ...shown.input, ...own, ...list('to'), ...list('cc'), ...list('bcc') } };
}
