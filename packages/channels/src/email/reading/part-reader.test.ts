/** Texts come through one decoder or three, and some of them take turns of the event loop: each is there whole, whatever stands behind it. */
import { expect, test } from 'vitest';
import { readParts } from './part-reader.ts';

const lineOf = (name: string, count: number) => `${name} grüßt alle. \r\n`.repeat(count);
const types = [
  'text/plain',
  'text/plain; charset=iso-8859-1',
  'text/plain; charset=iso-8859-1; format=flowed',
  'text/html; charset=utf-8',
];
const encodings = ['8bit', 'base64', 'quoted-printable'];
const ends = ['\r\n--b--\r\n', '\r\n--b--\r\nafter it\r\n', ''];

function encoded(bytes: Buffer, encoding: string): string {
  if (encoding === 'base64') return (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
  if (encoding === '8bit') return bytes.toString('latin1');
  return bytes
    .toString('latin1')
    .replace(/[=\x80-\xff]/g, (byte) => `=${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function part(type: string, encoding: string, text: string): string {
  const bytes = Buffer.from(text, type.includes('8859') ? 'latin1' : 'utf8');
  return `--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${encoded(bytes, encoding)}`;
}

const countOf = (name: string, text: string | false | undefined) =>
  (text || '').split(`${name} grüßt alle.`).length - 1;

test.each(types.flatMap((type) => encodings.map((encoding) => [type, encoding] as const)))(
  'a part of %s in %s comes whole, before and after any other',
  async (type, encoding) => {
    for (const last of [...types, 'application/pdf'])
      for (const lastEncoding of encodings)
        for (const end of ends)
          for (const count of [1, 4_000]) {
            const parts = [
              part(type, encoding, lineOf('Ann', count)),
              part(last, lastEncoding, last === 'application/pdf' ? '' : lineOf('Bob', 3)),
            ];
            const raw = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts.join('\r\n')}${end}`;
            const mail = await readParts(Buffer.from(raw, 'latin1'), { skipTextToHtml: true });
            const shown = mail.html || mail.text;
            const found = [countOf('Ann', shown), countOf('Bob', shown)];
            const all = [count, last === 'application/pdf' ? 0 : 3];
            expect({ last, lastEncoding, end, found }).toEqual({ last, lastEncoding, end, found: all });
          }
  },
);
