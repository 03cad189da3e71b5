/**
 * The hub's configuration: one schema over the environment, and the only place that reads `process.env`.
 * An empty variable counts as unset, so that `FOO= npm start` and an unfilled line of an env file mean the default.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import * as format from './formats.ts';
import type { OpeningHours } from './opening-hours.ts';

export type { OpeningHours } from './opening-hours.ts';

/** What a process does: `web` answers HTTP, sockets and inlets; `worker` runs jobs; `clock` fires what is due. */
export type ProcessRole = format.ProcessRole;
export type LogLevel = format.LogLevel;

/** A variable that the hub cannot start with. The message is one line that names it and never shows a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The variable or command line option at fault. */
  readonly variable: string;

  constructor(variable: string, problem: string) {
    super(`${variable} ${problem}`.replaceAll(/\s+/g, ' '));
    this.variable = variable;
  }
}

/** This machine, and networks that lead nowhere else (RFC 1918, 3927, 4193, 4291). */
const privateNetworks = [
  '127.0.0.0/8',
  '::1/128',
  '169.254.0.0/16',
  'fe80::/10',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
];

/** Each description completes the sentence "expected …"; example.env lists the same variables with their meaning. */
const schema = z.object({
  NODE_ENV: format.nodeEnvironment.default('development'),
  PORT: format.port.default(3000),
  HOST: format.host.default('127.0.0.1'),
  HEALTH_PORT: format.port.optional(),
  PUBLIC_URL: format.publicUrl.optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: format
    .url('a PostgreSQL URL, postgres://user:password@host:5432/database', 'postgres', 'postgresql')
    .optional(),
  REDIS_URL: format.url('a Redis URL, redis://host:6379 or rediss://host:6379', 'redis', 'rediss').optional(),
  TRUSTED_PROXIES: format.relays.default(privateNetworks),
  ROLES: format.roles.default(['web', 'worker', 'clock']),
  SMTP_INLET_PORT: format.port.default(2525),
  MAIL_DOMAINS: format.mailDomains.default(['patchbay.test']),
  MAIL_FROM: format.mailAddress.optional(),
  MAIL_TRUSTED_RELAYS: format.relays.default(['127.0.0.0/8', '::1/128']),
  MAIL_AUTHSERV_ID: format.authservId.optional(),
  MAIL_STRICT_SENDERS: format.yesOrNo.default(false),
  SMTP_URL: format.url('an SMTP URL, smtp://user:password@host:587 or smtps://host:465', 'smtp', 'smtps').optional(),
  TWILIO_ACCOUNT_SID: format.twilioAccountSid.optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_API_BASE_URL: format.url('an HTTP URL, https://api.twilio.com', 'http', 'https').optional(),
  TWILIO_NUMBER: format.phoneNumber.default('+15005550006'),
  TWILIO_WHATSAPP_NUMBER: format.phoneNumber.optional(),
  PATCHBAY_ADMIN_EMAIL: format.mailAddress.optional(),
  PATCHBAY_ADMIN_PASSWORD: format.password.optional(),
  PATCHBAY_API_KEY: format.apiKey.optional(),
  SECRET_KEY: format.secretKey.optional(),
  SECRET_KEYS_EARLIER: format.secretKeys.default([]),
  CENTRE_NAME: z.string().default('Patchbay'),
  OFFER_SECONDS: format.offerSeconds.default(30),
  TIME_ZONE: format.timeZone.default(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
  OPENING_HOURS: format.openingHours.optional(),
  DEFAULT_REGION: format.region.default('US'),
  OUTGOING_PRIVATE_ADDRESSES: format.allowance.default('refuse'),
  OUTGOING_ALLOWED_HOSTS: format.hosts.default([]),
  LOG_LEVEL: format.logLevel.default('info'),
});

type Variables = z.output<typeof schema>;

/** Their values, or parts of them, are secret: an error says what is expected, never what was found. */
const secretVariables: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'TWILIO_AUTH_TOKEN',
  'PATCHBAY_ADMIN_PASSWORD',
  'PATCHBAY_API_KEY',
  'SECRET_KEY',
  'SECRET_KEYS_EARLIER',
]);

