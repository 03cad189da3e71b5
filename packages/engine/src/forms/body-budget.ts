/** How much of what is sent by forms may be in memory at once: a form is read whole before anything in it can be believed. */
import { HubError } from '@patchbay/contracts';
import type { RequestHandler } from 'express';
import { clientNetwork } from '../http/client-network.ts';

/** When whoever is turned away may come again. Milliseconds. */
const comeAgainMs = 5_000;

export interface Budget {
  /** Bytes of all bodies. */
  readonly budget: number;
  /** Bytes of one. */
  readonly largest: number;
  /** Bytes of the bodies from one network: whoever sends much, or slowly, leaves room for others. */
  readonly share: number;
}

/** Lets requests in while their bodies fit into the budget; each is given back when it is answered. */
export function bodyBudget({ budget, largest, share }: Budget): RequestHandler {
  let taken = 0;
  const shares = new Map<string, number>();
  const give = (network: string, size: number) => {
    taken -= size;
    const left = (shares.get(network) ?? 0) - size;
    if (left > 0) shares.set(network, left);
    else shares.delete(network);
  };
  return (request, response, next) => {
    const declared = Number(request.get('content-length') ?? Number.NaN);
    // One that is too large is refused unread; one that says nothing may be as large as any.
    const size = declared > largest ? 0 : Number.isFinite(declared) ? declared : largest;
    if (taken + size > budget)
      throw new HubError('unavailable', 'Too much is being sent at the moment; try again in a few seconds', {
        retryAfterMs: comeAgainMs,
      });
    const network = clientNetwork(request.ip ?? '');
    const held = shares.get(network) ?? 0;
    if (held + size > share)
      throw new HubError('too_many_requests', 'Too much is being sent from this address; try again in a few seconds', {
        retryAfterMs: comeAgainMs,
      });
    taken += size;
    shares.set(network, held + size);
    response.once('close', () => give(network, size));
    next();
  };
}
