/** The moment that a field `Date` names (RFC 5322 §3.3), also where its value has comments. */
export function momentOf(value: string | undefined): Date | undefined {
  // A host has been seen to write the next field on the same line.
  const written = /^.{0,100}?\d\d:\d\d\s{1,9}[+-]\d{4}/.exec(value ?? '')?.[0] ?? value ?? '';
  const moment = new Date(written.replace(/\([^()]*\)/g, '').trim());
  const year = moment.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? moment : undefined;
}
