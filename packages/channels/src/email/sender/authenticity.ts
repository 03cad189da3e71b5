/**
 * Whether a mail is from whom it says. Behind a host that we trust, its Authentication-Results are believed; else SPF, DKIM and DMARC are
 * checked here. With nothing to check it costs nothing.
 */
import type { Authenticity } from '@patchbay/contracts';
import { normaliseEmail } from '@patchbay/domain';
import ipaddr from 'ipaddr.js';
import type { ChannelDeps } from '../../channel.ts';
import { asciiDomain, domainOf } from '../addresses.ts';
import { cleanLine, clip } from '../clean-text.ts';
import { type MailDns, systemDns, withDeadline } from './mail-dns.ts';
import type { MailSource } from '../reading/mail-source.ts';
import type { MailEnvelope } from '../schema.ts';
import { repeatedAbove, repeatedFields } from './repeated-fields.ts';
import {
  type MailChecks,
  type SignatureCheck,
  isAddedTo,
  isOfAuthor,
  isWhole,
  verdictOf,
  withoutParts,
} from './sender-verdict.ts';
import { toldBy } from './told-by-host.ts';

/** Milliseconds for all checks of one mail. */
const checkMs = 2_000;
/** Each hashes the whole mail: who signs it more often has signed nothing (RFC 6376 §6.1 leaves the number to the verifier). */
const mostSignatures = 10;
/** Bytes; one of a key of 4,096 bits that names a hundred fields has 3,000. */
const longestSignature = 10_000;
export const loopback = ['127.0.0.0/8', '::1/128'];

type TrustDeps = Pick<ChannelDeps, 'config' | 'dns'>;

export interface SenderCheck {
  readonly authenticity: Authenticity;
  /** It is about the author whom the hub takes, and nobody can read another in the mail. */
  readonly judged: boolean;
  /** Its author's domain has signed a part of it, or not the fields that are shown, and nothing vouches for the rest. */
  readonly addedTo: boolean;
  /** A trusted host handed it over, over SMTP or by its mailbox. */
  readonly fromTrustedHost: boolean;
}

export async function checkSender(
  raw: Uint8Array,
  mail: MailSource,
  envelope: MailEnvelope,
  deps: TrustDeps,
): Promise<SenderCheck> {
  const relay = envelope.peer && isTrustedRelay(envelope.peer.address, deps.config.mailTrust?.relays ?? loopback);
  const fromTrustedHost = relay === true || envelope.trustedAuthservId !== undefined;
  const author = normaliseEmail(cleanLine(mail.from?.address ?? '')) ?? '';
  const host = (envelope.trustedAuthservId ?? deps.config.mailTrust?.authservId)?.toLowerCase();
  const told = fromTrustedHost ? toldBy(mail, host, domainOf(author)) : undefined;
  const found = told
    ? await toldOfWhole(raw, mail, { fromDomain: domainOf(author), checks: told.checks })
    : await ownChecks(raw, mail, { author, envelope, fromTrustedHost, dns: deps.dns });
  const checks = mail.certainAuthor ? found : { ...found, ofAnother: true as const };
  const authenticity = authenticityOf(domainOf(author), checks, told?.authservId ?? 'Patchbay');
  return {
    authenticity,
    judged: isOfAuthor(domainOf(author), checks),
    addedTo: authenticity.verdict !== 'pass' && isAddedTo(domainOf(author), checks),
    fromTrustedHost,
  };
}

function authenticityOf(fromDomain: string, checks: MailChecks, checkedBy: string): Authenticity {
  const { spf, dkim, dmarc } = checks;
  const signatures = dkim
    .map(
      ({ result, domain, unsigned, repeated }) =>
        `${result} (${domain}${unsigned ? `, ${unsigned} bytes added` : ''}${repeated ? `, another ${repeated} above` : ''})`,
    )
    .join(', ');
  return {
    verdict: verdictOf(fromDomain, checks),
    checkedBy: clip(checkedBy, 255),
    ...(spf && { spf: clip(`${spf.result} (${spf.domain})`, 100) }),
    ...(signatures !== '' && { dkim: clip(signatures, 300) }),
    ...(dmarc && { dmarc: clip(dmarc.result, 100) }),
  };
}

