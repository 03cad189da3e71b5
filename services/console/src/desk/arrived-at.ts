import type { Message } from '@patchbay/contracts';

/** As it is compared: without case, and without what a signed reply address carries behind the name. */
const plain = (address: string): string => address.toLowerCase().replace(/\+[^@]*(?=@)/u, '');

/**
 * Those of our addresses that a mail is to be told to have arrived at: where the ticket has several, or where it is none of those that
 * the mail itself names (a hidden copy, or mail that was passed on to us). In the order of the alphabet; empty where it says nothing new.
 */
export function arrivedAt(
  message: Pick<Message, 'direction' | 'deliveredTo' | 'to' | 'cc'>,
  ours: readonly string[],
): readonly string[] {
  const { direction, deliveredTo, to, cc } = message;
  if (direction !== 'in') return [];
  const named = new Set([...to, ...cc].map(plain));
  return ours.length > 1 || deliveredTo.some((address) => !named.has(plain(address))) ? deliveredTo.toSorted() : [];
}
