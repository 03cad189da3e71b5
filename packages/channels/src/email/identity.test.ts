/** One mail by two ways is one mail, whatever hosts on the way did to its bytes; another mail is another. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMail } from './schema.ts';
import { mailOf, testDeps } from './test-deps.ts';

type Change = (raw: Buffer) => Buffer;
const onText =
  (change: (text: string) => string): Change =>
  (raw) =>
    Buffer.from(change(raw.toString('latin1')), 'latin1');
const onHead = (change: (head: string) => string) =>
  onText((text) => {
    const end = /\r?\n\r?\n|\r\r/.exec(text)?.index ?? text.length;
    return change(text.slice(0, end)) + text.slice(end);
  });
const withField = (field: string): Change => onText((text) => `${field}\r\n${text}`);

/** What relays, mailboxes and the programs that read them do to a mail. */
const changes: Record<string, Change> = {
  'line ends CRLF': onText((text) => text.replace(/\r?\n/g, '\r\n')),
  'line ends LF': onText((text) => text.replace(/\r\n/g, '\n')),
  'lines at the end': onText((text) => `${text}\r\n\r\n`),
  'no lines at the end': onText((text) => text.trimEnd()),
  Received: withField(
    'Received: from a.example (a.example [192.0.2.1])\r\n\tby b.example; Tue, 3 Mar 2026 10:00:05 +0000',
  ),
  'Return-Path': withField('Return-Path: <ann@example.com>'),
  'Delivered-To': withField('Delivered-To: help@centre.test'),
  'Authentication-Results': withField('Authentication-Results: mx.example; spf=pass smtp.mailfrom=example.com'),
  'X-Spam': withField('X-Spam-Status: No, score=-1\r\nX-Spam-Level: '),
  'folded fields': onHead((head) =>
    head.replace(/^((?:Subject|To|Date|References|Message-ID): *\S+) (?=\S)/gim, '$1\r\n '),
  ),
  'unfolded fields': onHead((head) => head.replace(/\r?\n[ \t]+/g, ' ')),
  'Status of a mailbox': onHead((head) => `${head}\r\nStatus: RO\r\nX-UID: 7`),
};

const read = async (raw: Buffer, way: 'smtp' | 'imap') =>
  await parseMail(
    raw,
    way === 'smtp'
      ? { from: 'bounces@example.com', to: ['help@centre.test'], peer: { address: '127.0.0.1', helo: 'a.example' } }
      : { from: null, to: ['other@centre.test'] },
    testDeps(),
  );
const identity = async (raw: Buffer, way: 'smtp' | 'imap' = 'imap') => {
  const { externalId, contentHash } = await read(raw, way);
  return { externalId, contentHash };
};

const body = ['Grüße aus Köln, ', '', 'Ann'].join('\r\n');
const file = ['line one', 'line two', ''].join('\r\n');
const multipart = (text: string[], attached: string[]) =>
  mailOf(
    'From: Ann <ann@example.com>',
    'To: help@centre.test',
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus =?utf-8?Q?K=C3=B6ln?=',
    'Date: Tue, 3 Mar 2026 10:00:00 +0000',
    'Message-ID: <1@example.com>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    ...text,
    '--b',
    ...attached,
    '--b--',
    '',
  );
