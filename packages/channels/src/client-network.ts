/** Whom a limit is for: an address of IPv4, and a network of IPv6, of whose addresses anybody has as many as they like. */
import ipaddr from 'ipaddr.js';

/** The address itself, or the /64 that a customer of a provider is given at the least (RFC 6177); what is no address stays as it is. */
export function clientNetwork(address: string): string {
  const plain = address.replace(/%.*$/, '');
  if (!ipaddr.isValid(plain)) return address;
  const parsed = ipaddr.process(plain);
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : `${(parsed as ipaddr.IPv6).parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`;
}
