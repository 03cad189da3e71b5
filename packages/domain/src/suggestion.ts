/** Whether two customers may be one person: a score that suggests and never joins, and the keys by which candidates are found. */
import type { IdentifierGrade, IdentifierKind, SuggestionReason } from '@patchbay/contracts';

/** What is compared of a customer. */
export interface IdentityRecord {
  readonly id: string;
  readonly displayName: string;
  readonly identifiers: readonly {
    readonly kind: IdentifierKind;
    readonly value: string;
    readonly grade: IdentifierGrade;
    readonly shared: boolean;
  }[];
}

export interface PairScore {
  /** From 0 to 1. */
  readonly score: number;
  /** Strongest first. */
  readonly reasons: readonly SuggestionReason[];
}

/** How much one observation makes of what is missing to certainty. */
const weights = { proof: 0.9, claim: 0.8, name: 0.5, localPart: 0.3, phoneTail: 0.35 } as const;
/** What remains of the score when both proved different account numbers. */
const differentAccounts = 0.3;
/** Shorter local parts (info, anna) are many people's. */
const leastLocalPart = 6;
const tailDigits = 8;

/** Letters and digits of the words, in one order: "Li, Wei" is "wei li". Null for what is no name of a person. */
function nameKey(record: IdentityRecord): string | null {
  const name = record.displayName.normalize('NFKC').toLowerCase();
  if (/[@\d]/.test(name)) return null;
  const words = name.split(/[^\p{L}\p{M}]+/u).filter((word) => word !== '');
  if (words.length < 2 && !/^\p{Script=Han}{2,}$/u.test(words[0] ?? '')) return null;
  return words.toSorted().join(' ');
}

function own(record: IdentityRecord) {
  return record.identifiers.filter(({ shared, kind }) => !shared && kind !== 'visitor');
}

function localPart(email: string): string | null {
  const local = email.slice(0, email.lastIndexOf('@'));
  return local.length >= leastLocalPart ? local : null;
}

function tail(phone: string): string | null {
  const digits = phone.replaceAll(/\D/g, '');
  return digits.length > tailDigits ? digits.slice(-tailDigits) : null;
}

/** Two customers who have none of these in common are never compared. Unique. */
export function blockingKeys(record: IdentityRecord): string[] {
  const name = nameKey(record);
  const keys = own(record).flatMap(({ kind, value }) => {
    const near = kind === 'email' ? localPart(value) : kind === 'phone' ? tail(value) : null;
    return [`${kind}:${value}`, ...(near === null ? [] : [`~${kind}:${near}`])];
  });
  return [...new Set([...keys, ...(name === null ? [] : [`name:${name}`])])];
}

/** The same, whichever of the two comes first. */
export function score(a: IdentityRecord, b: IdentityRecord): PairScore {
  const found = [...sameIdentifiers(a, b), ...sameName(a, b), ...nearIdentifiers(a, b)];
  const apart = accountsDiffer(a, b);
  const likely = 1 - found.reduce((left, { weight }) => left * (1 - weight), 1);
  return {
    score: Math.round(likely * (apart ? differentAccounts : 1) * 1000) / 1000,
    reasons: [
      ...found.toSorted((one, other) => other.weight - one.weight).map(({ reason }) => reason),
      ...(apart ? [{ code: 'different-account', field: 'account', detail: '' }] : []),
    ],
  };
}

interface Observation {
  readonly weight: number;
  readonly reason: SuggestionReason;
}

function sameIdentifiers(a: IdentityRecord, b: IdentityRecord): Observation[] {
  return own(a).flatMap((mine) => {
    const theirs = own(b).find(({ kind, value }) => kind === mine.kind && value === mine.value);
    if (!theirs) return [];
    const proved = mine.grade !== 'claimed' || theirs.grade !== 'claimed';
    const code = proved ? 'claims-proved' : 'both-claim';
    return [{ weight: proved ? weights.proof : weights.claim, reason: { code, field: mine.kind, detail: mine.value } }];
  });
}

function sameName(a: IdentityRecord, b: IdentityRecord): Observation[] {
  const name = nameKey(a);
  return name !== null && name === nameKey(b)
    ? [{ weight: weights.name, reason: { code: 'same-name', field: 'name', detail: a.displayName } }]
    : [];
}

/** The same mailbox name elsewhere, the same number with another prefix. The strongest of each kind, once. */
function nearIdentifiers(a: IdentityRecord, b: IdentityRecord): Observation[] {
  const near = (kind: 'email' | 'phone', part: (value: string) => string | null, weight: number, code: string) => {
    const theirs = own(b).filter((one) => one.kind === kind);
    for (const mine of own(a).filter((one) => one.kind === kind)) {
      const common = part(mine.value);
      if (common !== null && theirs.some(({ value }) => value !== mine.value && part(value) === common))
        return [{ weight, reason: { code, field: kind, detail: common } }];
    }
    return [];
  };
  return [
    ...near('email', localPart, weights.localPart, 'same-mailbox-name'),
    ...near('phone', tail, weights.phoneTail, 'same-last-digits'),
  ];
}

function accountsDiffer(a: IdentityRecord, b: IdentityRecord): boolean {
  const accounts = (record: IdentityRecord) =>
    own(record)
      .filter(({ kind, grade }) => kind === 'account' && grade === 'verified')
      .map(({ value }) => value);
  const [mine, theirs] = [accounts(a), accounts(b)];
  return mine.length > 0 && theirs.length > 0 && !mine.some((value) => theirs.includes(value));
}
