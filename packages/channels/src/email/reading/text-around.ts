/** Lines of a text that stand outside of its encoding or even of its part's body, where programs have put or left them. */
import { Transform } from 'node:stream';

/**
 * Has `decoder` decode a body.
 *
 * @param before what stands before it
 * @param encoding what it is in, in lower case
 */
export function textAround(decoder: Transform, before: string, encoding: string): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    flush(done) {
      const body = Buffer.concat(chunks);
      const end = encoding !== 'base64' ? body.length : isPlain(body) ? 0 : endOfData(body);
      if (before !== '') this.push(Buffer.from(`${before}\r\n\r\n`, 'latin1'));
      decoder.on('data', (data: Buffer) => this.push(data));
      decoder.on('error', done);
      decoder.on('end', () => {
        this.push(body.subarray(end));
        done();
      });
      decoder.end(body.subarray(0, end));
    },
  });
}

/** What no line of base64 has. */
const foreign = /[^A-Za-z0-9+/=\s]/;

const longestLook = 4_096;
/** Signs of a line of plain text to one of those that no line of base64 has: a word and a blank. Harmed data has fewer. */
const signsAWord = 20;
/** What decoded text has not, but for the escapes and shifts of some character sets. */
// oxlint-disable-next-line no-control-regex
const noText = /[\u0000-\u0008\u000b\u000c\u0010-\u001a\u001c-\u001f\u007f\ufffd]/;

/** Nothing in it was encoded: its first line is of words, and decoded it is no text. */
function isPlain(body: Buffer): boolean {
  const line = /\S.*/.exec(body.toString('latin1', 0, longestLook))?.[0].trim() ?? '';
  const words = line.split(/[^A-Za-z0-9+/=]/);
  if (words.length === 1 || (words.length - 1) * signsAWord < line.length) return false;
  const inGroups = !foreign.test(line) && words.every((word) => word.length % 4 === 0);
  return (
    !inGroups &&
    noText.test(
      Buffer.from(line, 'base64')
        .toString()
        .replace(/\ufffd$/, ''),
    )
  );
}

/**
 * Where a line begins that can be no base64, behind one that ends the data: it is padded, shorter than the others, or blank. Mailing lists and the
 * gateways of companies add such lines as they are.
 */
function endOfData(body: Buffer): number {
  const text = body.toString('latin1');
  const at = text.search(foreign);
  if (at < 0) return body.length;
  const start = text.lastIndexOf('\n', at) + 1;
  const last = text.slice(text.lastIndexOf('\n', start - 2) + 1, start).trim();
  const first = text.slice(0, text.indexOf('\n') + 1).trim();
  return start > 0 && (last.endsWith('=') || last.length < first.length) ? start : body.length;
}
