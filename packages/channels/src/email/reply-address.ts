/** The signed reply address: whoever answers to it is threaded to its ticket without trusting subject or References. */
import { signAddress, verifyAddress } from './signed-address.ts';

/** The address that answers to this ticket go to. `ticketId` is a UUID. */
export function signReplyAddress(ticketId: string, domain: string, key: Uint8Array): string {
  return signAddress('reply', ticketId, domain, key);
}

/** The ticket that a reply address names, or undefined when it is none or its signature does not hold. */
export function verifyReplyAddress(address: string, key: Uint8Array): string | undefined {
  return verifyAddress('reply', address, key);
}
