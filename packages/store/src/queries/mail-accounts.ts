import type {
  AfterFetch,
  ImportFrom,
  MailAccountState,
  MailAuth,
  MailProblemCode,
  MailProvider,
  MailSecurity,
} from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, type Cut, type Slice } from './paging.ts';

/** What an administrator decides about an account. */
export interface MailAccountSettings {
  address: string;
  provider: MailProvider;
  host: string;
  port: number;
  security: MailSecurity;
  username: string;
  auth: MailAuth;
  folder: string;
  afterFetch: AfterFetch;
  moveTo: string | null;
  importFrom: ImportFrom;
  importDays: number | null;
  authservId: string | null;
  enabled: boolean;
  oauth: { clientId: string; authorizeUrl: string; tokenUrl: string; scope: string } | null;
  /** The server that mail of this address leaves by; all three or none. */
  smtpHost: string | null;
  smtpPort: number | null;
  smtpSecurity: MailSecurity | null;
}

/** How far a mailbox was fetched. */
export interface MailCursor {
  uidValidity: number | null;
  lastUid: number;
  importUntil: number;
  importSince: Date | null;
  importDone: number;
  importTotal: number;
  importLeft: number;
  passedOver: readonly MailPassedOver[];
}

/** A mail that its server did not hand out; `note`: the name of what was left of it in quarantine. */
export interface MailPassedOver {
  readonly uid: number;
  readonly tries: number;
  readonly othersCame: boolean;
  readonly note?: string;
  /** ISO 8601: it came then or later. */
  readonly arrivedAt?: string;
}

/** Those of a mailbox as it was fetched before the account was changed. */
export interface MailPassedOverBefore {
  /** In lower case. */
  readonly host: string;
  readonly username: string;
  readonly folder: string;
  readonly address: string;
  readonly uidValidity: number;
  readonly mails: readonly MailPassedOver[];
}

export interface MailAccountRow extends MailAccountSettings, MailCursor {
  id: string;
  passedOverBefore: readonly MailPassedOverBefore[];
  passwordSealed: string | null;
  clientSecretSealed: string | null;
  refreshTokenSealed: string | null;
  revision: number;
  wake: number;
  state: MailAccountState;
  failures: number;
  backlog: number;
  connectedAt: Date | null;
  lastContactAt: Date | null;
  lastMailAt: Date | null;
  /** Seconds that the last mail which came had lain in the mailbox when it was durable here; null before the first. */
  lastDelay: number | null;
  lastError: string | null;
  lastErrorCode: MailProblemCode | null;
  lastErrorAt: Date | null;
  nextTryAt: Date | null;
  createdAt: Date;
  /** All that had arrived by then was fetched. */
  completeUntil: Date | null;
}

const columns = {
  id: 'id',
  address: 'address',
  provider: 'provider',
  host: 'host',
  port: 'port',
  security: 'security',
  username: 'username',
  auth: 'auth',
  folder: 'folder',
  afterFetch: 'after_fetch',
  moveTo: 'move_to',
  importFrom: 'import_from',
  importDays: 'import_days',
  authservId: 'authserv_id',
  enabled: 'enabled',
  oauth: 'oauth',
  smtpHost: 'smtp_host',
  smtpPort: 'smtp_port',
  smtpSecurity: 'smtp_security',
  passwordSealed: 'password_sealed',
  clientSecretSealed: 'client_secret_sealed',
  refreshTokenSealed: 'refresh_token_sealed',
  revision: 'revision',
  wake: 'wake',
  uidValidity: 'uid_validity',
  lastUid: 'last_uid',
  importUntil: 'import_until',
  importSince: 'import_since',
  importDone: 'import_done',
  importTotal: 'import_total',
  importLeft: 'import_left',
  passedOver: 'passed_over',
  passedOverBefore: 'passed_over_before',
  lastDelay: 'last_delay',
  state: 'state',
  failures: 'failures',
  backlog: 'backlog',
  connectedAt: 'connected_at',
  lastContactAt: 'last_contact_at',
  lastMailAt: 'last_mail_at',
  lastError: 'last_error',
  lastErrorCode: 'last_error_code',
  lastErrorAt: 'last_error_at',
  nextTryAt: 'next_try_at',
  createdAt: 'created_at',
  completeUntil: 'complete_until',
} as const satisfies Record<keyof MailAccountRow, string>;

const selected = Object.entries(columns)
  .map(([name, column]) => (name === column ? column : `${column} as "${name}"`))
  .join(', ');

export async function listMailAccounts(
  sql: Queryable,
  { limit, after }: Slice<[string, string]>,
): Promise<Cut<MailAccountRow, [string, string]>> {
  const { rows } = await sql.query<MailAccountRow>(
    `select ${selected} from mail_account where $2::text is null or (address, id) > ($2, $3::uuid) order by address, id limit $1`,
    [limit + 1, after?.[0] ?? null, after?.[1] ?? null],
  );
  return cut(rows, limit, (row) => [row.address, row.id]);
}

export async function countMailAccounts(sql: Queryable): Promise<number> {
  const { rows } = await sql.query<{ count: number }>('select count(*)::integer as count from mail_account');
  return rows[0]?.count ?? 0;
}

