import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadEnvironment, variableNames } from './environment.ts';

const sid = `AC${'0'.repeat(32)}`;

function refusal(env: Record<string, string>, argv: string[] = []): string {
  try {
    loadEnvironment(env, argv);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('loadEnvironment', () => {
  test('starts from nothing with the documented defaults', () => {
    expect(loadEnvironment({})).toEqual({
      nodeEnv: 'development',
      port: 3000,
      host: '127.0.0.1',
      healthPort: undefined,
      publicUrl: 'http://localhost:3000',
      dataDir: resolve('./data'),
      databaseUrl: undefined,
      redisUrl: undefined,
      trustedProxies: [
        '127.0.0.0/8',
        '::1/128',
        '169.254.0.0/16',
        'fe80::/10',
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        'fc00::/7',
      ],
      roles: ['web', 'worker', 'clock'],
      smtpInletPort: 2525,
      mailDomains: ['patchbay.test'],
      mailFrom: 'support@patchbay.test',
      mailTrust: { relays: ['127.0.0.0/8', '::1/128'], authservId: undefined, strictSenders: false },
      smtpUrl: undefined,
      twilio: undefined,
      twilioApiBaseUrl: undefined,
      twilioNumber: '+15005550006',
      twilioWhatsappNumber: '+15005550006',
      simulator: true,
      admin: undefined,
      apiKey: undefined,
      secretKey: undefined,
      secretKeysEarlier: [],
      centreName: 'Patchbay',
      offerSeconds: 30,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      openingHours: undefined,
      defaultRegion: 'US',
      outgoingPrivateAddresses: false,
      outgoingAllowedHosts: [],
      logLevel: 'info',
    });
  });

  test.each([
    [{ PORT: '8080' }, { port: 8080, publicUrl: 'http://localhost:8080' }],
    [
      { PORT: '', LOG_LEVEL: ' ' },
      { port: 3000, logLevel: 'info' },
    ],
    [{ PUBLIC_URL: 'https://desk.example.com/' }, { publicUrl: 'https://desk.example.com' }],
    [{ PUBLIC_URL: 'https://example.com/desk' }, { publicUrl: 'https://example.com/desk' }],
    [{ ROLES: 'web, worker,web' }, { roles: ['web', 'worker'] }],
    [
      { MAIL_DOMAINS: 'Support.Example.com, example.org' },
      { mailDomains: ['support.example.com', 'example.org'], mailFrom: 'support@support.example.com' },
    ],
    [{ MAIL_FROM: 'help@example.org' }, { mailFrom: 'help@example.org' }],
    [{ SMTP_INLET_PORT: '0' }, { smtpInletPort: 0 }],
    [{ DATA_DIR: '/srv/patchbay' }, { dataDir: '/srv/patchbay' }],
    [{ NODE_ENV: 'production' }, { simulator: false }],
    [
      { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: 'secret' },
      { twilio: { accountSid: sid, authToken: 'secret' }, simulator: false },
    ],
    [
      { PATCHBAY_ADMIN_EMAIL: 'a@b.example', PATCHBAY_ADMIN_PASSWORD: 'correct horse' },
      { admin: { email: 'a@b.example', password: 'correct horse' } },
    ],
    [
      { TIME_ZONE: 'Asia/Shanghai', DEFAULT_REGION: 'cn' },
      { timeZone: 'Asia/Shanghai', defaultRegion: 'CN' },
    ],
    [
      { DATABASE_URL: 'postgres://u:p@db/hub', REDIS_URL: 'rediss://r:6380' },
      { databaseUrl: 'postgres://u:p@db/hub', redisUrl: 'rediss://r:6380' },
    ],
  ])('%j gives %j', (env, expected) => {
    expect(loadEnvironment(env)).toMatchObject(expected);
  });

  test.each([
    [{ SECRET_KEYS_EARLIER: 'hunter2' }, /^SECRET_KEYS_EARLIER is malformed; expected keys like SECRET_KEY/],
    [{ PORT: 'abc' }, 'PORT is "abc"; expected a whole number from 0 to 65535'],
    [{ PORT: '70000' }, 'PORT is "70000"; expected a whole number from 0 to 65535'],
    [{ SMTP_INLET_PORT: '-1' }, 'SMTP_INLET_PORT is "-1"; expected a whole number from 0 to 65535'],
    [{ HOST: 'not a host' }, /^HOST is "not a host"; expected an address/],
    [{ PUBLIC_URL: 'example.com' }, /^PUBLIC_URL is "example.com"; expected an HTTP URL/],
    [{ PUBLIC_URL: 'https://example.com/?a=1' }, /^PUBLIC_URL .*without query/],
    [{ DATABASE_URL: 'mysql://u:hunter2@db/hub' }, /^DATABASE_URL is malformed; expected a PostgreSQL URL/],
    [{ REDIS_URL: 'http://:hunter2@redis' }, /^REDIS_URL is malformed; expected a Redis URL/],
    [{ ROLES: 'web,cook' }, 'ROLES is "web,cook"; expected a comma separated list of web, worker and clock'],
    [{ ROLES: ',' }, /^ROLES is ","/],
    [
      { MAIL_TRUSTED_RELAYS: '10.0.0.0/33' },
      /^MAIL_TRUSTED_RELAYS is "10.0.0.0\/33"; expected a comma separated list of addr/,
    ],
    [{ TRUSTED_PROXIES: 'loopback' }, /^TRUSTED_PROXIES is "loopback"; expected a comma separated list of addr/],
    [{ MAIL_STRICT_SENDERS: 'yes' }, /^MAIL_STRICT_SENDERS is "yes"; expected true or false/],
    [{ MAIL_DOMAINS: 'a@b.example' }, /^MAIL_DOMAINS is "a@b.example"; expected a comma separated list of domains/],
    [{ MAIL_FROM: 'support' }, /^MAIL_FROM is "support"; expected a mail address/],
    [{ SMTP_URL: 'mail.example.com:hunter2' }, /^SMTP_URL is malformed; expected an SMTP URL/],
    [{ TWILIO_ACCOUNT_SID: 'XX1' }, /^TWILIO_ACCOUNT_SID is "XX1"; expected AC and 32/],
    [
      { TWILIO_ACCOUNT_SID: sid },
      'TWILIO_AUTH_TOKEN is missing while TWILIO_ACCOUNT_SID is set; expected both or neither',
    ],
    [
      { TWILIO_AUTH_TOKEN: 'hunter2' },
      'TWILIO_ACCOUNT_SID is missing while TWILIO_AUTH_TOKEN is set; expected both or neither',
    ],
    [{ TWILIO_API_BASE_URL: 'nowhere' }, /^TWILIO_API_BASE_URL is "nowhere"/],
    [{ TWILIO_NUMBER: '5005550006' }, /^TWILIO_NUMBER is "5005550006"; expected a phone number in E.164/],
    [{ PATCHBAY_ADMIN_EMAIL: 'a@b.example' }, /^PATCHBAY_ADMIN_PASSWORD is missing/],
    [
      { PATCHBAY_ADMIN_EMAIL: 'a@b.example', PATCHBAY_ADMIN_PASSWORD: 'hunter2' },
      'PATCHBAY_ADMIN_PASSWORD is malformed; expected 8 to 128 characters',
    ],
    [{ PATCHBAY_API_KEY: 'hunter2' }, /^PATCHBAY_API_KEY is malformed; expected 8 to 256/],
    [{ OFFER_SECONDS: '0' }, 'OFFER_SECONDS is "0"; expected a whole number from 1 to 600'],
    [{ TIME_ZONE: 'Mars/Olympus' }, /^TIME_ZONE is "Mars\/Olympus"; expected an IANA time zone/],
    [{ OPENING_HOURS: '9 to 5' }, /^OPENING_HOURS is "9 to 5"; expected JSON of days/],
    [{ DEFAULT_REGION: 'Germany' }, /^DEFAULT_REGION is "Germany"; expected a country/],
    [{ OUTGOING_PRIVATE_ADDRESSES: 'yes' }, 'OUTGOING_PRIVATE_ADDRESSES is "yes"; expected refuse or allow'],
    [
      { OUTGOING_ALLOWED_HOSTS: 'http://x' },
      /^OUTGOING_ALLOWED_HOSTS is "http:..x"; expected a comma separated list of h/,
    ],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud"; expected one of trace/],
    [{ NODE_ENV: 'prod' }, /^NODE_ENV is "prod"; expected development, test or production/],
    [{ CENTRE_NAME: 'fine', PORT: 'two\nlines' }, /^PORT is "two\\nlines"/],
  ])('%j is refused in one line', (env, expected) => {
    const message = refusal(env as Record<string, string>);
    if (typeof expected === 'string') expect(message).toBe(expected);
    else expect(message).toMatch(expected);
    expect(message).not.toContain('\n');
    expect(message).not.toContain('hunter2');
  });

  test('--roles= wins over ROLES, and no other option is known', () => {
    expect(loadEnvironment({ ROLES: 'web' }, ['--roles=clock']).roles).toEqual(['clock']);
    expect(refusal({}, ['--role=clock'])).toBe('--role is not an option; expected --roles=web,worker,clock');
    expect(refusal({}, ['--roles=cook'])).toMatch(/^ROLES is "cook"/);
  });

  test('is frozen to its leaves', () => {
    const config = loadEnvironment({ OPENING_HOURS: '{"mon":["09:00-17:00"]}' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.roles)).toBe(true);
    expect(Object.isFrozen(config.openingHours?.mon[0])).toBe(true);
  });
});

test('example.env names every variable, and every value in it is accepted and the default', async () => {
  const example = parseEnv(await readFile(new URL('./example.env', import.meta.url), 'utf8'));
  expect(Object.keys(example).toSorted()).toEqual(variableNames.toSorted());
  expect(loadEnvironment(example)).toEqual(loadEnvironment({}));
});
