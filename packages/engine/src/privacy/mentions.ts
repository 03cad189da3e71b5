/** Whether bytes that nobody could read mention somebody, in the codings that mail and webhooks use. */

/** @param pattern as `soughtPattern` gives it */
export function mentions(bytes: Uint8Array, pattern: string): boolean {
  const sought = new RegExp(pattern, 'i');
  const text = Buffer.from(bytes).toString('utf8');
  return [text, quotedPrintable(text), ...base64(text), ...utf16(bytes)].some((one) => sought.test(one));
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
    .map(([run]) => Buffer.from(run.replaceAll(/\s/g, ''), 'base64'))
    .flatMap((bytes) => [bytes.toString('utf8'), ...utf16(bytes)]);

/** Whichever end comes first, from whichever byte on: only where half of the bytes can be those of Latin letters. */
function utf16(bytes: Uint8Array): string[] {
  if (!bytes.includes(0)) return [];
  return [0, 1].flatMap((from) => {
    const even = Buffer.from(bytes.subarray(from, bytes.byteLength - ((bytes.byteLength - from) % 2)));
    return [even.toString('utf16le'), Buffer.from(even).swap16().toString('utf16le')];
  });
}
