/** The server that a mail leaves by, and how the hub signs in there. */
import { HubError } from '@patchbay/contracts';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import type { ChannelDeps } from '../channel.ts';
import { MailProblem, type MailboxCredentials, type MailboxServer, type SendingServer } from '../mailbox.ts';
import { asciiAddress } from './compose.ts';
import { SignInProblem, type SignInState } from './sign-in-rests.ts';

type SignIn = NonNullable<Parameters<SMTPConnection['login']>[0]>;

export interface Outlet {
  readonly server: SMTPConnection.Options;
  /**
   * Where it is a mailbox's own. Such a server takes mail with no other MAIL FROM than `sender`, be it an automatic one with none (Exchange Online:
   * 5.2.252 SendAsDenied): what comes back then comes to that mailbox, and is answered by no machine whatever it is (RFC 3834 §3.3).
   */
  readonly ofMailbox?: SignInState & { readonly host: string; readonly port: number; readonly sender: string };
  /** Null: nobody signs in. `refused`: the last was. Throws `provider_unavailable` where there is none, and undefined is no other one. */
  signIn(refused: boolean): Promise<SignIn | null | undefined>;
}

/**
 * Where a mail of this author goes: to the server of the mailbox that it is written as, else to that of all others; undefined where there is none.
 *
 * @throws HubError `provider_unavailable` while that cannot be told
 */
export async function outletOf(
  author: string,
  { config, sendingServer }: Pick<ChannelDeps, 'config' | 'sendingServer'>,
): Promise<Outlet | undefined> {
  const own = await sendingServer(author).catch(unavailable);
  if (own) return ofMailbox(own, asciiAddress(author));
  return config.smtpUrl === undefined ? undefined : ofUrl(config.smtpUrl);
}

/** `smtp://user:password@host:port` or `smtps://…`. */
function ofUrl(url: string): Outlet {
  const { auth, ...server } = parseConnectionUrl(url);
  const signIn = auth ? { credentials: { user: auth.user ?? '', pass: auth.pass ?? '' } } : null;
  return { server, signIn: async (refused) => (refused ? undefined : signIn) };
}

function ofMailbox(own: SendingServer, sender: string): Outlet {
  const { id, revision, host, port, username } = own;
  // An outlet is one mail's.
  let given: MailboxCredentials | undefined;
  return {
    ofMailbox: { id, revision, host, port, sender },
    server: connectionTo(own),
    async signIn(refused) {
      given = await own.credentials(refused ? given : undefined).catch(unavailable);
      // Another password there is none, another token there may be.
      if (refused && 'password' in given) return undefined;
      return signInWith(username, given);
    },
  };
}

/** Encryption that was asked for is never left out: neither a password nor a mail goes out in clear then. */
export const connectionTo = ({ host, port, security }: MailboxServer): SMTPConnection.Options => ({
  host,
  port,
  secure: security === 'tls',
  requireTLS: security === 'starttls',
  ignoreTLS: security === 'none',
});

export const signInWith = (username: string, given: MailboxCredentials): SignIn =>
  'password' in given
    ? { credentials: { user: username, pass: given.password } }
    : { oauth2: withToken(username, given.accessToken) };

/** XOAUTH2 (developers.google.com/gmail/imap/xoauth2-protocol) with this token alone: who is refused connects anew with another. */
function withToken(username: string, accessToken: string): NonNullable<SignIn['oauth2']> {
  const source = {
    getToken: (isRefused: boolean, done: (error: Error | null, token?: string) => void) =>
      isRefused ? done(new Error('The token was refused')) : done(null, accessToken),
    buildXOAuth2Token: (token: string) =>
      Buffer.from(`user=${username}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64'),
  };
  // All that the connection asks of it; its types want nodemailer's own, which renews tokens by itself.
  return source as unknown as NonNullable<SignIn['oauth2']>;
}

/** Nothing has left. The words of a problem say what is wrong; what they come of may have secrets in it. */
function unavailable(cause: unknown): never {
  if (cause instanceof HubError) throw cause;
  if (cause instanceof MailProblem) throw new SignInProblem(cause.message);
  throw new HubError('provider_unavailable', 'By which server the mail leaves could not be read', { cause });
}
