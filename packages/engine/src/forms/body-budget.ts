/** How much of what is sent by forms may be in memory at once: a form is read whole before anything in it can be believed. */
import { HubError } from '@patchbay/contracts';
import type { RequestHandler } from 'express';

/** When whoever is turned away may come again. Milliseconds. */
const comeAgainMs = 5_000;

/** Lets requests in while their bodies, of `largest` bytes at the most, fit into `budget` bytes; each is given back when it is answered. */
export function bodyBudget(budget: number, largest: number): RequestHandler {
  let taken = 0;
  return (request, response, next) => {
    const declared = Number(request.get('content-length') ?? Number.NaN);
    // One that is too large is refused unread; one that says nothing may be as large as any.
    const size = declared > largest ? 0 : Number.isFinite(declared) ? declared : largest;
    if (taken + size > budget)
      throw new HubError('unavailable', 'Too much is being sent at the moment; try again in a few seconds', {
        retryAfterMs: comeAgainMs,
      });
    taken += size;
    response.once('close', () => (taken -= size));
    next();
  };
}