const base64 = (text: string) =>
  Buffer.from(text)
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
const quotedPrintable = (text: string) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(
      /[^\t\r\n -<>-~]| (?=\r\n)/g,
      (one) => `=${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
const samples: Record<string, Buffer> = {
  'without From': mailOf(
    'To: help@centre.test',
    'Subject: No one',
    'Date: Tue, 3 Mar 2026 10:00:00 +0000',
    'Message-ID: <2@x.example>',
    '',
    'Text',
  ),
  'an empty From': mailOf(
    'From: <>',
    'Subject: Empty',
    'Date: Tue, 3 Mar 2026 10:00:00 +0000',
    'Message-ID: <3@x.example>',
    '',
    'Text',
  ),
  'without Message-ID': mailOf(
    'From: ann@example.com',
    'Subject: Nameless',
    'Date: Tue, 3 Mar 2026 10:00:00 +0000',
    '',
    'Text',
  ),
  'without Message-ID and Date': mailOf(
    'Received: from c by d; Mon, 2 Mar 2026 10:00:00 +0000',
    'From: ann@example.com',
    'Subject: Nameless',
    '',
    'Text',
  ),
  'a text file': multipart(
    ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', body],
    ['Content-Type: text/csv; name=a.csv', 'Content-Disposition: attachment; filename=a.csv', '', file],
  ),
  'a mail with all of a mail': mailOf(
    'From: ann@example.com',
    'Subject: Fwd',
    'Date: Tue, 3 Mar 2026 10:00:00 +0000',
    'Content-Type: message/rfc822',
    '',
    'From: b@example.com',
    'Subject: Inner',
    '',
    'Inner text',
  ),
  'long lines': mailOf(
    'From: ann@example.com',
    'Subject: Long',
    'Date: Tue, 3 Mar 2026 10:00:00 +0000',
    'Message-ID: <4@x.example>',
    'Content-Type: text/html',
    '',
    `<p>${'long words '.repeat(400)}</p>`,
  ),
};

const corpus = process.env['CORPUS_DIR'];
if (corpus === undefined) console.warn('SKIPPED: identity of the mail corpus, CORPUS_DIR is not set');
const isKnowable = (text: string) =>
  !/^\s/.test(text) &&
  /\r?\n\r?\n/.test(text) &&
  /^(message-id|date|received):/im.test(text.split(/\r?\n\r?\n|\r\r/, 1)[0] ?? '');
/** Those that have something to be known by, an end of the head behind which a host puts nothing of the head, and a first line that is no continuation of what a host puts above it. */
const corpusMails = () => {
  const folder = join(corpus ?? '', 'mail');
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(eml|raw)$/.test(name))
      .map((name) => [name, readFileSync(join(folder, name))] as const)
      .filter(([, raw]) => raw.length < 60_000 && isKnowable(raw.toString('latin1'))),
  );
};
const some = fc.uniqueArray(fc.constantFrom(...Object.keys(changes)), { maxLength: 5 });
const changed = (raw: Buffer, names: readonly string[]) =>
  names.reduce((bytes, name) => changes[name]?.(bytes) ?? bytes, raw);

describe('the same mail by two ways', () => {
  test.each(Object.entries(samples))('%s', async (_name, raw) => {
    const first = await identity(raw, 'smtp');
    for (const [name, change] of Object.entries(changes)) expect(await identity(change(raw)), name).toEqual(first);
    await fc.assert(
      fc.asyncProperty(some, some, async (one, other) => {
        expect(await identity(changed(raw, one), 'smtp')).toEqual(first);
        expect(await identity(changed(raw, other))).toEqual(first);
      }),
      { numRuns: 15 },
    );
  });

  test.each([
    ['8bit to quoted-printable', 'quoted-printable', quotedPrintable],
    ['8bit to base64', 'base64', base64],
  ])('with its parts re-encoded from %s', async (_name, encoding, encode) => {
    const encoded = multipart(
      ['Content-Type: text/plain; charset=utf-8', `Content-Transfer-Encoding: ${encoding}`, '', encode(body)],
      [
        'Content-Type: text/csv; name=a.csv',
        'Content-Disposition: attachment; filename=a.csv',
        `Content-Transfer-Encoding: ${encoding}`,
        '',
        encode(file),
      ],
    );
    expect(await identity(encoded)).toEqual(await identity(samples['a text file'] ?? Buffer.alloc(0), 'smtp'));
  });

  test('with a line broken that is longer than SMTP allows', async () => {
    const raw = samples['long lines'] ?? Buffer.alloc(0);
    const broken = onText((text) => text.replace(/(.{990})(?=.)/g, '$1\r\n '))(raw);
    expect(broken.equals(raw)).toBe(false);
    expect(await identity(broken)).toEqual(await identity(raw, 'smtp'));
  });

  describe('of which a host writes anew', () => {
    const letter = (date: string, more: { from?: string; id?: string[]; lines?: string[] } = {}) =>
      mailOf(
        `From: ${more.from ?? 'ann@example.com'}`,
        'Subject: Nameless',
        `Date: ${date}`,
        ...(more.id ?? []),
        '',
        ...(more.lines ?? ['Text']),
      );
    const utc = 'Tue, 3 Mar 2026 10:00:00 +0000';
    const both = async (one: Buffer, other: Buffer) => {
      expect(other.equals(one)).toBe(false);
      expect(await identity(other)).toEqual(await identity(one, 'smtp'));
    };

    test.each([
      'Tue, 3 Mar 2026 11:00:00 +0100',
      'Tue, 3 Mar 2026 11:00:00 +0100 (CET)',
      'Tue, 03 Mar 2026 10:00:00 +0000',
      'Tue, 3 Mar 2026 10:00:00 +0000 (UTC)',
      'Tue, 3 Mar 2026 10:00:00 GMT',
      'Tue, 3 Mar 2026 10:00:00 -0000',
      '3 Mar 2026 05:00:00 -0500 (EST)',
    ])('its Date: %s', async (date) => {
      await both(letter(utc), letter(date));
      await both(
        letter(utc, { id: ['Message-ID: <7@example.com>'] }),
        letter(date, { id: ['Message-ID: <7@example.com>'] }),
      );
    });

    const safe = (target: string, recipient: string) =>
      `https://eur03.safelinks.protection.outlook.com/?url=${encodeURIComponent(target)}&data=05%7C02%7C${encodeURIComponent(recipient)}%7C0a1b%7C0%7C638765%7CUnknown%7C&sdata=${encodeURIComponent(Buffer.from(recipient).toString('base64'))}&reserved=0`;
    const defended = (target: string, recipient: string) =>
      `https://urldefense.com/v3/__${target}__;!!${recipient.length}Org!${Buffer.from(recipient).toString('base64url')}$`;
    const formerly = (target: string, recipient: string) =>
      `https://urldefense.proofpoint.com/v2/url?u=${encodeURIComponent(target).replaceAll('%', '-').replaceAll('-2F', '_')}&d=DwMFaQ&c=1&r=${recipient.length}&m=${Buffer.from(recipient).toString('base64url')}&s=2&e=`;
    const plain = (target: string) => target;

    test.each([
      ['Safe Links', safe, safe],
      ['Safe Links, where the other way has none', safe, plain],
      ['URL Defense', defended, defended],
      ['URL Defense, where the other way has none', defended, plain],
      ['its former release', formerly, formerly],
      ['its former release, where the other way has none', formerly, plain],
    ])('its links, by %s', async (_name, one, other) => {
      const [first, second] = ['https://example.com/a?b=1&c=d', 'https://example.com/'];
      const id = ['Message-ID: <7@example.com>'];
      const text = (guard: typeof safe, recipient: string) =>
        letter(utc, { id, lines: [`See ${guard(first, recipient)}.`, `(<${guard(second, recipient)}>) and write.`] });
      await both(text(one, 'support@centre.test'), text(other, 'sales@centre.test'));
      const html = (guard: typeof safe, recipient: string) =>
        letter(utc, {
          id: [...id, 'Content-Type: text/html'],
          lines: [
            `<a href="${guard(first, recipient).replaceAll('&', '&amp;')}"${guard === safe ? ` originalsrc="x" shash="${recipient}="` : ''}>Here</a>,`,
            `<a href='${guard(second, recipient).replaceAll('&', '&amp;')}'>there</a>`,
          ],
        });
      await both(html(one, 'support@centre.test'), html(other, 'sales@centre.test'));
      // It is another mail that leads elsewhere.
      const elsewhere = letter(utc, { id, lines: [`See ${one(second, 'a@b.test')}.`] });
      const here = letter(utc, { id, lines: [`See ${one(first, 'a@b.test')}.`] });
      expect((await identity(elsewhere)).contentHash).not.toBe((await identity(here)).contentHash);
    });

    test('the domain of its author', async () => {
      await both(letter(utc), letter(utc, { from: 'ann@EXAMPLE.Com' }));
      const other = await identity(letter(utc, { from: 'ANN@example.com' }));
      expect(other.contentHash).not.toBe((await identity(letter(utc))).contentHash);
    });

    test.each([
      ['its text', [], ['Lamp', '', 'From Monday on it flickers.', 'From now on, too.']],
      ['HTML', ['Content-Type: text/html'], ['<p>Lamp', 'From Monday on it flickers.</p>']],
      [
        'a file',
        ['Content-Type: multipart/mixed; boundary=b'],
        ['--b', '', 'See file', '--b', 'Content-Type: text/csv; name=a.csv', '', 'From Monday,1', 'x,2', '--b--'],
      ],
    ])('lines that begin with From, in %s', async (_name, id, lines) => {
      const quoted = (sign: string) => lines.map((line) => line.replace(/^From /, `${sign}From `));
      await both(letter(utc, { id, lines }), letter(utc, { id, lines: quoted('>') }));
      await both(letter(utc, { id, lines: quoted('>') }), letter(utc, { id, lines: quoted('>>') }));
    });

    test.each([
      ['ASCII', 'a@x.example', ['One\0two']],
      ['UTF-8', 'a@x.example', ['Grüße\0 aus Köln – “Ann”']],
      ['UTF-8 that is named', 'a@x.example', ['Grüße\0 aus Köln – “Ann”'], ['Content-Type: text/plain; charset=utf-8']],
      [
        'a file',
        'a@x.example',
        ['--b', '', 'See\0file', '--b', 'Content-Type: application/octet-stream; name=a', '', 'A\0\0B C', '--b--'],
        ['Content-Type: multipart/mixed; boundary=b'],
      ],
    ])('NUL, which a mailbox cannot hand out: %s', async (_name, from, lines, id = []) => {
      const raw = letter(utc, { from, lines, id });
      const fetched = Buffer.from(raw.map((byte) => (byte === 0 ? 0x80 : byte)));
      await both(raw, fetched);
      expect((await read(raw, 'smtp')).text).not.toContain('€');
    });
  });

  test.skipIf(corpus === undefined)(
    'mails of the corpus',
    async () => {
      const mails = corpusMails();
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...mails.keys()), some, some, async (name, one, other) => {
          const raw = mails.get(name) ?? Buffer.alloc(0);
          expect(await identity(changed(raw, one), 'smtp')).toEqual(await identity(changed(raw, other)));
        }),
        { numRuns: 300 },
      );
    },
    60_000,
  );
});

