/** What somebody who does not need a value sees of it: enough to tell two apart, not enough to use it. */

/** Stands for what is hidden, always the same number of times, so that it does not tell how much that is. */
export const hiddenSign = '••••';

/**
 * - mail: the first letter, and the last label of the domain (`a••••@••••.com`);
 * - phone: the country's digits where they are given, and the last three (`+44 •••• 123`);
 * - everything else: the last two of at least eight, else nothing.
 */
export function maskedValue(kind: string, value: string, countryCode?: string): string {
  if (kind === 'email') return maskedEmail(value);
  if (kind === 'phone') return maskedPhone(value, countryCode);
  const signs = [...value];
  return signs.length < 8 ? hiddenSign : `${hiddenSign}${signs.slice(-2).join('')}`;
}

function maskedEmail(value: string): string {
  const [local = '', domain = ''] = value.split(/@(?=[^@]*$)/);
  // One letter of one or two is half of it.
  const first = [...local].length > 2 ? ([...local][0] ?? '') : '';
  const end = /\.([a-z]{2,})$/i.exec(domain)?.[1];
  return `${first}${hiddenSign}@${hiddenSign}${end === undefined ? '' : `.${end}`}`;
}

function maskedPhone(value: string, countryCode: string | undefined): string {
  const digits = value.replaceAll(/\D/g, '');
  const country = countryCode !== undefined && digits.startsWith(countryCode) ? `+${countryCode} ` : '';
  const rest = digits.slice(country === '' ? 0 : (countryCode ?? '').length);
  return rest.length < 7 ? `${country}${hiddenSign}` : `${country}${hiddenSign} ${rest.slice(-3)}`;
}

export type Visibility = 'shown' | 'own' | 'masked';

/** `own`: shown to those who may read a ticket of this customer. */
export const isShown = (visibility: Visibility, worksForCustomer: boolean): boolean =>
  visibility === 'shown' || (visibility === 'own' && worksForCustomer);
