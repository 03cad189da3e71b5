import { HubError, type credentials } from '@patchbay/contracts';
import { normaliseEmail } from '@patchbay/domain';
import { isAPIError } from 'better-auth/api';
import type { z } from 'zod';
import { clientNetwork } from '@patchbay/channels/client-network';
import { Attempts } from './attempts.ts';
import type { SessionKeeper } from './better-auth.ts';

/** Where a log-in comes from. */
export interface SignInOrigin {
  readonly ip: string;
  readonly userAgent: string;
}

export interface SignedIn {
  /** Values of `Set-Cookie`. */
  readonly setCookie: string[];
  readonly agentId: string;
}

export type SignIn = (given: z.infer<typeof credentials>, origin: SignInOrigin) => Promise<SignedIn>;

/**
 * Opens sessions, and slows down whoever guesses passwords: ten wrong ones for an account and fifty from an address are free,
 * then one in thirty seconds and one in two. An unknown address takes as long as a wrong password and is answered alike.
 */
export function createSignIn(sessions: SessionKeeper, now: () => number): SignIn {
  const byAccount = new Attempts(10, 30_000, now);
  const byAddress = new Attempts(50, 2_000, now);
  return async ({ email, password }, origin) => {
    const account = normaliseEmail(email) ?? email.toLowerCase();
    const network = clientNetwork(origin.ip);
    byAddress.begin(network);
    byAccount.begin(account);
    const signedIn = await open(sessions, account, password, origin);
    byAddress.forgive(network);
    byAccount.forgive(account);
    return signedIn;
  };
}

async function open(sessions: SessionKeeper, email: string, password: string, origin: SignInOrigin): Promise<SignedIn> {
  try {
    const headers = new Headers({ 'x-forwarded-for': origin.ip, 'user-agent': origin.userAgent });
    const { headers: answer, response } = await sessions.api.signInEmail({
      body: { email, password },
      headers,
      returnHeaders: true,
    });
    return { setCookie: answer.getSetCookie(), agentId: response.user.id };
  } catch (error) {
    if (!isAPIError(error) || error.statusCode >= 500) throw error;
    throw new HubError('unauthenticated', 'The email address or the password is wrong', { cause: error });
  }
}