/** Everything that the environment decides about a hub, checked and frozen. */
export interface HubConfig {
  readonly nodeEnv: 'development' | 'test' | 'production';
  /** 0 asks the system for a free port. */
  readonly port: number;
  readonly host: string;
  /** Where a process without the role `web` tells its health; undefined: nowhere. */
  readonly healthPort: number | undefined;
  /** Without a slash at its end. Provider signatures and links are made from it. */
  readonly publicUrl: string;
  /** Absolute. Embedded database, files and generated secrets. */
  readonly dataDir: string;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Undefined: the queue lives in PostgreSQL. */
  readonly redisUrl: string | undefined;
  /** Hosts whose X-Forwarded-For is believed about who calls: addresses, or ranges in CIDR notation. */
  readonly trustedProxies: readonly string[];
  readonly roles: readonly ProcessRole[];
  /** 0: no SMTP inlet. */
  readonly smtpInletPort: number;
  /** Lower case. The first one is the centre's own. */
  readonly mailDomains: readonly [string, ...string[]];
  /** Sender of outgoing mail. */
  readonly mailFrom: string;
  /** Whose word on the sender of a mail counts. */
  readonly mailTrust: {
    /** Hosts that check mail before they hand it over: addresses, or ranges in CIDR notation. */
    readonly relays: readonly string[];
    /** Undefined: any Authentication-Results that stands above the first `Received`. */
    readonly authservId: string | undefined;
    /** Who is not confirmed is not recognised. */
    readonly strictSenders: boolean;
  };
  /** Undefined: outgoing mail stays in the outbox viewer. */
  readonly smtpUrl: string | undefined;
  /** Undefined: there is no Twilio account. */
  readonly twilio: TwilioAccount | undefined;
  /** Another base URL for the carrier's REST API. */
  readonly twilioApiBaseUrl: string | undefined;
  /** The centre's own number, E.164. */
  readonly twilioNumber: string;
  /** The centre's number on WhatsApp, E.164. */
  readonly twilioWhatsappNumber: string;
  /** The hub plays the carrier itself: no Twilio account, and not in production. */
  readonly simulator: boolean;
  /** The first administrator; undefined: a one-time set-up link is printed. */
  readonly admin: { readonly email: string; readonly password: string } | undefined;
  /** An administrator's API key for automation. */
  readonly apiKey: string | undefined;
  /** Seals the secrets of accounts, 32 bytes in base64. Undefined: a key generated into the data folder. */
  readonly secretKey: string | undefined;
  /** Keys before that one, which still open what they sealed. */
  readonly secretKeysEarlier: readonly string[];
  readonly centreName: string;
  /** How long an agent may take to accept an offer. */
  readonly offerSeconds: number;
  /** IANA name; opening hours and "today" are read in it. */
  readonly timeZone: string;
  /** Undefined: always open. */
  readonly openingHours: OpeningHours | undefined;
  /** ISO 3166 country in which a phone number without country code is read. */
  readonly defaultRegion: string;
  /** Addresses that somebody outside chose may lead into a private network, and need no TLS. */
  readonly outgoingPrivateAddresses: boolean;
  /** Hosts, each with a port or without, that outgoing webhooks may reach wherever they are, also without TLS. */
  readonly outgoingAllowedHosts: readonly string[];
  readonly logLevel: LogLevel;
}

export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
}

/** Every variable that the hub reads. */
export const variableNames = Object.freeze(Object.keys(schema.shape)) as readonly (keyof Variables)[];

/**
 * Reads the configuration. `argv` are the command line arguments after the script; `--roles=web,worker` wins over `ROLES`.
 * @throws {ConfigError} naming the first variable that is malformed or whose other half is missing
 */
