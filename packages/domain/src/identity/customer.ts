/** Which customer a contact is from (design, Identity). A wrong join costs more than a missed one: doubt suggests, it never joins. */
import type { ContactIdentifier, IdentifierGrade, IdentifierKind } from '@patchbay/contracts';

const answersAsAddressee = 'Answers at the signed address what was sent to the address that it claims';

/** What a customer is called of whom nothing is known. */
export const unnamed = 'Visitor';

/** An identifier that some customer holds and that the contact names too. */
export interface CustomerCandidate {
  customerId: string;
  kind: IdentifierKind;
  value: string;
  grade: IdentifierGrade;
  /** Several people use it (a switchboard, a family mailbox): it joins nobody. */
  shared: boolean;
}

export type CustomerDecision =
  /**
   * `isProved`: false for who is the customer only in what is answered. `alsoProved`: other customers that other proved identifiers of the
   * contact belong to. To be suggested, not merged.
   */
  | { outcome: 'same'; customerId: string; isProved: boolean; reason: string; alsoProved: string[] }
  | { outcome: 'new'; reason: string; suggests: { customerId: string; reason: string }[] };

/** `verified` and `known` prove, `claimed` does not. */
function isProved(identifier: { readonly grade: IdentifierGrade }): boolean {
  return identifier.grade !== 'claimed';
}

/** Proved identifiers, verified ones first, otherwise in the contact's order. */
function provedInOrder(identifiers: readonly ContactIdentifier[]): ContactIdentifier[] {
  const graded = (grade: IdentifierGrade) => identifiers.filter((identifier) => identifier.grade === grade);
  return [...graded('verified'), ...graded('known')];
}

function holdersOf(identifier: ContactIdentifier, candidates: readonly CustomerCandidate[]): CustomerCandidate[] {
  return candidates.filter(
    (candidate) => candidate.kind === identifier.kind && candidate.value === identifier.value && !candidate.shared,
  );
}

/**
 * The one customer who proved this identifier. Null when nobody did, or when several did: an identifier that two
 * customers proved tells them apart no more than one marked as shared.
 */
function soleProvedHolder(identifier: ContactIdentifier, candidates: readonly CustomerCandidate[]): string | null {
  const holders = new Set(
    holdersOf(identifier, candidates)
      .filter(isProved)
      .map((candidate) => candidate.customerId),
  );
  const [only] = holders;
  return holders.size === 1 && only !== undefined ? only : null;
}

function suggestionReason(identifier: ContactIdentifier, candidate: CustomerCandidate): string {
  const said = `${identifier.kind} ${identifier.value}`;
  if (!isProved(identifier))
    return `The contact claims ${said}, which this customer ${isProved(candidate) ? 'holds' : 'claimed too'}`;
  return isProved(candidate)
    ? `Several customers hold ${said}`
    : `This customer claimed ${said}, which the contact proves`;
}

function suggestionsFor(identifiers: readonly ContactIdentifier[], candidates: readonly CustomerCandidate[]) {
  const reasons = new Map<string, string>();
  for (const identifier of identifiers) {
    for (const candidate of holdersOf(identifier, candidates)) {
      if (!reasons.has(candidate.customerId))
        reasons.set(candidate.customerId, suggestionReason(identifier, candidate));
    }
  }
  return [...reasons].map(([customerId, reason]) => ({ customerId, reason }));
}

/**
 * Decides whether a contact is from a customer who is here already.
 *
 * Only a verified or known identifier of the contact joins, and only to the one customer who holds it as verified or known
 * and not shared. When several identifiers point to different customers, verified ones decide before known ones, then
 * the contact's order. Claimed identifiers only suggest; shared ones do not even do that.
 *
 * `addressee`: the customer of the ticket whose signed address the contact came to, when that ticket is answered to an address that the contact
 * claims and nobody ever proved. A contact that proves nothing is theirs: it says as much as they did, and had our answer besides.
 */
export function resolveCustomer(
  identifiers: readonly ContactIdentifier[],
  candidates: readonly CustomerCandidate[],
  addressee: string | null,
): CustomerDecision {
  const proofs = provedInOrder(identifiers).flatMap((identifier) => {
    const customerId = soleProvedHolder(identifier, candidates);
    return customerId === null ? [] : [{ customerId, identifier }];
  });
  const first = proofs[0];
  if (first === undefined && addressee !== null && !identifiers.some(isProved)) {
    return { outcome: 'same', customerId: addressee, isProved: false, reason: answersAsAddressee, alsoProved: [] };
  }
  if (first === undefined) {
    const suggests = suggestionsFor(identifiers, candidates);
    const reason =
      suggests.length > 0 ? 'No proved identifier belongs to one customer alone' : 'No identifier is known yet';
    return { outcome: 'new', reason, suggests };
  }
  const { customerId, identifier } = first;
  const alsoProved = [...new Set(proofs.map((proof) => proof.customerId))].filter((id) => id !== customerId);
  return {
    outcome: 'same',
    customerId,
    isProved: true,
    reason: `${identifier.grade} ${identifier.kind} ${identifier.value}`,
    alsoProved,
  };
}

/**
 * The keys to lock before a customer is resolved, one for each proved identifier, sorted and unique. Taken in this order by
 * everybody, two contacts of one person wait for each other and never deadlock.
 */
export function lockKeys(identifiers: readonly ContactIdentifier[]): string[] {
  return [...new Set(identifiers.filter(isProved).map(({ kind, value }) => `${kind}:${value}`))].toSorted(byCodeUnit);
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export { normaliseEmail } from '../email-address.ts';