/** `relays`: addresses, or ranges in CIDR notation. */
export function isTrustedRelay(address: string, relays: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  // ::ffff:127.0.0.1 is 127.0.0.1.
  const peer = ipaddr.process(address);
  return rangesOf(relays).some(([net, bits]) => peer.kind() === net.kind() && peer.match([net, bits] as never));
}

type Range = ReturnType<typeof ipaddr.parseCIDR>;
const readRanges = new WeakMap<readonly string[], Range[]>();

/** Read once for each configuration. */
function rangesOf(relays: readonly string[]): Range[] {
  const known = readRanges.get(relays);
  if (known) return known;
  const ranges = relays.map((relay) =>
    ipaddr.parseCIDR(relay.includes('/') ? relay : `${relay}/${relay.includes(':') ? 128 : 32}`),
  );
  readRanges.set(relays, ranges);
  return ranges;
}

const signaturesOf = (mail: MailSource) => mail.headerLines.filter((line) => line.name === 'dkim-signature');

function isSigned(mail: MailSource): boolean {
  const signatures = signaturesOf(mail);
  return (
    signatures.length > 0 &&
    signatures.length <= mostSignatures &&
    signatures.every((line) => line.size <= longestSignature)
  );
}

/** Few hosts say of a signature that it leaves out a part of the text (`l=`), or the field that is shown: that is seen here, without its key. */
async function toldOfWhole(
  raw: Uint8Array,
  mail: MailSource,
  { fromDomain, checks }: { readonly fromDomain: string; readonly checks: MailChecks },
): Promise<MailChecks> {
  const lengths = signaturesOf(mail).flatMap(({ value }) => /(?:^|;)\s*l\s*=\s*(\d+)/.exec(value)?.[1] ?? []);
  const repeated = signaturesOf(mail).length > 0 ? repeatedFields(mail) : new Map<string, number>();
  if (lengths.length === 0 && repeated.size === 0) return checks;
  if (!isSigned(mail))
    return withoutParts(fromDomain, checks, leastSigned(raw, { lengths, repeated }, { fromDomain, checks }));
  const { checkSignatures, unsignedIn } = await import('./signatures.ts');
  const { results } = await checkSignatures(raw, '', nobody).catch(() => unread);
  return withoutParts(
    fromDomain,
    checks,
    results.map((row) => signatureOf(row, unsignedIn(row), repeated)),
  );
}

/** Of signatures too many or too long to be looked at: any of them may be the one that was found to be good. */
function leastSigned(
  raw: Uint8Array,
  { lengths, repeated }: { readonly lengths: readonly string[]; readonly repeated: ReadonlyMap<string, number> },
  { fromDomain, checks: { dkim } }: { readonly fromDomain: string; readonly checks: MailChecks },
) {
  // Lengths count each line end as two bytes (RFC 6376 §5.3).
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('latin1').replaceAll(/\r?\n/g, '\r\n');
  const body = text.length - (text.indexOf('\r\n\r\n') + 4);
  const unsigned = body - Math.min(...lengths.map(Number));
  const domains = [fromDomain, ...dkim.map(({ domain }) => domain)];
  const [name] = repeated.keys();
  const parts = { ...(unsigned > 2 && { unsigned }), ...(name !== undefined && { repeated: name }) };
  return Object.keys(parts).length === 0 ? [] : domains.map((domain) => ({ domain, ...parts }));
}

const nobody: MailDns = () => Promise.reject(Object.assign(new Error('nobody is asked'), { code: 'ENOTFOUND' }));

function signatureOf(
  row: (typeof unread)['results'][number],
  unsigned: number | undefined,
  fields: ReadonlyMap<string, number>,
): Pick<SignatureCheck, 'domain' | 'unsigned' | 'repeated'> {
  const repeated = repeatedAbove(row.signingHeaders?.keys ?? '', fields);
  return {
    // It may be written in its own letters (RFC 8616 §4).
    domain: asciiDomain(row.signingDomain ?? ''),
    ...(unsigned !== undefined && { unsigned }),
    ...(repeated !== undefined && { repeated }),
  };
}

interface OwnCheckInput {
  /** In normal form; '' when From has none. */
  readonly author: string;
  readonly envelope: MailEnvelope;
  readonly fromTrustedHost: boolean;
  readonly dns: MailDns | undefined;
}

let system: MailDns | undefined;

