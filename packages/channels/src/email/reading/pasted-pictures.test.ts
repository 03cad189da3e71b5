import { describe, expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';
import { takePictures } from './pasted-pictures.ts';

const bytes = (length: number, fill = 'abc') => Buffer.alloc(length, fill);
const folded = (content: Buffer) => (content.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
const pasted = (content: Buffer, type = 'image/png') =>
  `<img alt="Screen" src="data:${type};base64,${folded(content)}">`;

async function read(html: string) {
  const deps = testDeps();
  const raw = mailOf(
    'From: ann@example.com',
    'Subject: Broken',
    'MIME-Version: 1.0',
    'Content-Type: text/html; charset=utf-8',
    '',
    html,
  );
  const contact = await parseMail(raw, { from: null, to: [] }, deps);
  return { ...contact, stored: (contact.attachments ?? []).map(({ sha256 }) => deps.recorded.files.get(sha256)) };
}

describe('a picture pasted into a mail', () => {
  test.each([450_000, 1_800_000, 4_500_000, 15_000_000])(
    'of %d bytes is a part, and the words are there',
    async (length) => {
      const content = bytes(length);
      const contact = await read(`<p>My screen:</p>${pasted(content)}<p>Please help</p>`);
      expect(contact.text).toBe('My screen:\n\nScreen\n\nPlease help');
      expect(contact.replyText).toBe(contact.text);
      expect(contact.attachments).toMatchObject([
        { filename: 'picture-1.png', contentType: 'image/png', size: length, inline: true },
      ]);
      expect(contact.html).toBe(
        `<p>My screen:</p><img alt="Screen" src="cid:${contact.attachments?.[0]?.contentId}"><p>Please help</p>`,
      );
      expect(contact.stored[0]?.equals(content)).toBe(true);
    },
  );

  test('twice is one part; others are others', async () => {
    const [one, two] = [pasted(bytes(9_000)), pasted(bytes(9_000, 'x'), 'image/JPEG').replaceAll('"', "'")];
    const contact = await read(`<p>A</p>${one}${one}${two}`);
    expect(contact.attachments?.map(({ filename }) => filename)).toEqual(['picture-1.png', 'picture-2.jpg']);
    expect(contact.html?.match(/cid:/g)).toHaveLength(3);
  });

  test('in a reply, above what is older', async () => {
    const older =
      '<div class="gmail_quote"><div class="gmail_attr">On Tue, Mar 3, 2026, the desk wrote:</div><blockquote class="gmail_quote">When?</blockquote></div>';
    expect((await read(`<p>Look:</p>${pasted(bytes(600_000))}${older}`)).replyText).toBe('Look:\n\nScreen');
  });

  test.each([
    ['a small one, as signs and lines are', `<img src="data:image/png;base64,${folded(bytes(100))}">`],
    ['what no browser draws', pasted(bytes(9_000), 'image/x-icon')],
    ['what is no picture', `<p>src="data:image/png;base64,${'QUJD'.repeat(3_000)}"</p>`],
    ['one that is cut off', `<p>A</p><img src="data:image/png;base64,${'QUJD'.repeat(3_000)}`],
  ])('%s stays where it is', (_name, html) => expect(takePictures(html)).toEqual({ html, parts: [] }));

  test('very many of them are no files', () => {
    const many = Array.from({ length: 150 }, (_, at) => pasted(bytes(7_000, `${at},`))).join('');
    expect(takePictures(many).parts).toHaveLength(100);
  });

  test.each([
    '<img src="data:image/png;base64,',
    '<img src=\'data:image/png;base64,"',
    '<img ',
    '<img alt="',
    'src="data:',
  ])('a row of %s takes no longer than it is long', (unit) => {
    const begun = process.cpuUsage();
    takePictures(unit.repeat(1_000_000 / unit.length));
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1000).toBeLessThan(1_000);
  });
});
