/** Files in the encoding that Unix mail had before MIME (POSIX `uuencode`). */
import { Transform } from 'node:stream';

/** Decodes what stands between `begin` and `end`; without them every line. */
export function uudecode(): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    flush(done) {
      const lines = Buffer.concat(chunks).toString('latin1').split(/\r?\n/);
      const begin = lines.findIndex((line) => /^begin \d{3,4} /.test(line));
      const file: Buffer[] = [];
      for (const line of lines.slice(begin + 1)) {
        if (line === 'end') break;
        file.push(uuLine(line));
      }
      this.push(Buffer.concat(file));
      done();
    },
  });
}

/** Its first character tells how many bytes follow, each four hold three. */
export function uuLine(line: string): Buffer {
  const sixBits = (index: number) => (line.charCodeAt(index) - 32) & 63;
  const length = line === '' ? 0 : sixBits(0);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) {
    const first = 1 + Math.floor(at / 3) * 4 + (at % 3);
    const [high, low] = [sixBits(first) || 0, sixBits(first + 1) || 0];
    const shift = 2 * ((at % 3) + 1);
    bytes[at] = ((high << shift) | (low >> (6 - shift))) & 0xff;
  }
  return bytes;
}
