/** What the checks of a mail together say about its sender, and what that sender may do here. Pure. */
import type { Authenticity, IdentifierGrade } from '@patchbay/contracts';

/** `policy`: it holds, and is not enough. */
export interface SignatureCheck {
  readonly result: string;
  readonly domain: string;
  /** Same organisation as From, where whoever checked has said so. */
  readonly aligned?: boolean;
  /** Bytes of the text that stand behind what it signs: anybody can have added them (RFC 6376 §8.2). */
  readonly unsigned?: number;
  /** A field that it signs stands once more above, and says something else: anybody can have put it there (RFC 6376 §8.15). */
  readonly repeated?: string;
}

type Extent = Pick<SignatureCheck, 'domain' | 'unsigned' | 'repeated'>;

/** What it signs is all that is shown. */
export const isWhole = ({ unsigned, repeated }: Extent): boolean => unsigned === undefined && repeated === undefined;

interface CheckOfDomain {
  readonly result: string;
  readonly domain: string;
}

/** Results in the words of RFC 8601 §2.7, each with the domain that it is about. */
export interface MailChecks {
  readonly spf?: CheckOfDomain;
  readonly dkim: readonly SignatureCheck[];
  /** `domain` is the one of From that was looked at; '' when whoever checked does not say. */
  readonly dmarc?: CheckOfDomain;
  /** Whoever checked has read another author in the mail than is taken here. */
  readonly ofAnother?: true;
}

const unanswered = /^temp/;

/**
 * DMARC decides where the domain has a policy (RFC 7489 §6.6.2); elsewhere an aligned pass vouches, and a hard failure of the
 * domain's own SPF or a broken signature of its own, with nothing that passes, speaks against the mail.
 */
export function verdictOf(fromDomain: string, checks: MailChecks): Authenticity['verdict'] {
  const verdict = verdictOn(fromDomain, checks);
  return verdict === 'pass' && !isOfAuthor(fromDomain, checks) ? 'none' : verdict;
}

/** Whoever checked has judged an author of this domain. What they say of another vouches for nobody here. */
export function isOfAuthor(fromDomain: string, { dmarc, ofAnother }: MailChecks): boolean {
  if (ofAnother) return false;
  const judged = dmarc?.domain ?? '';
  // Some write the organisation's domain for an author below it.
  return judged === '' || judged === fromDomain || isAligned(fromDomain, judged);
}

function verdictOn(fromDomain: string, checks: MailChecks): Authenticity['verdict'] {
  if (fromDomain === '') return 'none';
  const dmarc = checks.dmarc && isPolicyFor(fromDomain, checks.dmarc) ? checks.dmarc : undefined;
  if (dmarc?.result === 'pass' || dmarc?.result === 'fail') return dmarc.result;
  const own = [
    ...ownSignatures(fromDomain, checks),
    ...(checks.spf && isAligned(fromDomain, checks.spf.domain) ? [checks.spf] : []),
  ];
  if (own.some((check) => check.result === 'pass')) return 'pass';
  const asked = [...own, ...(dmarc ? [dmarc] : [])];
  if (asked.some((check) => unanswered.test(check.result))) return 'unavailable';
  return own.some((check) => check.result === 'fail') ? 'fail' : 'none';
}

/**
 * Some write the organisation's domain for an author below it, whose policy that is where the author's own domain has none (RFC 7489 §6.6.3).
 * Which domain is an organisation's only a list of public suffixes tells, so it confirms nobody. A whole country's is nobody's.
 */
export function isPolicyFor(fromDomain: string, { result, domain }: CheckOfDomain): boolean {
  if (domain === '' || domain === fromDomain) return true;
  return result !== 'pass' && domain.includes('.') && fromDomain.endsWith(`.${domain}`);
}

const ownSignatures = (fromDomain: string, { dkim }: MailChecks): SignatureCheck[] =>
  dkim.filter((check) => check.aligned ?? isAligned(fromDomain, check.domain));

/** The author's domain has signed the mail, and something was added to it. */
export const isAddedTo = (fromDomain: string, checks: MailChecks): boolean =>
  ownSignatures(fromDomain, checks).some((check) => !isWhole(check));

/**
 * What the filters of a host say, as one. Of SPF and of signatures that is what one filter says, who confirms the author, or else finds fault:
 * two may tell of the same signature, and then it is not two. DMARC is failed, or about another author, when one says so.
 *
 * @param told topmost first
 */
