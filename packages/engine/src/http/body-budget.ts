/** How much of what strangers send may be in memory at once: a body is read whole before anything in it can be believed. */
import { HubError } from '@patchbay/contracts';
import type { Request, RequestHandler } from 'express';
import { clientNetwork } from '@patchbay/channels/client-network';

/** When whoever is turned away may come again. Milliseconds. */
const comeAgainMs = 5_000;
/** Requests of one network that wait for room. Each holds a connection, and of its body what fits into a socket. */
const mostWaiting = 32;

export interface Budget {
  /** Bytes of all bodies. */
  readonly budget: number;
  /** Bytes of one. */
  readonly largest: number;
  /** Bytes of the bodies from one network: whoever sends much, or slowly, leaves room for others. */
  readonly share: number;
  /** Milliseconds that a request waits unread for room, for providers that may not repeat it; left out: it does not wait. */
  readonly patience?: number;
}

interface Waiting {
  readonly network: string;
  readonly size: number;
  readonly enter: () => void;
}

/**
 * Lets requests in while their bodies fit into the budget; each is given back when it is answered. Refuses with `unavailable`, and who has
 * taken the share of their network with `too_many_requests`; where requests may wait, always with `unavailable`: that is what providers
 * repeat.
 */
export function bodyBudget({ budget, largest, share, patience = 0 }: Budget): RequestHandler {
  let taken = 0;
  const shares = new Map<string, number>();
  const waiting = new Set<Waiting>();
  const fits = (network: string, size: number) => taken + size <= budget && (shares.get(network) ?? 0) + size <= share;
  const take = (network: string, size: number) => {
    taken += size;
    shares.set(network, (shares.get(network) ?? 0) + size);
  };
  const give = (network: string, size: number) => {
    taken -= size;
    const left = (shares.get(network) ?? 0) - size;
    if (left > 0) shares.set(network, left);
    else shares.delete(network);
    for (const one of waiting) if (fits(one.network, one.size)) one.enter();
  };
  const mayWait = (network: string) =>
    patience > 0 && [...waiting].filter((one) => one.network === network).length < mostWaiting;
  return (request, response, next) => {
    const size = sizeOf(request, largest);
    const network = clientNetwork(request.ip ?? '');
    const enter = () => {
      take(network, size);
      response.once('close', () => give(network, size));
      next();
    };
    if (fits(network, size)) return enter();
    if (!mayWait(network)) throw refusal(patience === 0 && taken + size <= budget);
    const leave = (then?: () => void) => {
      clearTimeout(timer);
      waiting.delete(one);
      response.off('close', leave);
      then?.();
    };
    const one: Waiting = { network, size, enter: () => leave(enter) };
    const timer = setTimeout(() => leave(() => next(refusal(false))), patience);
    waiting.add(one);
    response.once('close', leave);
  };
}

/** Bytes that its body may come to. One that is too large is refused unread; one that is packed, or says nothing, may be as large as any. */
function sizeOf(request: Request, largest: number): number {
  const declared = request.get('content-length');
  if (declared === undefined && request.get('transfer-encoding') === undefined) return 0;
  if (Number(declared) > largest) return 0;
  const packed = (request.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity';
  return declared === undefined || packed ? largest : Number(declared);
}

function refusal(overShare: boolean): HubError {
  const until = 'try again in a few seconds';
  return overShare
    ? new HubError('too_many_requests', `Too much is being sent from this address; ${until}`, {
        retryAfterMs: comeAgainMs,
      })
    : new HubError('unavailable', `Too much is being sent at the moment; ${until}`, { retryAfterMs: comeAgainMs });
}
