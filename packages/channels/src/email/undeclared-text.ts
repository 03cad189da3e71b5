/** Bodies that do not say in which character set they are, or say one that cannot hold what they hold. */
import { isUtf8 } from 'node:buffer';
import { Transform } from 'node:stream';
import { decodeRawWords } from './raw-words.ts';

/** Names that say nothing, or that programs write whatever follows. */
export function isGuessed(charset: string): boolean {
  return /^(|(us-?)?ascii|utf-?8|unknown(-8bit)?|x-unknown|8bit|7bit|binary|default|none)$/i.test(charset.trim());
}

/** Turns a body into UTF-8. */
export function undeclaredText(): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    flush(done) {
      const body = Buffer.concat(chunks);
      this.push(isUtf8(body) || isMostlyUtf8(body) ? body : Buffer.from(decodeRawWords(body, charsetInHtml(body))));
      done();
    },
  });
}

/** UTF-8 that was cut or harmed somewhere stays UTF-8. */
function isMostlyUtf8(body: Buffer): boolean {
  const beyond =
    body
      .subarray(0, 65_536)
      .toString()
      .match(/[^\0-\x7f]/gu) ?? [];
  const lost = beyond.filter((sign) => sign === '\ufffd').length;
  return lost < beyond.length / 2;
}

function charsetInHtml(body: Buffer): string | undefined {
  return /<meta\s[^>]{0,200}charset\s?=\s?["']?([\w-]{2,40})/i.exec(body.subarray(0, 4096).toString('latin1'))?.[1];
}
