/** Bytes of a character set as text. */
import iconv from 'iconv-lite';

/** What the platform's decoders do not know of some: the syllables of Windows' code page 949, which all of Korea writes as EUC-KR, and Hong Kong's letters. */
const wider: Readonly<Record<string, string>> = { 'euc-kr': 'cp949', big5: 'big5-hkscs' };

/**
 * U+FFFD stands for what is not in it.
 * @param charset one of the Encoding Standard's labels (§4.2)
 * @throws RangeError for any other
 */
export function textIn(charset: string, bytes: Buffer): string {
  const decoder = new TextDecoder(charset);
  const name = wider[decoder.encoding];
  return name === undefined ? decoder.decode(bytes) : iconv.decode(bytes, name);
}

/** Undefined when there is no such character set, and for bytes that are not in it. */
export function textWhollyIn(charset: string, bytes: Buffer): string | undefined {
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    const name = wider[decoder.encoding];
    if (name === undefined) return decoder.decode(bytes);
    const text = iconv.decode(bytes, name);
    return text.includes('\ufffd') ? undefined : text;
  } catch {
    return undefined;
  }
}