export async function readMailAccount(sql: Queryable, id: string): Promise<MailAccountRow | null> {
  const { rows } = await sql.query<MailAccountRow>(`select ${selected} from mail_account where id = $1`, [id]);
  return rows[0] ?? null;
}

/** Accounts whose mail leaves by a server of their own, also while they are not fetched. */
export async function listSendingAccounts(sql: Queryable): Promise<MailAccountRow[]> {
  const { rows } = await sql.query<MailAccountRow>(
    `select ${selected} from mail_account where smtp_host is not null order by created_at, id`,
  );
  return rows;
}

/** What is kept of an account: its settings, and its secrets as they are sealed. */
export type MailAccountWrite = MailAccountSettings &
  Pick<MailAccountRow, 'passwordSealed' | 'clientSecretSealed' | 'refreshTokenSealed'>;

const written = [
  'address',
  'provider',
  'host',
  'port',
  'security',
  'username',
  'auth',
  'folder',
  'afterFetch',
  'moveTo',
  'importFrom',
  'importDays',
  'authservId',
  'enabled',
  'oauth',
  'passwordSealed',
  'clientSecretSealed',
  'refreshTokenSealed',
  // Statements below count those above.
  'smtpHost',
  'smtpPort',
  'smtpSecurity',
] as const satisfies readonly (keyof MailAccountWrite)[];

const valuesOf = (account: MailAccountWrite) =>
  written.map((name) => (name === 'oauth' ? account.oauth && JSON.stringify(account.oauth) : account[name]));

/** Refused with error code 23505 when another account fetches that folder. */
export async function insertMailAccount(sql: Queryable, id: string, account: MailAccountWrite): Promise<void> {
  await sql.query(
    `insert into mail_account (id, ${written.map((name) => columns[name]).join(', ')}, state)
     values ($1, ${written.map((_, index) => `$${index + 2}`).join(', ')}, case when $15 then 'connecting' else 'off' end)`,
    [id, ...valuesOf(account)],
  );
}

/** Mailboxes of which it is remembered what they did not hand out. */
const mostBefore = 20;

/** What was passed over in the mailbox that is left goes before what is known of others; nothing is known of one that was never opened. */
const passedOverBefore = `(select coalesce(jsonb_agg(mailbox order by n), '[]') from (
    select mailbox, n from jsonb_array_elements(jsonb_build_array(jsonb_build_object('host', lower(host), 'username', username, 'folder', folder,
      'address', address, 'uidValidity', uid_validity, 'mails', passed_over)) || passed_over_before) with ordinality as known (mailbox, n)
    where case when n = 1 then passed_over <> '[]' else mailbox ->> 'host' <> lower(host) or mailbox ->> 'username' <> username or mailbox ->> 'folder' <> folder end
    order by n limit ${mostBefore}) kept)`;

/**
 * When the first came of what was passed over, where the account is turned to another mailbox: what one server counts says nothing to another,
 * so that mail is wanted by its date there. It counts what nobody was told of, and all of it where the folder and the user stay the same, for
 * then the other server may have a copy.
 */
const firstPassedOver = `(select min((mail ->> 'arrivedAt')::timestamptz) from jsonb_array_elements(passed_over) mail
    where (lower(host), username, folder) is distinct from (lower($6), $9, $11)
      and (mail -> 'note' is null or (username, folder) = ($9, $11)))`;

/**
 * Writes settings over those of `revision`; false when they have changed since. `anew`: it is another mailbox now, or another part
 * of it is wanted, so that fetching begins as on the first day, and with what has arrived since all was here. What was passed over is kept for
 * where that mailbox is found again.
 */
export async function updateMailAccount(
  sql: Queryable,
  id: string,
  revision: number,
  account: MailAccountWrite,
  anew: boolean,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update mail_account set ${written.map((name, index) => `${columns[name]} = $${index + 4}`).join(', ')}, revision = revision + 1,
       updated_at = now(), failures = 0, next_try_at = null, last_error = null, last_error_code = null, last_error_at = null,
       state = case when $17 then 'connecting' else 'off' end, connected_at = null,
       uid_validity = case when $3 then null else uid_validity end, last_uid = case when $3 then 0 else last_uid end,
       import_until = case when $3 then 0 else import_until end,
       import_since = case when $3 then least(coalesce(complete_until, created_at), case when uid_validity is null then import_since end, ${firstPassedOver}) else import_since end,
       import_done = case when $3 then 0 else import_done end, import_total = case when $3 then 0 else import_total end,
       import_left = case when $3 then 0 else import_left end, passed_over = case when $3 then '[]' else passed_over end,
       passed_over_before = case when $3 and uid_validity is not null then ${passedOverBefore} else passed_over_before end,
       backlog = case when $3 then 0 else backlog end
     where id = $1 and revision = $2`,
    [id, revision, anew, ...valuesOf(account)],
  );
  return (rowCount ?? 0) > 0;
}

export async function deleteMailAccount(sql: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('delete from mail_account where id = $1', [id]);
  return (rowCount ?? 0) > 0;
}

/** Asks for a try at once. */
export async function wakeMailAccount(sql: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('update mail_account set wake = wake + 1 where id = $1', [id]);
  return (rowCount ?? 0) > 0;
}

/** Keeps what the provider gave at a sign-in, and has the account begin again with it. */
export async function keepSignIn(sql: Queryable, id: string, refreshTokenSealed: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update mail_account set refresh_token_sealed = $2, revision = revision + 1, updated_at = now(), failures = 0, next_try_at = null
     where id = $1`,
    [id, refreshTokenSealed],
  );
  return (rowCount ?? 0) > 0;
}

