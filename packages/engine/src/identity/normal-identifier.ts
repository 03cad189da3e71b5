import { HubError, type IdentifierKind } from '@patchbay/contracts';
import { type NormalIdentifier, normaliseIdentifier } from '@patchbay/domain';

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
