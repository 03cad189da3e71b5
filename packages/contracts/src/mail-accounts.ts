/** Mail accounts: mailboxes elsewhere whose mail is fetched over IMAP, and as which mail leaves. */
import { z } from 'zod';
import { timestamp } from './glossary.ts';

export const mailProvider = z.enum(['google', 'microsoft', 'other']);
export type MailProvider = z.infer<typeof mailProvider>;
/** `none` is for a server on the same machine or network: password and mail go over the wire as they are. */
export const mailSecurity = z.enum(['tls', 'starttls', 'none']);
export type MailSecurity = z.infer<typeof mailSecurity>;
export const mailAuth = z.enum(['password', 'oauth2']);
export type MailAuth = z.infer<typeof mailAuth>;
/** What happens to a mail in its mailbox once it is durable here. */
export const afterFetch = z.enum(['keep', 'seen', 'move', 'delete']);
export type AfterFetch = z.infer<typeof afterFetch>;
/** Where a first import begins: with everything, with what comes from now on, or with the last days. */
export const importFrom = z.enum(['all', 'new', 'days']);
export type ImportFrom = z.infer<typeof importFrom>;
export const mailAccountState = z.enum(['off', 'connecting', 'importing', 'watching', 'failing']);
export type MailAccountState = z.infer<typeof mailAccountState>;

/** Why an account fails; the text beside it is for people. */
export const mailProblemCode = z.enum([
  'authentication',
  'sign-in-again',
  'token-server',
  'host-not-found',
  'connection',
  'timeout',
  'certificate',
  'encryption',
  'folder-missing',
  'after-fetch',
  'secret',
  'hub',
  'server',
]);
export type MailProblemCode = z.infer<typeof mailProblemCode>;

/**
 * Why a sign-in at a provider failed, told in the address of the page that it ends on. `denied`: somebody refused there (RFC 6749
 * §4.1.2.1); `provider`: another error of the provider; `forbidden`: begun by somebody else, or too long ago; `not_found`: the account is gone.
 */
export const mailSignInProblem = z.enum(['denied', 'provider', 'forbidden', 'not_found', ...mailProblemCode.options]);
export type MailSignInProblem = z.infer<typeof mailSignInProblem>;

/** Control characters would end a line of the protocol. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f]+$/u);
const hostName = line(253).regex(/^[A-Za-z0-9.:_-]+$/);
/** Tokens go there, so it is encrypted, or does not leave the machine. */
const endpoint = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .regex(/^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$))/, 'An https URL');

/** Where an administrator signs in, and where tokens come from (RFC 6749). Google and Microsoft have theirs by default. */
const oauthSettings = z.object({
  clientId: line(300),
  authorizeUrl: endpoint.optional(),
  tokenUrl: endpoint.optional(),
  scope: line(1000).optional(),
});

const settings = {
  address: z.email().max(320),
  provider: mailProvider,
  host: hostName,
  port: z.int().min(1).max(65_535),
  security: mailSecurity,
  username: line(320),
  auth: mailAuth,
  folder: line(500),
  afterFetch,
  /** The folder of `move`; created when it is missing. */
  moveTo: line(500).nullable(),
  importFrom,
  /** Of `days`. */
  importDays: z.int().min(1).max(3650).nullable(),
  /** The host whose Authentication-Results header is believed (RFC 8601); also where it leaves out its name in that, as Microsoft's does. */
  authservId: line(253).nullable(),
  enabled: z.boolean(),
  /** Where mail of this address leaves, by the same sign-in, all three together; null: where all other mail does. */
  smtpHost: hostName.nullable(),
  smtpPort: z.int().min(1).max(65_535).nullable(),
  smtpSecurity: mailSecurity.nullable(),
};
const secrets = { password: z.string().min(1).max(1000), clientSecret: z.string().min(1).max(1000) };

