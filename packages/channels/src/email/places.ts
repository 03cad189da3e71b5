/** Who holds how many of the inlet's places: one host that opens connections leaves some for others. */
import ipaddr from 'ipaddr.js';
import { clientNetwork } from '../client-network.ts';
import { isTrustedRelay } from './sender/authenticity.ts';

const insideRanges: ReadonlySet<string> = new Set([
  'private',
  'uniqueLocal',
  'linkLocal',
  'loopback',
  'carrierGradeNat',
]);

/**
 * Places that one network may hold of `all`: a tenth, a relay all of them; half of them a network from which nobody comes over the
 * internet, since behind a gateway all hosts may look like one.
 */
export function placesFor(address: string, all: number, relays: readonly string[]): number {
  if (isTrustedRelay(address, relays)) return all;
  const inside = ipaddr.isValid(address) && insideRanges.has(ipaddr.process(address).range());
  return Math.max(1, Math.floor(all / (inside ? 2 : 10)));
}

export class Places {
  readonly #all: number;
  readonly #relays: readonly string[];
  readonly #networks = new Map<string, number>();
  readonly #held = new Map<string, string>();

  constructor(all: number, relays: readonly string[]) {
    this.#all = all;
    this.#relays = relays;
  }

  /** For the connection `id`; `full`: nobody gets one. `share`: this network has as many as it may hold. */
  take(id: string, address: string): 'taken' | 'full' | 'share' {
    const network = clientNetwork(address);
    const holds = this.#networks.get(network) ?? 0;
    if (this.#held.size >= this.#all) return 'full';
    if (holds >= placesFor(address, this.#all, this.#relays)) return 'share';
    this.#networks.set(network, holds + 1);
    this.#held.set(id, network);
    return 'taken';
  }

  leave(id: string): void {
    const network = this.#held.get(id);
    if (network === undefined) return;
    this.#held.delete(id);
    const left = (this.#networks.get(network) ?? 0) - 1;
    if (left > 0) this.#networks.set(network, left);
    else this.#networks.delete(network);
  }
}
