/** Bodies that do not say in which character set they are, or say one that cannot hold what they hold. */
import { isAscii, isUtf8 } from 'node:buffer';
import { Transform } from 'node:stream';
import { isExtendedAscii, isGuessed, isWestern } from './charset-names.ts';
import { textIn } from './charset-text.ts';
import { decodeRawWords } from './raw-words.ts';
import { decodeShifted, isEscapedJapanese, isShifted } from './shifted-charsets.ts';

/** How a body in `charset` becomes text; undefined when that is left to others. */
export function bodyDecoderOf(charset: string): ((body: Buffer) => string) | undefined {
  const name = charset.trim();
  if (isShifted(name)) return (body) => decodeShifted(body, name) ?? body.toString();
  if (isGuessed(name)) return undeclared;
  return isExtendedAscii(name) ? (body) => declared(body, name) : undefined;
}

/** UTF-8 under a wrong name: letters that it makes of several bytes are never there by chance, in Chinese seldom more than one or two. */
function declared(body: Buffer, charset: string): string {
  if (isEscapedJapanese(body)) return decodeRawWords(body, undefined);
  const fewest = isWestern(charset) ? 1 : 4;
  const isMeant = isUtf8(body) && !isAscii(body) && lettersBeyond(body.subarray(0, longestLook)) >= fewest;
  return isMeant ? body.toString() : textIn(charset, body);
}

const longestLook = 65_536;

const lettersBeyond = (bytes: Buffer): number => bytes.toString().match(/[^\0-\x7f]/gu)?.length ?? 0;

function undeclared(body: Buffer): string {
  if (isEscapedJapanese(body)) return decodeRawWords(body, undefined);
  return isUtf8(body) || isMostlyUtf8(body) ? body.toString() : decodeRawWords(body, charsetInHtml(body));
}

/** Turns a body into UTF-8 when all of it has come. */
export function wholeText(decode: (body: Buffer) => string): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    flush(done) {
      this.push(Buffer.from(decode(Buffer.concat(chunks))));
      done();
    },
  });
}

/** UTF-8 that was cut or harmed somewhere stays UTF-8. */
function isMostlyUtf8(body: Buffer): boolean {
  const beyond =
    body
      .subarray(0, longestLook)
      .toString()
      .match(/[^\0-\x7f]/gu) ?? [];
  const lost = beyond.filter((sign) => sign === '\ufffd').length;
  return lost < beyond.length / 2;
}

function charsetInHtml(body: Buffer): string | undefined {
  return /<meta\s[^>]{0,200}charset\s?=\s?["']?([\w-]{2,40})/i.exec(body.subarray(0, 4096).toString('latin1'))?.[1];
}
