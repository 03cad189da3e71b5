/** The sign-in of an administrator at an account's provider: there with a signed state, back with a code. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { MailProblem } from '@patchbay/channels/mailbox';
import { authorizationUrl, redeemCode } from '@patchbay/channels/email/imap/oauth';
import { HubError } from '@patchbay/contracts';
import { keepSignIn, type MailAccountRow, readMailAccount } from '@patchbay/store/queries/mail-accounts';
import { z } from 'zod';
import type { Parts } from '../parts.ts';
import { changeSetting, type ChangingCall } from '../setting-changes.ts';
import { clientOf } from './credentials.ts';
import { accountSetting } from './settings.ts';

/** Milliseconds that a sign-in may take. */
const stateLife = 15 * 60_000;
const stateShape = z.object({ account: z.uuid(), agent: z.string(), nonce: z.string(), until: z.number() });
type State = z.infer<typeof stateShape>;
type SignInParts = Pick<Parts, 'config' | 'db' | 'vault' | 'signingKey' | 'now'>;

/** Registered with the provider. */
export const redirectUri = ({ config }: Pick<Parts, 'config'>): string =>
  `${config.publicUrl}/api/v1/mail-accounts/oauth/callback`;

/** Where the administrator's browser goes. The state comes back only from there, and only for whoever began (RFC 6749 §10.12). */
export function beginSignIn(parts: SignInParts, account: MailAccountRow, agentId: string): string {
  const nonce = randomBytes(18).toString('base64url');
  const state = { account: account.id, agent: agentId, nonce, until: parts.now().getTime() + stateLife };
  const body = Buffer.from(JSON.stringify(state)).toString('base64url');
  try {
    return authorizationUrl(clientOf(parts, account), {
      redirectUri: redirectUri(parts),
      state: `${body}.${keyed(parts, 'state', body)}`,
      verifier: verifierOf(parts, state),
      hint: account.username,
    });
  } catch (error) {
    throw error instanceof MailProblem ? new HubError('conflict', error.message, { cause: error }) : error;
  }
}

/** Changes the code for tokens and keeps them, sealed. Answers the account. Rejects with a {@link MailProblem}, or `forbidden`. */
export async function finishSignIn(
  call: ChangingCall & { parts: SignInParts },
  answer: { code: string; state: string },
  signal: AbortSignal,
): Promise<string> {
  const { parts, principal } = call;
  const state = readState(parts, answer.state);
  if (!state || state.agent !== principal.agentId || state.until < parts.now().getTime())
    throw new HubError('forbidden', 'This sign-in was not begun here, or too long ago; begin again');
  const account = await readMailAccount(parts.db.sql, state.account);
  if (!account) throw new HubError('not_found', 'The account was removed');
  const code = { code: answer.code, redirectUri: redirectUri(parts), verifier: verifierOf(parts, state) };
  const tokens = await redeemCode(clientOf(parts, account), code, signal);
  if (tokens.refreshToken === null)
    throw new MailProblem('sign-in-again', 'The provider gave no lasting permission (no refresh token)');
  const sealed = parts.vault.seal(tokens.refreshToken, account.id);
  await changeSetting(call, accountSetting(account.id), (tx) => keepSignIn(tx, account.id, sealed));
  return account.id;
}

function readState(parts: SignInParts, text: string): State | null {
  const [body = '', signature = ''] = text.split('.');
  const expected = Buffer.from(keyed(parts, 'state', body));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return stateShape.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString())).data ?? null;
}

// Made from the state by a key that never leaves the hub, so that any process can finish what another began.
const verifierOf = (parts: SignInParts, state: State): string =>
  keyed(parts, 'verifier', `${state.account} ${state.nonce}`);

function keyed({ signingKey }: SignInParts, purpose: string, text: string): string {
  return createHmac('sha256', signingKey).update(`mail account ${purpose}\0${text}`).digest('base64url');
}
