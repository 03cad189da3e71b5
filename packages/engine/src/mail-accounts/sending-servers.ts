/** The servers that mail leaves by which is written as a mailbox. */
import type { SendingServer } from '@patchbay/channels/mailbox';
import { HubError } from '@patchbay/contracts';
import { listSendingAccounts, type MailAccountRow } from '@patchbay/store/queries/mail-accounts';
import type { Parts } from '../parts.ts';
import { AccountChanged, type Credentials, credentialsOf } from './credentials.ts';

/** How long they are remembered: what another process changes is heard of after so long. Milliseconds. */
const rememberedMs = 5_000;
/** Milliseconds for a new access token. */
const tokenWithin = 20_000;

type Vaulted = Pick<Parts, 'db' | 'vault'>;

interface Remembered {
  /** By address, in lower case. */
  readonly servers: Promise<ReadonlyMap<string, SendingServer>>;
  readonly until: number;
}

const remembered = new WeakMap<Parts['db'], Remembered>();
interface SignIn {
  readonly revision: number;
  readonly credentials: Credentials;
}

/** By account. Access tokens outlive what is remembered of the servers, and end with the revision that they were given for. */
const signIns = new WeakMap<Parts['db'], ReadonlyMap<string, SignIn>>();

/** The server of the mailbox of this address; null where it has none. Every mail asks for it, few ask the database. */
export async function sendingServer(parts: Vaulted, address: string): Promise<SendingServer | null> {
  const kept = remembered.get(parts.db);
  const present = kept && kept.until > performance.now() ? kept : readServers(parts);
  return (await present.servers).get(address.toLowerCase()) ?? null;
}

/** To be called after an account was changed. */
export function forgetSendingServers({ db }: Pick<Parts, 'db'>): void {
  remembered.delete(db);
}

function readServers(parts: Vaulted): Remembered {
  const servers = listSendingAccounts(parts.db.sql).then((accounts) => {
    const known = signIns.get(parts.db);
    const present = new Map(accounts.map((account) => [account.id, signInOf(parts, account, known?.get(account.id))]));
    signIns.set(parts.db, present);
    // Of several the first.
    return new Map(accounts.toReversed().flatMap((account) => serverOf(parts, account, present.get(account.id))));
  });
  const present = { servers, until: performance.now() + rememberedMs };
  remembered.set(parts.db, present);
  servers.catch(() => {
    if (remembered.get(parts.db) === present) remembered.delete(parts.db);
  });
  return present;
}

function serverOf(parts: Vaulted, account: MailAccountRow, signIn: SignIn | undefined): [string, SendingServer][] {
  const { id, revision, address, username, smtpHost: host, smtpPort: port, smtpSecurity: security } = account;
  if (host === null || port === null || security === null || !signIn) return [];
  const credentials: SendingServer['credentials'] = (refused) =>
    signIn.credentials(refused, AbortSignal.timeout(tokenWithin)).catch((error: unknown) => {
      if (!(error instanceof AccountChanged)) throw error;
      forgetSendingServers(parts);
      throw new HubError('provider_unavailable', error.message);
    });
  return [[address.toLowerCase(), { id, revision, host, port, security, username, credentials }]];
}

function signInOf(parts: Vaulted, account: MailAccountRow, known: SignIn | undefined): SignIn {
  const { revision } = account;
  return known?.revision === revision ? known : { revision, credentials: credentialsOf(parts, account) };
}