export function loadEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
  argv: readonly string[] = [],
): HubConfig {
  const variables = parseVariables({ ...env, ...rolesFromArguments(argv) });
  const twilioSet = both(variables, 'TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN');
  const adminSet = both(variables, 'PATCHBAY_ADMIN_EMAIL', 'PATCHBAY_ADMIN_PASSWORD');
  return deepFreeze({
    nodeEnv: variables.NODE_ENV,
    port: variables.PORT,
    host: variables.HOST,
    healthPort: variables.HEALTH_PORT,
    publicUrl: variables.PUBLIC_URL ?? `http://localhost:${variables.PORT}`,
    dataDir: resolve(variables.DATA_DIR),
    databaseUrl: variables.DATABASE_URL,
    redisUrl: variables.REDIS_URL,
    trustedProxies: variables.TRUSTED_PROXIES,
    roles: variables.ROLES,
    smtpInletPort: variables.SMTP_INLET_PORT,
    mailDomains: variables.MAIL_DOMAINS,
    mailFrom: variables.MAIL_FROM ?? `support@${variables.MAIL_DOMAINS[0]}`,
    mailTrust: {
      relays: variables.MAIL_TRUSTED_RELAYS,
      authservId: variables.MAIL_AUTHSERV_ID,
      strictSenders: variables.MAIL_STRICT_SENDERS,
    },
    smtpUrl: variables.SMTP_URL,
    twilio: twilioSet && { accountSid: twilioSet[0], authToken: twilioSet[1] },
    twilioApiBaseUrl: variables.TWILIO_API_BASE_URL,
    twilioNumber: variables.TWILIO_NUMBER,
    twilioWhatsappNumber: variables.TWILIO_WHATSAPP_NUMBER ?? variables.TWILIO_NUMBER,
    simulator: twilioSet === undefined && variables.NODE_ENV !== 'production',
    admin: adminSet && { email: adminSet[0], password: adminSet[1] },
    apiKey: variables.PATCHBAY_API_KEY,
    secretKey: variables.SECRET_KEY,
    secretKeysEarlier: variables.SECRET_KEYS_EARLIER,
    centreName: variables.CENTRE_NAME,
    offerSeconds: variables.OFFER_SECONDS,
    timeZone: variables.TIME_ZONE,
    openingHours: variables.OPENING_HOURS,
    defaultRegion: variables.DEFAULT_REGION,
    outgoingPrivateAddresses: variables.OUTGOING_PRIVATE_ADDRESSES === 'allow',
    outgoingAllowedHosts: variables.OUTGOING_ALLOWED_HOSTS,
    logLevel: variables.LOG_LEVEL,
  });
}

function parseVariables(env: Readonly<Record<string, string | undefined>>): Variables {
  const given = Object.fromEntries(
    variableNames.map((name) => [name, env[name]?.trim()]).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const name = String(result.error.issues[0]?.path[0]) as keyof Variables;
  throw new ConfigError(name, `${found(name, given[name])}; expected ${expectation(name)}`);
}

function expectation(name: keyof Variables): string {
  const field = schema.shape[name];
  const inner = field instanceof z.ZodDefault || field instanceof z.ZodOptional ? field.unwrap() : field;
  return inner.description ?? 'another value';
}

function found(name: string, value: string | undefined): string {
  return secretVariables.has(name) ? 'is malformed' : `is ${JSON.stringify(value?.slice(0, 80))}`;
}

function rolesFromArguments(argv: readonly string[]): { ROLES?: string } {
  let roles: string | undefined;
  for (const argument of argv) {
    const value = /^--roles=(.+)$/.exec(argument)?.[1];
    if (value === undefined) {
      throw new ConfigError(argument.split('=')[0] ?? argument, 'is not an option; expected --roles=web,worker,clock');
    }
    roles = value;
  }
  return roles === undefined ? {} : { ROLES: roles };
}

/** Two variables that only make sense together. */
function both(
  variables: Variables,
  first: keyof Variables & `${string}_${'SID' | 'EMAIL'}`,
  second: keyof Variables & `${string}_${'TOKEN' | 'PASSWORD'}`,
): readonly [string, string] | undefined {
  const [a, b] = [variables[first], variables[second]];
  if (a !== undefined && b !== undefined) return [a, b];
  if (a === undefined && b === undefined) return undefined;
  const [missing, present] = a === undefined ? [first, second] : [second, first];
  throw new ConfigError(missing, `is missing while ${present} is set; expected both or neither`);
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
