import type { Parts } from '../parts.ts';
import { bearerToken, createKeyCheck } from './api-key.ts';
import { createSessionKeeper } from './better-auth.ts';
import type { Principal } from './principal.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

export { claimSetupLink, ensureFirstAdministrator, isSetupNeeded } from './first-administrator.ts';
export { hasRole, type Principal } from './principal.ts';
export { isSameOrigin } from './same-origin.ts';

export interface Identified {
  readonly principal: Principal;
  /** Values of `Set-Cookie` by which a session that is in use is prolonged. */
  readonly setCookie: string[];
}

export interface Auth {
  readonly signIn: SignIn;
  /** Ends the session of the request's cookie. Answers the values of `Set-Cookie` that take the cookie away. */
  signOut(headers: Headers): Promise<string[]>;
  /** Who makes the request, by API key or by session cookie; a key that is given decides alone. */
  identify(headers: Headers): Promise<Principal | null>;
  /** {@link Auth.identify} with the cookies to hand back. */
  identifyAndRenew(headers: Headers): Promise<Identified | null>;
}

export function createAuth(parts: Parts): Auth {
  const sessions = createSessionKeeper(parts);
  const checkKey = createKeyCheck(parts);

  async function identifyAndRenew(headers: Headers): Promise<Identified | null> {
    if (headers.has('authorization')) {
      const token = bearerToken(headers);
      const principal = token === undefined ? null : await checkKey(token);
      return principal && { principal, setCookie: [] };
    }
    const cookie = headers.get('cookie');
    if (!cookie?.includes('patchbay.session_token=')) return null;
    const { response, headers: answer } = await sessions.api.getSession({
      headers: new Headers({ cookie }),
      returnHeaders: true,
    });
    if (!response) return null;
    const { id, name, role } = response.user;
    return {
      principal: {
        agentId: id,
        name,
        role: role as Principal['role'],
        via: 'session',
        sessionId: response.session.id,
      },
      setCookie: answer?.getSetCookie() ?? [],
    };
  }

  return {
    signIn: createSignIn(sessions, () => parts.now().getTime()),
    async signOut(headers) {
      const answer = await sessions.api.signOut({
        headers: new Headers({ cookie: headers.get('cookie') ?? '' }),
        returnHeaders: true,
      });
      return answer.headers.getSetCookie();
    },
    identify: async (headers) => (await identifyAndRenew(headers))?.principal ?? null,
    identifyAndRenew,
  };
}
