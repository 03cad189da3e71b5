import { HubError, type IdentifierKind } from '@patchbay/contracts';
import { type NormalIdentifier, normaliseIdentifier } from '@patchbay/domain';
import type { Parts } from '../parts.ts';

const problems: Partial<Record<IdentifierKind, string>> = {
  phone: 'not a phone number',
  email: 'not an email address',
};

/**
 * An identifier that somebody typed, in the form in which contacts bring it.
 *
 * @param region ISO 3166-1 alpha-2: whose telephone numbers are written without a country
 * @throws HubError `invalid_input` for what is no such identifier
 */
export function normalIdentifier(kind: IdentifierKind, value: string, region: string): NormalIdentifier {
  const normal = normaliseIdentifier(kind, value, region);
  if (normal) return normal;
  const message = problems[kind] ?? 'nothing but blanks, or too long';
  throw new HubError('invalid_input', `${kind}: ${message}`, { issues: [{ path: 'identifiers', message }] });
}

/** Of three to six digits: no country's number, and written to by its digits. */
const shortCode = /^\d{3,6}$/;

/**
 * An address or an account of ours in the form in which contacts bring it; what is neither mail nor number stays as it is.
 *
 * @throws HubError `invalid_input` for a number that is none
 */
export function addressAsContacts({ config }: Pick<Parts, 'config'>, address: string): string {
  if (address.includes('@')) return normaliseIdentifier('email', address)?.value ?? address;
  if (shortCode.test(address)) return normaliseIdentifier('phone', address, config.defaultRegion)?.value ?? address;
  const isNumber = /^[+\d][\d\s().-]{5,}$/.test(address.normalize('NFKC'));
  return isNumber ? normalIdentifier('phone', address, config.defaultRegion).value : address;
}
