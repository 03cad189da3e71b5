/** The servers that mail leaves by which is written as a mailbox. */
import type { MailboxServer } from '@patchbay/channels/mailbox';
import { listSendingAccounts, type MailAccountRow } from '@patchbay/store/queries/mail-accounts';
import type { Parts } from '../parts.ts';
import { credentialsOf } from './credentials.ts';

/** How long they are remembered: what another process changes is heard of after so long. Milliseconds. */
const rememberedMs = 5_000;
/** Milliseconds for a new access token. */
const tokenWithin = 20_000;

type Vaulted = Pick<Parts, 'db' | 'vault'>;

interface Remembered {
  /** By address, in lower case. */
  readonly servers: Promise<ReadonlyMap<string, MailboxServer>>;
  readonly until: number;
}

const remembered = new WeakMap<Parts['db'], Remembered>();
/** Access tokens outlive what is remembered of the servers. By account. */
const signIns = new WeakMap<Parts['db'], Map<string, ReturnType<typeof credentialsOf>>>();

/** The server of the mailbox of this address; null where it has none. Every mail asks for it, few ask the database. */
export async function sendingServer(parts: Vaulted, address: string): Promise<MailboxServer | null> {
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
    // Of several the first.
    return new Map(accounts.toReversed().flatMap((account) => serverOf(parts, account)));
  });
  const present = { servers, until: performance.now() + rememberedMs };
  remembered.set(parts.db, present);
  servers.catch(() => {
    if (remembered.get(parts.db) === present) remembered.delete(parts.db);
  });
  return present;
}

function serverOf(parts: Vaulted, account: MailAccountRow): [string, MailboxServer][] {
  const { id, address, username, smtpHost: host, smtpPort: port, smtpSecurity: security } = account;
  if (host === null || port === null || security === null) return [];
  const credentials = signInOf(parts, id);
  const server: MailboxServer = {
    host,
    port,
    security,
    username,
    credentials: (refused) => credentials(refused, AbortSignal.timeout(tokenWithin)),
  };
  return [[address.toLowerCase(), server]];
}

function signInOf(parts: Vaulted, id: string): ReturnType<typeof credentialsOf> {
  const known = signIns.get(parts.db) ?? new Map<string, ReturnType<typeof credentialsOf>>();
  signIns.set(parts.db, known);
  const credentials = known.get(id) ?? credentialsOf(parts, id);
  known.set(id, credentials);
  return credentials;
}
