/**
 * The signed bounce address: MAIL FROM of what we send (a variable envelope return path), so that a bounce names the message it
 * is about even when it quotes nothing of it.
 */
import { signAddress, verifyAddress } from './signed-address.ts';

/** The address that bounces of this message go to. `outboundId` is a UUID. */
export function signBounceAddress(outboundId: string, domain: string, key: Uint8Array): string {
  return signAddress('bounce', outboundId, domain, key);
}

/** The outgoing message that a bounce address names, or undefined when it is none or its signature does not hold. */
export function verifyBounceAddress(address: string, key: Uint8Array): string | undefined {
  return verifyAddress('bounce', address, key);
}