export const mailAccount = z.object({
  id: z.uuid(),
  ...settings,
  address: z.string(),
  host: z.string(),
  smtpHost: z.string().nullable(),
  oauth: z
    .object({ clientId: z.string(), authorizeUrl: z.string(), tokenUrl: z.string(), scope: z.string() })
    .nullable(),
  hasPassword: z.boolean(),
  hasClientSecret: z.boolean(),
  /** Somebody has signed in at the provider. */
  signedIn: z.boolean(),
  state: mailAccountState,
  /** Of a first import, or of a mailbox that is gone through again; null when there is none. */
  importing: z.object({ done: z.int(), total: z.int() }).nullable(),
  /** Mails that the last import, or going through the mailbox again, left there, as they are from before what is wanted. */
  leftInMailbox: z.int(),
  /** Mails known to be waiting in the mailbox. */
  backlog: z.int(),
  connectedAt: timestamp.nullable(),
  lastContactAt: timestamp.nullable(),
  lastMailAt: timestamp.nullable(),
  lastError: z.string().nullable(),
  lastErrorCode: mailProblemCode.nullable(),
  lastErrorAt: timestamp.nullable(),
  nextTryAt: timestamp.nullable(),
  createdAt: timestamp,
});
export type MailAccount = z.infer<typeof mailAccount>;

export const mailAccountCreate = z.object({
  ...settings,
  provider: mailProvider.default('other'),
  port: settings.port.default(993),
  security: mailSecurity.default('tls'),
  auth: mailAuth.default('password'),
  folder: settings.folder.default('INBOX'),
  afterFetch: afterFetch.default('keep'),
  moveTo: settings.moveTo.default(null),
  importFrom: importFrom.default('all'),
  importDays: settings.importDays.default(null),
  authservId: settings.authservId.optional(),
  enabled: z.boolean().default(true),
  smtpHost: settings.smtpHost.default(null),
  smtpPort: settings.smtpPort.default(null),
  smtpSecurity: settings.smtpSecurity.default(null),
  oauth: oauthSettings.optional(),
  password: secrets.password.optional(),
  clientSecret: secrets.clientSecret.optional(),
});
export type MailAccountCreate = z.input<typeof mailAccountCreate>;

export const mailAccountUpdate = z.object({ ...settings, ...secrets, oauth: oauthSettings }).partial();
export type MailAccountUpdate = z.input<typeof mailAccountUpdate>;

/**
 * Settings to try without keeping them. `id`: secrets that are not given are those of this account, for the same servers and user. With
 * `smtpHost`, `smtpPort` and `smtpSecurity` the server that mail leaves by is tried, too.
 */
export const mailAccountTest = mailAccountCreate
  .pick({
    host: true,
    port: true,
    security: true,
    username: true,
    auth: true,
    password: true,
    smtpHost: true,
    smtpPort: true,
    smtpSecurity: true,
  })
  .extend({ id: z.uuid().optional() });
export type MailAccountTest = z.input<typeof mailAccountTest>;

export const mailFolder = z.object({ path: z.string(), specialUse: z.string().nullable() });
export type MailFolder = z.infer<typeof mailFolder>;
const triedProblem = z.object({ code: mailProblemCode, text: z.string() }).nullable();
/** What a try found out: the folders, or what is wrong. `sending`: whether the hub may send there; null where no such server was to be tried. */
export const mailAccountTested = z.object({
  folders: z.array(mailFolder),
  problem: triedProblem,
  sending: z.object({ problem: triedProblem }).nullable(),
});
export type MailAccountTested = z.infer<typeof mailAccountTested>;
/** Where the administrator's browser goes to sign in. */
export const mailSignIn = z.object({ url: z.string() });

/**
 * What Google and Microsoft publish for their mailboxes (developers.google.com/gmail/imap, learn.microsoft.com/exchange). `namesItself`: the
 * host has its name in the Authentication-Results that it writes. `sendingScope`: the scope where mail leaves by `smtp`, too.
 */
export const mailProviderPresets = {
  google: {
    host: 'imap.gmail.com',
    authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scope: 'https://mail.google.com/',
    sendingScope: 'https://mail.google.com/',
    smtp: { smtpHost: 'smtp.gmail.com', smtpPort: 465, smtpSecurity: 'tls' },
    authservId: 'mx.google.com',
    namesItself: true,
  },
  microsoft: {
    host: 'outlook.office365.com',
    authorizeUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    scope: 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access',
    sendingScope:
      'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
    smtp: { smtpHost: 'smtp.office365.com', smtpPort: 587, smtpSecurity: 'starttls' },
    // Who takes mail in there begins Authentication-Results with the results (learn.microsoft.com/defender-office-365/message-headers-eop-mdo),
    // and tells its name in the Received that stands below.
    authservId: 'mail.protection.outlook.com',
    namesItself: false,
  },
} as const;
