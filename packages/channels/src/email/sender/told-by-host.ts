/** What a host that we trust says of a mail. Each of its filters may write a field of its own (RFC 8601 §5). */
import type { MailSource } from '../reading/mail-source.ts';
import { type AuthenticationResults, readAuthenticationResults } from './authentication-results.ts';
import { type MailChecks, isPolicyFor, together } from './sender-verdict.ts';
import { leavesOutItsName, toldUnnamed } from './unnamed-results.ts';

/** Of one host in a mail, from the top: its own stand above what a sender wrote in its name. */
const mostFields = 50;

/**
 * The topmost field of a configured name is the host's, which takes away those that a sender forged (RFC 8601 §5); without a name, only what
 * stands above the first `Received` can be. Further fields confirm somebody only where they stand there, too: not every host takes forged ones
 * away, and beneath a `Received` that a filter wrote on the way back or a mailbox, nobody can tell theirs from the sender's. What they find
 * amiss counts wherever it stands: who forges that harms the own mail alone.
 *
 * @param wanted the host's name in lower case; left out: whichever hands the mail over
 */
export function toldBy(
  mail: MailSource,
  wanted: string | undefined,
  fromDomain: string,
): AuthenticationResults | undefined {
  if (wanted !== undefined && leavesOutItsName(wanted)) return toldUnnamed(mail, wanted);
  const received = mail.headerLines.findIndex((line) => line.name === 'received');
  let name = wanted;
  const told: MailChecks[] = [];
  for (const [at, line] of mail.headerLines.entries()) {
    if (line.name !== 'authentication-results') continue;
    const isAbove = at < received;
    if ((name === undefined && received >= 0 && !isAbove) || told.length === mostFields) break;
    const results = readAuthenticationResults(line.value);
    const isTheirs = name === undefined || results?.authservId === name || (wanted === undefined && isAbove);
    if (results === undefined || !isTheirs) continue;
    name ??= results.authservId;
    told.push(isAbove || told.length === 0 ? results.checks : failuresIn(results.checks, fromDomain));
  }
  const [first, ...more] = told;
  if (first === undefined || name === undefined) return undefined;
  return { authservId: name, checks: more.length === 0 ? first : together(fromDomain, [first, ...more]) };
}

const isFailure = ({ result }: { readonly result: string }): boolean => result === 'fail';

/** On an earlier way it may have been the mail of another, as one that a list sends on in its own name. */
const failuresIn = ({ spf, dkim, dmarc }: MailChecks, fromDomain: string): MailChecks => ({
  dkim: dkim.filter(isFailure),
  ...(spf && isFailure(spf) && { spf }),
  ...(dmarc && isFailure(dmarc) && isPolicyFor(fromDomain, dmarc) && { dmarc }),
});
