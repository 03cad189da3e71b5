/** What hosts have found out about a mail that leave their name out of `Authentication-Results`: which is theirs its place says. */
import { mailProviderPresets } from '@patchbay/contracts';
import type { MailSource } from '../reading/mail-source.ts';
import { type AuthenticationResults, readUnnamedResults } from './authentication-results.ts';

const unnamed: ReadonlySet<string> = new Set(
  Object.values(mailProviderPresets).flatMap((preset) => (preset.namesItself ? [] : [preset.authservId])),
);

/** @param host in lower case */
export const leavesOutItsName = (host: string): boolean => unnamed.has(host);

/**
 * The topmost field, where the next `Received` below it is the host's, and none above: that is where the host took the mail in, and whatever the
 * sender wrote stands further down.
 */
export function toldUnnamed({ headerLines }: MailSource, host: string): AuthenticationResults | undefined {
  const at = headerLines.findIndex((line) => line.name === 'authentication-results');
  const next = headerLines.findIndex((line, index) => index > at && line.name === 'received');
  const takenIn = headerLines.findIndex((line) => line.name === 'received' && isReceivedBy(line.value, host));
  const checks =
    at >= 0 && next > at && next === takenIn ? readUnnamedResults(headerLines[at]?.value ?? '') : undefined;
  return checks && { authservId: host, checks };
}

/** By a host of that name, or below it (RFC 5321 §4.4). */
const isReceivedBy = (received: string, host: string): boolean =>
  [...received.slice(0, 2_000).matchAll(/\bby\s{1,9}([\w.-]{1,253})/gi)].some(([, by = '']) =>
    `.${by.toLowerCase()}`.endsWith(`.${host}`),
  );
