/** Mails as old and careless programs write them: each shows what it was meant to say, with all its files under their names. */
import { describe, expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { testDeps } from '../test-deps.ts';
import { decodeRawWords } from './raw-words.ts';

/** `lines`: one character per byte. */
async function read(...lines: string[]) {
  const deps = testDeps();
  const mail = await parseMail(Buffer.from(lines.join('\r\n'), 'latin1'), { from: null, to: [] }, deps);
  const files = (mail.attachments ?? []).map(({ filename, contentType, sha256 }) => ({
    filename,
    contentType,
    content: deps.recorded.files.get(sha256)?.toString('latin1'),
  }));
  return { ...mail, text: mail.text ?? '', files, names: files.map(({ filename }) => filename) };
}
const head = ['From: ann@example.com', 'Subject: Order'];
const hex = (digits: string) => Buffer.from(digits, 'hex').toString('latin1');
const bytesOf = (text: string) => Buffer.from(text).toString('latin1');
const pdf = ['Content-Type: application/pdf; name=a.pdf', '', 'ABC'];

describe('the parts of a mail', () => {
  const mixed = [...head, 'Content-Type: multipart/mixed; boundary=out', ''];

  test('are found behind delimiters with white space at their end', async () => {
    const mail = await read(...mixed, '--out \t ', '', 'Hello', '--out  ', ...pdf, '--out-- ', 'epilogue');
    expect([mail.text, mail.files]).toEqual([
      'Hello',
      [{ filename: 'a.pdf', contentType: 'application/pdf', content: 'ABC' }],
    ]);
  });

  test('are not begun by what only begins like a delimiter', async () => {
    const mail = await read(...mixed, '--out', '', 'One', '--outer', 'Two', '--out-', '--out--');
    expect(mail.text).toBe('One\n--outer\nTwo\n--out-');
  });

  test('end where a delimiter of an outer level stands', async () => {
    const inner = ['Content-Type: multipart/mixed; boundary=in', '', '--in', ...pdf, '--wrong--'];
    const deep = ['Content-Type: multipart/mixed; boundary=mid', '', '--mid', ...inner];
    for (const nested of [inner, deep]) {
      const mail = await read(
        ...mixed,
        '--out',
        ...nested,
        '--out',
        '',
        'Hello',
        '--out',
        ...pdf,
        '--out--',
        'epilogue',
      );
      expect(mail.text).toBe('Hello');
      expect(mail.files.map(({ content }) => content)).toEqual(['ABC\r\n--wrong--', 'ABC']);
    }
  });

  test('all end where the outermost ends', async () => {
    const mail = await read(
      ...mixed,
      '--out',
      'Content-Type: multipart/mixed; boundary=mid',
      '',
      '--mid',
      'Content-Type: multipart/mixed; boundary=in',
      '',
      '--in',
      '',
      'Hello',
      '--out--',
      'epilogue',
    );
    expect(mail.text).toBe('Hello');
  });

  describe('in an alternative', () => {
    const alternative = [...head, 'Content-Type: multipart/alternative; boundary=a', ''];
    const page = ['--a', 'Content-Type: text/html', '', '<p>Hello</p>'];
    const inType = (type: string) => ['--a', `Content-Type: ${type}`, '', 'the same'];

    test.each(['text/x-amp-html; charset=utf-8', 'text/watch-html', 'text/enriched', 'text/richtext', 'text/markdown'])(
      'are no files where they are the text once more as %s',
      async (type) => {
        for (const parts of [
          [...inType(type), ...page],
          ['--a', '', 'Hello', ...inType(type), ...page],
          [...inType(type), '--a', 'Content-Type: multipart/related; boundary=r', '', '--r', ...page.slice(1), '--r--'],
        ]) {
          const mail = await read(...alternative, ...parts, '--a--');
          expect([mail.text.trim(), mail.names]).toEqual(['Hello', []]);
        }
      },
    );

    test.each([
      ['an invitation', [...inType('text/calendar'), ...page], ['invitation.ics']],
      ['named', [...inType('text/markdown; name=notes.md'), ...page], ['notes.md']],
      ['the only text', inType('text/x-amp-html'), ['attachment-1.bin']],
    ])('are files where they are %s', async (_name, parts, names) => {
      expect((await read(...alternative, ...parts, '--a--')).names).toEqual(names);
    });

    test('count for whether the mail is the same', async () => {
      const one = await read(...alternative, ...page, ...inType('text/x-amp-html'), '--a--');
      const other = await read(...alternative, ...page, '--a--');
      expect(one.contentHash).not.toBe(other.contentHash);
      // Of mails that an earlier release took such a part of for a file.
      expect(one.contentHash).toBe('44afe43bb287b618650dc908131cc374ea1d744b4244bea02859e6473e3fd9e0');
    });
  });

  describe('that are texts of files before the text', () => {
    const first = (name: string, disposition = `inline; filename="${name}"`) => [
      '--out',
      `Content-Type: text/plain; name="${name}"`,
      ...(disposition === '' ? [] : [`Content-Disposition: ${disposition}`]),
      '',
      'At 10:15 it broke.',
    ];
    const page = ['--out', 'Content-Type: text/html', '', '<p>Hello</p>'];

    test.each([
      ['before plain text', ['--out', '', 'Hello']],
      ['before HTML', page],
      [
        'before both',
        [
          '--out',
          'Content-Type: multipart/alternative; boundary=in',
          '',
          '--in',
          '',
          'Hello',
          '--in',
          ...page.slice(1),
          '--in--',
        ],
      ],
    ])('are files %s', async (_name, parts) => {
      const mail = await read(...mixed, ...first('app.log'), ...parts, '--out', ...pdf, '--out--');
      expect([mail.text.trim(), mail.names]).toEqual(['Hello', ['app.log', 'a.pdf']]);
    });

    test.each([
      ['there is no other', [...first('app.log'), '--out', ...pdf], 'At 10:15 it broke.', ['a.pdf']],
      ['other files follow', [...first('app.log'), ...first('b.log')], 'At 10:15 it broke.', ['b.log']],
      [
        'programs call their own so',
        [...first('ATT00001.txt'), '--out', '', 'Footer'],
        'At 10:15 it broke.\nFooter',
        [],
      ],
      [
        'their type alone has a name',
        [...first('app.log', ''), '--out', '', 'Footer'],
        'At 10:15 it broke.\nFooter',
        [],
      ],
    ])('are the text where %s', async (_name, parts, text, names) => {
      const mail = await read(...mixed, ...parts, '--out--');
      expect([mail.text.trim(), mail.names]).toEqual([text, names]);
    });
  });

  test('of a digest are messages', async () => {
    const digest = ['Content-Type: multipart/digest; boundary=d', '', '--d', '', 'Subject: One', '', 'x'];
    const mail = await read(...head, ...digest, '--d', 'Content-Type: text/plain', '', 'Contents', '--d--');
    expect([mail.text, mail.files]).toEqual([
      'Contents',
      [{ filename: 'One.eml', contentType: 'message/rfc822', content: 'Subject: One\r\n\r\nx' }],
    ]);
  });

  test('are texts where their name is blank', async () => {
    const blank = 'Content-Type: text/plain; name=" "';
    const mail = await read(...mixed, '--out', blank, '', 'One', '--out', blank, '', 'Two', '--out--');
    expect([mail.text, mail.names]).toEqual(['One\nTwo', []]);
  });

  test('have no blank line before their text', async () => {
    const mail = await read(...mixed, '--out', 'Content-Type: text/plain', 'Hello all:', 'one', '', 'two', '--out--');
    expect(mail.text).toBe('Hello all:\none\n\ntwo');
  });

  test('are shown as they stand where none can be found in them', async () => {
    const inner = ['Content-Type: multipart/mixed; boundary=a', '', '--ac', 'Content-Type: text/plain', '', 'Hello'];
    const mail = await read(...head, 'Content-Type: multipart/mixed; boundary=a', '', '--ab', ...inner);
    expect(mail.text).toBe(['--ab', ...inner].join('\n'));
  });

  test('are nothing where all are empty', async () => {
    const mail = await read(
      ...mixed,
      'A message in parts.',
      '--out',
      'Content-Type: text/plain;',
      ' charset=utf-8',
      '',
      '--out--',
    );
    expect([mail.text, mail.files]).toEqual(['', []]);
  });

  test.each([
    ['message/partial; id=a; number=1', 'partial-message.txt'],
    ['message/external-body; access-type=url', 'external-body.txt'],
    ['application/pkcs7-mime', 'smime.p7m'],
    ['application/pgp-signature', 'signature.asc'],
    ['application/octet-stream; name=a.pgp', 'a.pgp'],
  ])('of %s are files', async (type, filename) => {
    const mail = await read(...mixed, '--out', `Content-Type: ${type}`, '', 'ABC', '--out--');
    expect(mail.files).toEqual([{ filename, contentType: type.split(';', 1)[0], content: 'ABC' }]);
  });
});

test.each([
  ['Subject: Re: a/b', 'Re: a_b.eml'],
  ['Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?Q?_an_Ann?=', 'Grüße an Ann.eml'],
  ['Subject: \xcf\xf0\xe8\xe2\xe5\xf2', 'Привет.eml'],
  ['Subject:', 'message.eml'],
  ['\r\nSubject: no field', 'message.eml'],
  [`Subject: ${'x'.repeat(300)}`, `${'x'.repeat(100)}.eml`],
])('an enclosed mail with %j is called %j', async (line, filename) => {
  const type = ['Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Type: message/rfc822', ''];
  const mail = await read(...head, ...type, 'From: bob@example.com', line, '', 'x', '--b--');
  expect(mail.names).toEqual([filename]);
});

test.each([
  ['Content-Disposition: filename="a doc.doc"', 'a doc.doc'],
  ['Content-Disposition: filename=a.doc', 'a.doc'],
  ['Content-Disposition: attachment filename="a.doc"', 'a.doc'],
  ['Content-Disposition: attachment\r\n filename=a.doc; size=3', 'a.doc'],
  ['Content-Type: application/msword name="a.doc"', 'a.doc'],
  ['Content-Type: application/msword\r\n\tname = a.doc', 'a.doc'],
  ['Content-Type: text/plain name="a.txt"', 'a.txt'],
  ['Content-Disposition: filename="=?utf-8?Q?=C3=A4.doc?="', 'ä.doc'],
  ['Content-Disposition: filename="\xc3\xa4.doc"', 'ä.doc'],
  ['Content-Disposition: filename="C:\\a.doc"', 'a.doc'],
  ['Content-Disposition: attachment; filename*=%C3%A4.doc', 'ä.doc'],
  ["Content-Disposition: attachment; filename*=utf-8''%C3%A4.doc", 'ä.doc'],
  ['Content-Disposition: attachment; filename=%C3%A4.doc', '%C3%A4.doc'],
  // Well-formed, with something like a parameter in it.
  ['Content-Disposition: attachment; filename="a name=b.doc"', 'a name=b.doc'],
  ['Content-Type: application/x-odd; title="to name=b.doc"', 'attachment-1.bin'],
  ['Content-Type: application/x-odd-name=b.doc', 'attachment-1.bin'],
])('a part with %j is called %j', async (line, filename) => {
  const type = ['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'Hello'];
  const mail = await read(...head, ...type, '--b', line, '', 'ABC', '--b--');
  expect([mail.text.trim(), mail.names]).toEqual(['Hello', [filename]]);
});

test('a text behind a file whose disposition is a name alone is the text, whatever it is called', async () => {
  const parts = [
    '--b',
    'Content-Disposition: filename="a.txt"',
    '',
    'ABC',
    '--b',
    'Content-Type: text/plain; name=b',
    '',
  ];
  const mail = await read(...head, 'Content-Type: multipart/mixed; boundary=b', '', ...parts, 'Hello', '--b--');
  expect([mail.text.trim(), mail.names]).toEqual(['Hello', ['a.txt']]);
});

describe('a mail whose type is no file and nothing that is shown', () => {
  test.each([
    'text/enriched',
    'text/markdown; charset=utf-8',
    'text/x-markdown',
    'text/txt',
    'text/ascii',
    'plain/text',
  ])('is plain text as %s', async (type) => {
    const mail = await read(...head, `Content-Type: ${type}`, '', bytesOf('Grüße'));
    expect([mail.text, mail.replyText, mail.names]).toEqual(['Grüße', 'Grüße', []]);
  });

  test('is plain text in a part as plain/text', async () => {
    const parts = ['--b', 'Content-Type: plain/text', '', 'Hello', '--b', ...pdf, '--b--'];
    const mail = await read(...head, 'Content-Type: multipart/mixed; boundary=b', '', ...parts);
    expect([mail.text, mail.names]).toEqual(['Hello', ['a.pdf']]);
  });

  test.each([
    ['text/calendar; method=REPLY', 'invitation.ics'],
    ['text/csv', 'attachment-1.bin'],
    ['text/vcard', 'attachment-1.bin'],
    ['text/xml', 'attachment-1.bin'],
    ['text/rtf', 'attachment-1.bin'],
    ['text/x-patch', 'attachment-1.bin'],
    ['text/markdown; name=notes.md', 'notes.md'],
    ['plain/text; name=a.log', 'a.log'],
    ['text/txt\r\nContent-Disposition: attachment', 'attachment-1.bin'],
  ])('is a file as %s', async (type, filename) => {
    const mail = await read(...head, `Content-Type: ${type}`, '', 'Hello');
    expect([mail.text, mail.names]).toEqual(['', [filename]]);
  });
});

describe('a head', () => {
  test.each([
    ['a line of white space', [' ', 'Hello', '', 'Bye']],
    ['the first line of the text', ['Hello', 'Note', '', 'Bye']],
  ])('ends with %s', async (_name, lines) => {
    const mail = await read(...head, ...lines);
    expect([mail.subject, mail.text.replace(/\nNote/, '')]).toEqual(['Order', 'Hello\n\nBye']);
  });

  test('ends before a delimiter', async () => {
    const type = 'Content-Type: multipart/mixed; boundary=b';
    const mail = await read(...head, type, ' ', '--b', 'Content-Type: text/plain', '', 'Hello', '--b--');
    expect(mail.text).toBe('Hello');
  });

  test('goes on behind a stray line', async () => {
    const mail = await read('Received: by x', 'no field', ...head, '', 'Hello');
    expect([mail.from, mail.subject, mail.text]).toEqual(['ann@example.com', 'Order', 'Hello']);
  });

  test('goes on with a space in the name of a field', async () => {
    expect((await read(...head, 'X-Sent By: me', '', 'Hello')).text).toBe('Hello');
  });

  test('with two fields on the line of its date has a date', async () => {
    const date = 'Date: Fri, 7 Apr 2023 17:30:44 +0200Received: from a (b [192.0.2.1])';
    expect((await read(...head, date, '', 'x')).sentAt).toBe('2023-04-07T15:30:44.000Z');
  });
});

/** Written by a person in each of the character sets, without a word of which it is. */
const phrases: [string, string, string][] = [
  ['gb18030', 'c4fabac3a3accdcbd0c5', '您好，退信'],
  ['big5', 'a741a66ea540acc9', '你好世界'],
  ['shift_jis', '82b182f182c982bf82cd90a28a45', 'こんにちは世界'],
  ['euc-jp', 'a4b3a4f3a4cba4c1a4cfc0a4b3a6', 'こんにちは世界'],
  ['euc-kr', 'bec8b3e7c7cfbcbcbfe4', '안녕하세요'],
  ['windows-949', '8c63b9e6b0a2c7cfbcbcbfe4', '똠방각하세요'],
  ['koi8-r', 'f0d2c9d7c5d420cdc9d2', 'Привет мир'],
  ['windows-1251', 'cff0e8e2e5f220ece8f0', 'Привет мир'],
  ['windows-1253', 'cae1ebe7ecddf1e120eafcf3ece5', 'Καλημέρα κόσμε'],
  ['windows-1255', 'f9ece5ed20f2e5ece9ed', 'שלום עולים'],
  ['windows-1252', 'c4d6dc', 'ÄÖÜ'],
  ['windows-1252, French', 'c020c954c9', 'À ÉTÉ'],
];
describe.each(phrases)('raw %s', (_name, digits, phrase) => {
  test('is read in the subject, a name, a file name and a body', async () => {
    const written = hex(digits);
    const mail = await read(
      `From: ${written} <ann@example.com>`,
      `Subject: ${written}`,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      written,
      '--b',
      `Content-Type: application/pdf; name="${written}.pdf"`,
      '',
      'ABC',
      '--b--',
    );
    expect([mail.subject, mail.senderName, mail.text, mail.names]).toEqual([phrase, phrase, phrase, [`${phrase}.pdf`]]);
  });
});

describe('a character set', () => {
  test('is told by escape sequences', async () => {
    const written = '\u001b$B$3$s$K$A$O\u001b(B';
    const mail = await read('From: ann@example.com', `Subject: ${written}`, '', written);
    expect([mail.subject, mail.text]).toEqual(['こんにちは', 'こんにちは']);
  });

  test('is not the one of a mail in Western letters that are none', async () => {
    const western = 'Content-Type: text/plain; charset=iso-8859-1';
    expect((await read(...head, western, '', bytesOf('Grüße — 你好'))).text).toBe('Grüße — 你好');
    expect((await read(...head, western, '', 'Gr\xfc\xdfe \x93hi\x94 \xc3\xbc')).text).toBe('Grüße “hi” Ã¼');
    expect((await read(...head, 'Content-Type: text/plain; charset=windows-1251e', '', hex('cff0e8e2e5f2'))).text).toBe(
      'Привет',
    );
  });

  test.each([
    ['gb2312', '尊敬的管理员', '尊敬的管理员'],
    ['koi8-r', 'Привет мир', 'Привет мир'],
    ['gb2312', hex('c2a1c2a1'), '隆隆'],
    ['shift_jis', hex('82b182f1'), 'こん'],
  ])('%s is not that of UTF-8', async (charset, written, text) => {
    const type = `Content-Type: text/plain; charset=${charset}`;
    const bytes = /^[\0-\xff]*$/.test(written) ? written : bytesOf(written);
    expect((await read(...head, type, '', bytes)).text).toBe(text);
  });

  test.each([
    ['utf-7', 'Hi Mom +Jjo-! +ZeVnLIqe- 1 +- 1', 'Hi Mom ☺! 日本語 1 + 1'],
    ['unicode-1-1-utf-7', 'Gr+APwA3w-e', 'Grüße'],
    ['utf-7', 'qrs+abc and a+b', 'qrs+abc and a+b'],
    ['hz-gb-2312', 'This ~~ ~{<:Ky2;S{#,NpJ)l6HK!#~} Bye.', 'This ~ 己所不欲，勿施於人。 Bye.'],
  ])('of seven bits, %s, is decoded: %s', async (charset, written, text) => {
    const words = `=?${charset}?Q?${written.replaceAll(' ', '_')}?=`;
    const name = `${words} <ann@example.com>`;
    const mail = await read(
      `From: ${name}`,
      `Subject: ${words}`,
      `Content-Type: text/plain; charset=${charset}`,
      '',
      written,
    );
    expect([mail.subject, mail.senderName, mail.text]).toEqual([text, text, text]);
  });

  test.each([
    [
      'iso-2022-kr',
      'Hi \u001b$)C\u000e>H3g\u000f ok\r\n\u000eAV9.\u000f \u000e9xH#\u000f 12',
      'Hi 안녕 ok\n주문 번호 12',
    ],
    ['csISO2022KR', '\u001b$)C\u000e>H3gGO<<?d\u000f', '안녕하세요'],
    // A shift that is not taken back ends with its line.
    ['iso-2022-kr', '\u001b$)C\u000e>H3g\r\nHi', '안녕\nHi'],
    ['iso-2022-kr', 'No Korean at all', 'No Korean at all'],
  ])('of seven bits for Korean, %s, is decoded: %j', async (charset, written, text) => {
    expect((await read(...head, `Content-Type: text/plain; charset=${charset}`, '', written)).text).toBe(text);
  });

  test('that nobody knows leaves Western letters', async () => {
    const mail = await read('From: =?x-unknown?Q?H=E5vard?= <a@b.example>', 'To: J\xf6rg <c@d.example>', '', 'x');
    expect([mail.senderName, mail.to]).toEqual(['Håvard', ['c@d.example']]);
  });
});

test('a subject is folded within a letter, and has spaces in its words', async () => {
  expect((await read('Subject: Gr\xc3', ' \xbc\xc3\x9fe', '', 'x')).subject).toBe('Grüße');
  expect((await read('Subject: =?us-ascii?Q?A / 1 / b?=', '', 'x')).subject).toBe('A / 1 / b');
});

test.each([
  ['Gr\xc3\xbc\xc3\x9fe aus K\xc3', 'Grüße aus K'],
  ['\xe8\xae\xa2\xe5\x8d\x95\xe9\x97', '订单'],
  ['Gr\xc3\xbc\xc3\x9fe \xf0\x9f\x98', 'Grüße'],
  // Of one letter alone nothing is known.
  ['Caf\xc3', 'CafÃ'],
  ['Gr\xfc\xdfe aus K\xc3', 'Grüße aus KÃ'],
])('a subject that was cut within a letter: %j', async (written, subject) => {
  expect((await read(`Subject: ${written}`, '', 'x')).subject).toBe(subject);
});

test.each([undefined, '', 'gb2312'])('what ends with a whole letter keeps it, in a charset of %j', (charset) => {
  expect(decodeRawWords(Buffer.from('Grüße, Döß'), charset)).toBe('Grüße, Döß');
});

test.each([
  ['name="C:\\Users\\ann\\my report.pdf"', 'my report.pdf'],
  ["name='my report.pdf'", 'my report.pdf'],
  ['name="=?x-unknown?Q?Gr=FC=DFe.pdf?="', 'Grüße.pdf'],
  ['name="a\\"b.pdf"', 'a"b.pdf'],
  ['name="/home/ann/my report.pdf"', 'my report.pdf'],
])('a file with %s', async (parameter, filename) => {
  const mail = await read(...head, `Content-Type: application/pdf; ${parameter}`, '', 'ABC');
  expect(mail.names).toEqual([filename]);
});

test.each([
  ['Ann <mailto:ann@example.com>', 'Ann'],
  ['Ann <<ann@example.com>>', 'Ann'],
])('%s is from an address', async (from, name) => {
  const mail = await read(`From: ${from}`, '', 'x');
  expect([mail.from, mail.senderName]).toEqual(['ann@example.com', name]);
});

describe('text in base64', () => {
  const type = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', ''];
  const data = Buffer.from('Grüße aus Köln,\r\nAnn\r\n').toString('base64');
  test.each([
    ['with a footer', [data, '', '-- ', 'A list of ours'], 'Grüße aus Köln,\nAnn\n-- \nA list of ours'],
    ['in two runs', ['SGVsbG8=', 'IHdvcmxk'], 'Hello world'],
    ['with a stray sign in a line', ['SGVs!bG8g', 'd29ybGQ='], 'Hello world'],
    ['with blanks in its lines', ['SGVs bG8g', 'd29y bGQ='], 'Hello world'],
    ['that is none', ['This is plain text, not base64 at all!'], 'This is plain text, not base64 at all!'],
    ['that is none, below blank lines', ['', 'Where is it', '', 'Ann'], 'Where is it\n\nAnn'],
    ['that is none, in other letters', [bytesOf('Grüße'), '', 'Ann'], 'Grüße\n\nAnn'],
    [
      'that is none, with a link',
      ['https://example.com/order/1234567890', 'Ann'],
      'https://example.com/order/1234567890\nAnn',
    ],
  ])('%s', async (_name, lines, text) => {
    expect((await read(...head, ...type, ...lines)).text.trim()).toBe(text);
  });

  test('in a character set of two bytes, with a stray sign', async () => {
    const gbk = Buffer.from('xOO6w6OszOHGutPrzcvQxaGjx+vOyrap'.repeat(2), 'base64');
    const line = gbk.toString('base64');
    const lines = [`${line.slice(0, 30)}!${line.slice(30)}`];
    const clean = await read(...head, 'Content-Type: text/plain; charset=gb18030', ...type.slice(1), line);
    const stray = await read(...head, 'Content-Type: text/plain; charset=gb18030', ...type.slice(1), ...lines);
    expect(stray.text).toBe(clean.text);
  });
});

describe('a file in the text itself', () => {
  const file = ['begin 644 hi there.txt', '*22!A;2!H97)E(0', '`', 'end'];
  test('is a file', async () => {
    const mail = await read(...head, '', 'See', ...file, 'and', ...file, 'Bye');
    expect(mail.text).toBe('See\nand\nBye');
    expect(mail.files).toEqual(
      Array(2).fill({ filename: 'hi there.txt', contentType: 'application/octet-stream', content: 'I am here!' }),
    );
  });
  test('stays text where there are too many', async () => {
    const mail = await read(...head, '', ...Array.from({ length: 101 }, () => file).flat());
    expect([mail.files.length, mail.text]).toEqual([100, file.join('\n')]);
  });
  test.each([
    ['has no end', file.slice(0, 3)],
    ['has other lines', [...file.slice(0, 2), 'Hello there, this is no data', ...file.slice(2)]],
    ['is a sentence', ['begin 644 days of holiday', 'now', 'end']],
  ])('stays text where it %s', async (_name, lines) => {
    const mail = await read(...head, '', ...lines, 'Bye');
    expect([mail.text, mail.files]).toEqual([[...lines, 'Bye'].join('\n'), []]);
  });
});
