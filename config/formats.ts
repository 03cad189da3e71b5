/** How each kind of variable is written. A description completes the sentence "expected …". */
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseOpeningHours } from './opening-hours.ts';

const processRole = z.enum(['web', 'worker', 'clock']);
export type ProcessRole = z.infer<typeof processRole>;

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof levels)[number];

export const nodeEnvironment = z
  .enum(['development', 'test', 'production'])
  .describe('development, test or production');

export const logLevel = z.enum(levels).describe(`one of ${levels.join(', ')}`);

export const port = wholeNumber(0, 65_535);

/** Ringing for longer than ten minutes is nobody's wish; an offer under a second cannot be taken. */
export const offerSeconds = wholeNumber(1, 600);

export const host = z
  .string()
  .regex(/^[A-Za-z0-9.:_-]+$/)
  .describe('an address or host name to listen on, as 127.0.0.1 or 0.0.0.0');

export const publicUrl = url('an HTTP URL without query, https://support.example.com', 'http', 'https')
  .refine((value) => !/[?#]/.test(value))
  .transform((value) => value.replace(/\/+$/, ''))
  .describe('an HTTP URL without query, https://support.example.com');

export const roles = z
  .string()
  .transform(commaList)
  .pipe(z.array(processRole).min(1))
  .transform((list) => [...new Set(list)])
  .describe('a comma separated list of web, worker and clock');

const domainName = z.string().regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/);

export const mailDomains = z
  .string()
  .toLowerCase()
  .transform(commaList)
  .pipe(z.tuple([domainName], domainName))
  .describe('a comma separated list of domains, support.example.com,example.org');

export const mailAddress = z.email().describe('a mail address, support@example.com');

export const relays = z
  .string()
  .transform(commaList)
  .pipe(z.array(z.string().refine(isAddressOrRange)))
  .describe('a comma separated list of addresses or ranges, 192.0.2.25,10.0.0.0/8');

export const hosts = z
  .string()
  .toLowerCase()
  .transform(commaList)
  .pipe(z.array(z.string().regex(/^(?:[a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/)))
  .describe('a comma separated list of hosts with or without a port, crm.internal,10.0.0.7:8080');

export const authservId = z
  .string()
  .toLowerCase()
  .regex(/^[\x21-\x7e]{1,253}$/)
  .describe('the name in the Authentication-Results of your mail server, mx.example.com');

export const yesOrNo = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .describe('true or false');

export const phoneNumber = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/)
  .describe('a phone number in E.164, +15005550006');

export const twilioAccountSid = z
  .string()
  .regex(/^AC[A-Za-z0-9]{32}$/)
  .describe('AC and 32 letters or digits, as the Twilio console shows it');

export const password = z.string().min(8).max(128).describe('8 to 128 characters');

export const apiKey = z
  .string()
  .regex(/^[\x21-\x7e]{8,256}$/)
  .describe('8 to 256 printable characters without spaces');

/** Base64 or base64url of exactly 32 bytes. */
export const secretKey = z
  .string()
  .regex(/^[A-Za-z0-9+/_-]{43}=?$/)
  .describe('32 random bytes in base64, as `openssl rand -base64 32` prints them');

export const secretKeys = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  )
  .pipe(z.array(secretKey))
  .describe('keys like SECRET_KEY, separated by commas');

export const allowance = z.enum(['refuse', 'allow']).describe('refuse or allow');

export const timeZone = z.string().refine(isTimeZone).describe('an IANA time zone, Europe/Berlin');

export const region = z
  .string()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/)
  .describe('a country by its two ISO 3166 letters, US');

export const openingHours = z
  .string()
  .transform((text, context) => {
    const hours = parseOpeningHours(text);
    if (hours) return hours;
    context.addIssue({ code: 'custom', message: 'malformed opening hours' });
    return z.NEVER;
  })
  .describe('JSON of days and intervals, {"mon":["09:00-12:00","13:00-17:00"],"tue":["09:00-17:00"]}');

/** A URL of one of these schemes, kept as it is written. */
export function url(description: string, ...schemes: string[]) {
  const allowed = new Set(schemes.map((scheme) => `${scheme}:`));
  return z
    .string()
    .refine((value) => {
      const parsed = URL.parse(value);
      return parsed !== null && allowed.has(parsed.protocol) && parsed.hostname !== '';
    })
    .describe(description);
}

function wholeNumber(least: number, most: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .describe(`a whole number from ${least} to ${most}`);
}

function commaList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const longest = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest))
  );
}