/** A provider may give a new refresh token at every use (RFC 6749 §6). Only in place of the one that was used. */
export async function rotateRefreshToken(sql: Queryable, id: string, used: string, sealed: string): Promise<void> {
  await sql.query('update mail_account set refresh_token_sealed = $3 where id = $1 and refresh_token_sealed = $2', [
    id,
    used,
    sealed,
  ]);
}

export interface HeldMailAccount {
  id: string;
  revision: number;
  wake: number;
}

/** Takes accounts that nobody fetches, and keeps those that this holder has. Answers which are its own until the lease ends. */
export async function holdMailAccounts(sql: Queryable, holder: string, leaseMs: number): Promise<HeldMailAccount[]> {
  await sql.query(
    `update mail_account set lease_holder = $1, lease_until = now() + make_interval(secs => $2 / 1000.0)
     where enabled and (lease_until is null or lease_until < now()
       or lease_holder = $1 and lease_until < now() + make_interval(secs => $2 / 1500.0))`,
    [holder, leaseMs],
  );
  const { rows } = await sql.query<HeldMailAccount>(
    'select id, revision, wake from mail_account where lease_holder = $1 and lease_until > now() and enabled',
    [holder],
  );
  return rows;
}

/** Lets others take over at once. */
export async function releaseMailAccounts(sql: Queryable, holder: string): Promise<void> {
  await sql.query('update mail_account set lease_holder = null, lease_until = null where lease_holder = $1', [holder]);
}

/** Moves the cursor. False when the account is somebody else's by now, or was changed: then nothing is written. */
export async function saveMailCursor(
  sql: Queryable,
  held: { id: string; revision: number; holder: string },
  cursor: MailCursor,
  progress: { backlog: number; received: boolean; delay: number | null },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update mail_account set uid_validity = $4, last_uid = $5::bigint, import_until = $6::bigint, import_since = $7, import_done = $8, import_total = $9, import_left = $12, passed_over = $14, last_delay = coalesce($13, last_delay),
       backlog = $10, last_contact_at = now(), last_mail_at = case when $11 then now() else last_mail_at end,
       state = case when $5::bigint < $6::bigint then 'importing' else 'watching' end
     where id = $1 and revision = $2 and lease_holder = $3`,
    [
      held.id,
      held.revision,
      held.holder,
      cursor.uidValidity,
      cursor.lastUid,
      cursor.importUntil,
      cursor.importSince,
      cursor.importDone,
      cursor.importTotal,
      progress.backlog,
      progress.received,
      cursor.importLeft,
      progress.delay,
      JSON.stringify(cursor.passedOver),
    ],
  );
  return (rowCount ?? 0) > 0;
}

type Held = { id: string; revision: number; holder: string };

export async function markMailConnecting(sql: Queryable, held: Held): Promise<void> {
  await sql.query(
    `update mail_account set state = 'connecting', next_try_at = null where id = $1 and revision = $2 and lease_holder = $3`,
    [held.id, held.revision, held.holder],
  );
}

/** The mailbox is open and answers. A problem that does not keep mail from coming in stays shown. */
export async function markMailContact(
  sql: Queryable,
  held: Held,
  news: {
    connected: boolean;
    backlog: number;
    problem: { code: MailProblemCode; text: string } | null;
    completeUntil: Date;
  },
): Promise<void> {
  await sql.query(
    `update mail_account set state = case when last_uid < import_until then 'importing' else 'watching' end, failures = 0,
       connected_at = case when $4 then now() else coalesce(connected_at, now()) end, last_contact_at = now(), next_try_at = null,
       backlog = $5, last_error = $6, last_error_code = $7, complete_until = greatest(complete_until, $8),
       last_error_at = case when $6::text is null then last_error_at else now() end
     where id = $1 and revision = $2 and lease_holder = $3`,
    [
      held.id,
      held.revision,
      held.holder,
      news.connected,
      news.backlog,
      news.problem?.text ?? null,
      news.problem?.code ?? null,
      news.completeUntil,
    ],
  );
}

export async function markMailFailure(
  sql: Queryable,
  held: Held,
  problem: { code: MailProblemCode; text: string },
  waitMs: number,
): Promise<void> {
  await sql.query(
    `update mail_account set state = 'failing', failures = failures + 1, connected_at = null, last_error = $4, last_error_code = $5,
       last_error_at = now(), next_try_at = now() + make_interval(secs => $6 / 1000.0)
     where id = $1 and revision = $2 and lease_holder = $3`,
    [held.id, held.revision, held.holder, problem.text, problem.code, waitMs],
  );
}
