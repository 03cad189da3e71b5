import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import { expect, test } from 'vitest';
import { bytesOf } from './mail-bytes.ts';

const fields = { messageId: '<1@example.org>', date: new Date(0), from: 'a@example.org', to: 'b@example.org' };
const composed = (text: string, more: object = {}) =>
  new MailComposer({ ...fields, subject: 'Über', text, ...more }).compile();

const pieces = [
  'a',
  'é',
  '谢谢',
  '😀',
  ' ',
  '\t',
  '=',
  '.',
  '\n',
  '\r\n',
  '\n.\n',
  '\nFrom me',
  'x'.repeat(80),
  '=C3',
  '',
];
const texts = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 40 }).map((all) => all.join(''));

/** Without soft line breaks of quoted-printable (RFC 2045 §6.7), which nodemailer puts elsewhere when it encodes a text as a stream. */
const joined = (mail: Buffer) =>
  /^Content-Transfer-Encoding: quoted-printable\r$/m.test(mail.toString())
    ? mail.toString().replaceAll('=\r\n', '')
    : mail.toString();

test('a mail of one text has the bytes that nodemailer gives it, in lines as short', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const mail = await bytesOf(composed(text));
      const whole = await composed(text).build();
      expect(joined(mail)).toBe(joined(whole));
      const longest = (of: Buffer) =>
        Math.max(
          76,
          ...of
            .toString()
            .split('\r\n')
            .map(({ length }) => length),
        );
      expect(longest(mail)).toBe(longest(whole));
    }),
    // Its last tab comes to stand behind a soft line break or before it.
    { examples: [[`谢谢 谢谢  aa${'x'.repeat(80)}   \t`]] },
  );
});

test.each([
  ['with HTML', { html: '<p>Hi</p>' }],
  ['with a file', { attachments: [{ filename: 'a.bin', content: Buffer.from([0, 1, 2]) }] }],
])('a mail %s, too', async (_name, more) => {
  const same = (mail: Buffer) => mail.toString().replaceAll(/_NmP-[^"\s]*/g, 'boundary');
  expect(same(await bytesOf(composed('Hi', more)))).toBe(same(await composed('Hi', more).build()));
});

test('a text longer than what is encoded at once comes whole', async () => {
  const text = 'é words '.repeat(20_000);
  expect((await bytesOf(composed(text))).equals(await composed(text).build())).toBe(true);
});
