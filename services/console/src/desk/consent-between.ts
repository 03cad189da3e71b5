import type { Consent, TicketDetail } from '@patchbay/contracts';

/** Of what consent is asked: who is written to, from which account of ours. */
export type Between = Pick<Consent, 'channel' | 'account' | 'address'>;

type Ends = Pick<TicketDetail, 'channel' | 'channelAccount' | 'contactAddress'> & {
  limits: Pick<TicketDetail['limits'], 'copies'>;
};

/**
 * What answers on the ticket are sent from to this address, as consent has it; undefined where the ticket is with another address.
 * Capitals make no other address: contacts bring mail as it was written, identifiers have small letters.
 */
export function betweenOf(ticket: Ends | undefined, address: string): Between | undefined {
  if (ticket?.contactAddress.toLowerCase() !== address.toLowerCase()) return undefined;
  // Mail of ours counts as one account, whatever address it leaves from. A source may be answered by mail, or by its webhook.
  return ticket.limits.copies
    ? { channel: 'email', account: 'email', address }
    : { channel: ticket.channel, account: ticket.channelAccount, address };
}
