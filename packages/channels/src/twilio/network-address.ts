/** Addresses of Twilio's messaging: plain numbers for SMS, `whatsapp:` and a number for WhatsApp. */
import type { ContactIdentifier } from '@patchbay/contracts';
import { accountOf, senderIdentifier } from './phone-number.ts';

const prefix = 'whatsapp:';
export type NetworkName = 'sms' | 'whatsapp';

/** The network that an address belongs to: people give Twilio one webhook address for both. */
export function networkOf(address: string): NetworkName {
  return address.trim().toLowerCase().startsWith(prefix) ? 'whatsapp' : 'sms';
}

/** The address without its network. */
const bare = (address: string): string =>
  networkOf(address) === 'whatsapp' ? address.trim().slice(prefix.length) : address;

/**
 * Who wrote. One person's number is the same by SMS and by WhatsApp. A WhatsApp user without a number is known by name only, and that
 * name with its network is theirs alone. Throws `invalid_input`.
 */
export function messageSender(address: string): ContactIdentifier {
  const sender = senderIdentifier(bare(address));
  return sender.kind === 'phone' || networkOf(address) === 'sms'
    ? sender
    : { kind: 'external', value: `${prefix}${sender.value}`, grade: 'known' };
}

/** The centre's own number that was written to. */
export const messageAccount = (address: string): string => accountOf(bare(address));

/** As Twilio wants a WhatsApp address. */
export const whatsappAddress = (number: string): string => (number.startsWith(prefix) ? number : prefix + number);