describe('another mail', () => {
  const base = (more: Record<string, string> = {}, text = 'Text') => {
    const head = { From: 'ann@example.com', Subject: 'One', Date: 'Tue, 3 Mar 2026 10:00:00 +0000', ...more };
    return mailOf(...Object.entries(head).map(([name, value]) => `${name}: ${value}`), '', text);
  };
  test.each([
    ['says something else', base({}, 'Other')],
    ['has another subject', base({ Subject: 'Two' })],
    ['is from somebody else', base({ From: 'bob@example.com' })],
    ['was written at another time', base({ Date: 'Tue, 3 Mar 2026 10:00:01 +0000' })],
    ['was written at that time elsewhere', base({ Date: 'Tue, 3 Mar 2026 10:00:00 +0100' })],
    ['names no zone', base({ Date: 'Tue, 3 Mar 2026 10:00:00' })],
  ])('%s', async (_name, other) => {
    const [one, two] = [await identity(base()), await identity(other)];
    expect(two.contentHash).not.toBe(one.contentHash);
    expect(two.externalId).not.toBe(one.externalId);
  });

  test('says the same, has neither Message-ID nor Date, and was taken at another time', async () => {
    const alarm = (at: string) =>
      mailOf(
        `Received: from ups by mx; Mon, 2 Mar 2026 ${at} +0000`,
        'From: ups@example.com',
        'Subject: Alarm',
        '',
        'On battery',
      );
    expect((await identity(alarm('10:00:00'))).externalId).not.toBe((await identity(alarm('11:00:00'))).externalId);
  });

  test.each([
    ['of another name', 'application/pdf', 'b.pdf'],
    ['of another kind', 'image/png', 'a.pdf'],
  ])('has a file %s', async (_name, type, filename) => {
    const withFile = (kind: string, name: string) =>
      multipart(
        ['Content-Type: text/plain', '', 'See file'],
        [`Content-Type: ${kind}`, `Content-Disposition: attachment; filename=${name}`, '', 'Same bytes'],
      );
    const one = await identity(withFile('application/pdf', 'a.pdf'));
    expect((await identity(withFile(type, filename))).contentHash).not.toBe(one.contentHash);
  });

  test('has a file of other bytes', async () => {
    const withFile = (bytes: number[]) =>
      multipart(
        ['Content-Type: text/plain', '', 'See file'],
        [
          'Content-Type: application/octet-stream',
          'Content-Transfer-Encoding: base64',
          '',
          Buffer.from(bytes).toString('base64'),
        ],
      );
    const one = await identity(withFile([0, 1, 32, 2]));
    expect((await identity(withFile([0, 1, 2]))).contentHash).not.toBe(one.contentHash);
  });
});
