/** Whether bytes that nobody could read mention somebody, in the codings that mail and webhooks use. */

/** @param pattern as `soughtPattern` gives it */
export function mentions(bytes: Uint8Array, pattern: string): boolean {
  const sought = new RegExp(pattern, 'i');
  const text = Buffer.from(bytes).toString('utf8');
  return [text, quotedPrintable(text), ...base64(text)].some((one) => sought.test(one));
}

/** RFC 2045, 6.7; `_` is a blank in headers (RFC 2047, 4.2), where addresses have none. */
const quotedPrintable = (text: string): string =>
  text
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_found, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));

/** Every run of base64 that is long enough to hold an address. */
const base64 = (text: string): string[] =>
  [...text.matchAll(/(?:[A-Za-z0-9+/_-]{2,}={0,2}\r?\n?){1,}/g)]
    .filter(([run]) => run.length >= 8)
    .map(([run]) => Buffer.from(run.replaceAll(/\s/g, ''), 'base64').toString('utf8'));