export function together(fromDomain: string, told: readonly MailChecks[]): MailChecks {
  const all = told.flatMap(({ dmarc }) => dmarc ?? []);
  const dmarc =
    all.find((one) => one.result === 'fail' && isPolicyFor(fromDomain, one)) ??
    all.find((one) => !isOfAuthor(fromDomain, { dkim: [], dmarc: one })) ??
    all.find(({ result }) => result === 'pass') ??
    all[0];
  const spf = foremost(
    told.flatMap((one) => one.spf ?? []),
    (one, result) => one.result === result && isAligned(fromDomain, one.domain),
  );
  const dkim = foremost(
    told.map((one) => one.dkim).filter((checks) => checks.length > 0),
    (checks, result) => ownSignatures(fromDomain, { dkim: checks }).some((check) => check.result === result),
  );
  return { ...(spf && { spf }), dkim: dkim ?? [], ...(dmarc && { dmarc }) };
}

const foremost = <T>(all: readonly T[], says: (one: T, result: 'pass' | 'fail') => boolean): T | undefined =>
  all.find((one) => says(one, 'pass')) ?? all.find((one) => says(one, 'fail')) ?? all[0];

/**
 * What a host that looks at no lengths of signatures says, less what rests on one that leaves out a part of the text or a field that is shown.
 *
 * @param signatures of the mail, as far as they can be judged without their keys
 */
export function withoutParts(fromDomain: string, told: MailChecks, signatures: readonly Extent[]): MailChecks {
  const parts = signatures.filter((one) => !isWhole(one));
  if (!parts.some(({ domain }) => isAligned(fromDomain, domain))) return told;
  const passes = told.dkim.filter(({ result }) => result === 'pass');
  const said = told.dkim.map((check) => {
    // Some tell of the agent (`i=`), who may be below the domain that signs (RFC 6376 §3.5).
    const isOfIt = (one: { readonly domain: string }) => `.${check.domain}`.endsWith(`.${one.domain}`);
    const possible = signatures.filter(isOfIt);
    const part = parts.find(isOfIt);
    // Which of several was found to be good is not told: only when all were, those that leave out nothing are among them.
    const areAllGood = possible.length <= passes.filter(isOfIt).length;
    const isExcused = areAllGood && possible.some(isWhole);
    return part === undefined || isExcused || check.result !== 'pass' ? check : { ...part, ...check, result: 'policy' };
  });
  const dkim = said.length > 0 ? said : parts.map((part) => ({ ...part, result: 'policy' }));
  const vouching = [...dkim, ...(told.spf ? [told.spf] : [])].filter(({ result }) => result === 'pass');
  const { dmarc, ...rest } = told;
  const isMet = vouching.some(({ domain }) => isAligned(fromDomain, domain));
  return { ...rest, dkim, ...(dmarc && (isMet || dmarc.result !== 'pass') && { dmarc }) };
}

/**
 * The same domain, or one below the other (relaxed alignment, RFC 7489 §3.1). Two siblings are not taken for one organisation:
 * that needs a list of public suffixes, which whoever checks DMARC has.
 */
export function isAligned(fromDomain: string, domain: string): boolean {
  return (
    domain !== '' &&
    (domain === fromDomain || domain.endsWith(`.${fromDomain}`) || fromDomain.endsWith(`.${domain}`)) &&
    domain.includes('.')
  );
}

export interface GradeInput {
  readonly verdict: Authenticity['verdict'];
  /** From has one address, in one header. */
  readonly soleAuthor: boolean;
  /** Whoever checked has judged this author, and whoever reads the mail finds no other. */
  readonly judged: boolean;
  /** Its domain has signed the mail, and something was added to it. */
  readonly addedTo: boolean;
  /** From is an address of ours. */
  readonly fromUs: boolean;
  /** It was handed over by a host that we trust to refuse forgeries of our own addresses. */
  readonly fromTrustedHost: boolean;
  /** MAIL_STRICT_SENDERS: who is not confirmed is not recognised. */
  readonly strict: boolean;
}

/** `known` joins a mail to the customer who has its address, and lets it continue that customer's tickets; `claimed` does neither. */
export function senderGrade(input: GradeInput): Exclude<IdentifierGrade, 'verified'> {
  if (!input.soleAuthor || !input.judged) return 'claimed';
  if (input.verdict === 'pass') return 'known';
  if (input.verdict === 'fail' || input.addedTo) return 'claimed';
  if (input.fromUs && !input.fromTrustedHost) return 'claimed';
  return input.strict ? 'claimed' : 'known';
}