// SPF is about the host that connects: behind a relay that is not the sender's.
async function ownChecks(
  raw: Uint8Array,
  mail: MailSource,
  { author, envelope, fromTrustedHost, dns }: OwnCheckInput,
): Promise<MailChecks> {
  const peer = fromTrustedHost ? undefined : envelope.peer;
  const signed = isSigned(mail);
  if (!peer && !signed) return { dkim: [] };
  const asked = withDeadline(dns ?? (system ??= systemDns()), checkMs);
  try {
    return await mailauthChecks(raw, mail, { author, peer, signed, sender: envelope.from ?? '', resolver: asked.dns });
  } catch {
    // A mail that trips a check is a mail that nobody could check.
    return { dkim: [], dmarc: { result: 'temperror', domain: '' } };
  } finally {
    asked.end();
  }
}

interface MailauthInput {
  readonly author: string;
  readonly peer: MailEnvelope['peer'];
  readonly signed: boolean;
  readonly sender: string;
  readonly resolver: MailDns;
}

// Loaded when the first mail needs it: a hub behind a relay that checks never does.
async function mailauthChecks(
  raw: Uint8Array,
  mail: MailSource,
  { author, peer, signed, sender, resolver }: MailauthInput,
): Promise<MailChecks> {
  const [{ checkSignatures, unsignedIn }, { spf }, { dmarc }] = await Promise.all([
    import('./signatures.ts'),
    import('mailauth/lib/spf/index.js'),
    import('mailauth/lib/dmarc/index.js'),
  ]);
  const policyFor = async (spfDomains: string[], dkimDomains: { domain: string }[]): Promise<string> => {
    const policy = await dmarc({ headerFrom: [author], spfDomains, dkimDomains, resolver });
    return policy === false ? 'none' : policy.status.result;
  };
  const [verified, host] = await Promise.all([
    // A mail that trips the check has been read by nobody.
    signed ? checkSignatures(raw, sender, resolver).catch(() => unread) : undefined,
    // Without a limit of its own, which would count time for which the loop stood still: after the deadline nothing has an answer.
    peer && spf({ ip: peer.address, helo: peer.helo, sender, resolver, mta: 'patchbay' }),
    // Asked for at once: whoever is slow to say of what else the mail names takes no time from the author's own domain.
    policyFor([], []),
  ]);
  const repeated = repeatedFields(mail);
  const ofAuthor = verified === undefined || isSameAuthor(author, verified, mail.soleAuthor);
  const dkim = (verified?.results ?? []).map((row) => {
    const passes = row.status.result === 'pass';
    const signature = signatureOf(row, passes ? unsignedIn(row) : undefined, repeated);
    return {
      result: passes && !isWhole(signature) ? 'policy' : row.status.result,
      ...signature,
      ...(ofAuthor && { aligned: Boolean(row.status.aligned) }),
    };
  });
  const met = (results: readonly string[]) =>
    policyFor(
      host && results.includes(host.status.result) ? [host.domain] : [],
      dkim.filter((check) => results.includes(check.result)),
    );
  return {
    ...(host && { spf: { result: host.status.result, domain: host.domain.toLowerCase() } }),
    dkim,
    dmarc: { result: await policyResult(met, peer), domain: '' },
    ...(!ofAuthor && { ofAnother: true }),
  };
}

const unread: Awaited<ReturnType<typeof import('./signatures.ts').checkSignatures>> = {
  headerFrom: [],
  fromFields: 0,
  results: [],
};

/** The check has read the author who is taken here, in one field, and others only where they are read here, too. */
function isSameAuthor(author: string, { headerFrom, fromFields }: typeof unread, soleAuthor: boolean): boolean {
  const [first = ''] = headerFrom;
  return (
    fromFields === 1 &&
    (headerFrom.length === 1) === soleAuthor &&
    normaliseEmail(first.replace(/^mailto:/i, '')) === author
  );
}

/**
 * A policy is only failed when everything that could have met it was asked: behind a relay SPF is not, and a name server of a domain that is
 * aligned with the author's may be silent. What others do not answer changes nothing.
 *
 * @param met the policy's result when checks with these results count as passed
 */
async function policyResult(
  met: (results: readonly string[]) => Promise<string>,
  peer: MailEnvelope['peer'],
): Promise<string> {
  const result = await met(['pass']);
  if (result !== 'fail') return result;
  if ((await met(['pass', 'temperror'])) !== 'fail') return 'temperror';
  return peer ? 'fail' : 'none';
}
