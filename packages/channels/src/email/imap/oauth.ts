/** OAuth 2.0 for mailboxes: the authorisation code flow with PKCE (RFC 6749 §4.1, RFC 7636) and the renewal of tokens. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { limitedBody } from '../../limited-body.ts';
import { MailProblem } from '../../mailbox.ts';

export interface OAuthClient {
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly scope: string;
}

export interface Tokens {
  readonly accessToken: string;
  /** Milliseconds from now. */
  readonly validMs: number;
  /** A provider may give another one with every renewal. */
  readonly refreshToken: string | null;
}

/** Milliseconds. */
const tokenTimeout = 15_000;
/** Bytes of an answer that are read. */
const longestAnswer = 128 * 1024;
/** What a token without a stated life is taken to live; milliseconds. */
const usualLife = 3_600_000;

/** Where the administrator's browser goes. `hint` is the address that is to sign in. */
export function authorizationUrl(
  client: OAuthClient,
  request: { redirectUri: string; state: string; verifier: string; hint: string },
): string {
  const url = new URL(client.authorizeUrl);
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: request.redirectUri,
    scope: client.scope,
    state: request.state,
    code_challenge: createHash('sha256').update(request.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    login_hint: request.hint,
    // Google gives a refresh token only when it is asked so; others pass over what they do not know (RFC 6749 §3.1).
    access_type: 'offline',
    prompt: 'consent',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Changes the code of a finished sign-in for tokens. Rejects with a {@link MailProblem}. */
export function redeemCode(
  client: OAuthClient,
  code: { code: string; redirectUri: string; verifier: string },
  signal: AbortSignal,
): Promise<Tokens> {
  return requestTokens(
    client,
    {
      grant_type: 'authorization_code',
      code: code.code,
      redirect_uri: code.redirectUri,
      code_verifier: code.verifier,
    },
    signal,
  );
}

export function renewTokens(client: OAuthClient, refreshToken: string, signal: AbortSignal): Promise<Tokens> {
  return requestTokens(
    client,
    { grant_type: 'refresh_token', refresh_token: refreshToken, scope: client.scope },
    signal,
  );
}

const granted = z.object({
  access_token: z.string().min(1).max(16_384),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  refresh_token: z.string().min(1).max(16_384).optional(),
});
const refused = z.object({ error: z.string().max(200) });

async function requestTokens(
  client: OAuthClient,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Tokens> {
  const body = new URLSearchParams({ ...parameters, client_id: client.clientId });
  if (client.clientSecret !== null) body.set('client_secret', client.clientSecret);
  let status: number;
  let answer: unknown;
  try {
    const response = await fetch(client.tokenUrl, {
      method: 'POST',
      body,
      headers: { accept: 'application/json' },
      // A redirect would carry the secrets elsewhere.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(tokenTimeout)]),
    });
    status = response.status;
    const text = (await limitedBody(response, longestAnswer, () => new Error('The answer is too long'))).toString();
    answer = status >= 500 ? null : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new MailProblem('token-server', 'The sign-in server of the provider does not answer', cause);
  }
  const tokens = granted.safeParse(answer);
  if (status === 200 && tokens.success) return tokensOf(tokens.data);
  throw refusal(refused.safeParse(answer).data?.error, status);
}

function tokensOf({ access_token, expires_in, refresh_token }: z.infer<typeof granted>): Tokens {
  return {
    accessToken: access_token,
    validMs: expires_in === undefined ? usualLife : expires_in * 1000,
    refreshToken: refresh_token ?? null,
  };
}

/** Codes of RFC 6749 §5.2. */
function refusal(code: string | undefined, status: number): MailProblem {
  if (code === 'invalid_grant' || code === 'interaction_required')
    return new MailProblem('sign-in-again', 'The permission has ended or was taken back; sign in again');
  if (code === 'invalid_client' || code === 'unauthorized_client')
    return new MailProblem('authentication', 'The provider does not know this client ID, or its secret is wrong');
  return new MailProblem(
    'token-server',
    `The sign-in server of the provider gave no token (${code === undefined ? `status ${status}` : code.replaceAll(/[^\w-]/g, '')})`,
  );
}
