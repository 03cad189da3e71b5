/** The one normal form of what somebody is reached or known by, whoever writes it: the network, an agent, a form, an import, a program. */
import type { IdentifierKind } from '@patchbay/contracts';
import { normaliseEmail } from '../../email-address.ts';
import { normalisePhone } from './phone.ts';
import { normaliseOpaqueId } from './reference.ts';

export interface NormalIdentifier {
  value: string;
  /** Behind a switchboard's number. */
  extension: string | null;
}

const alone = (value: string | null): NormalIdentifier | null => (value === null ? null : { value, extension: null });

/**
 * Telephones in E.164 with the extension apart, mail addresses by {@link normaliseEmail}, account numbers in one width, all else as it came
 * without blanks around it. Null for what is no such identifier.
 *
 * @param region ISO 3166-1 alpha-2: whose numbers are written without a country; without it they are none
 */
export function normaliseIdentifier(kind: IdentifierKind, raw: string, region?: string): NormalIdentifier | null {
  if (kind === 'email') return alone(normaliseEmail(raw));
  if (kind !== 'phone') return alone(normaliseOpaqueId(kind === 'account' ? raw.normalize('NFKC') : raw));
  const phone = normalisePhone(raw, region);
  return phone && { value: phone.e164, extension: phone.extension };
}
