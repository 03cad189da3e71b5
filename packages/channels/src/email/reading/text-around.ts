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
      const end = encoding === 'base64' ? endOfData(body) : body.length;
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
