import { inboundContact } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { signBounceAddress } from './bounce-address.ts';
import { signReplyAddress } from './reply-address.ts';
import { type MailEnvelope, parseMail } from './schema.ts';
import { mailOf, testDeps } from './test-deps.ts';

const envelope: MailEnvelope = { from: 'bounce@sender.example', to: ['service@centre.test'] };
const deps = testDeps();
const read = async (raw: Uint8Array, from: MailEnvelope = envelope) =>
  inboundContact.parse(await parseMail(raw, from, deps));
const head = [
  'From: "Ann" <Ann@Example.COM>',
  'To: Service <service@centre.test>, Bob <bob@example.com>',
  'Message-ID:  <one@example.com> ',
  'Date: Tue, 3 Mar 2026 10:00:00 +0100 (CET)',
  'Subject: Order',
];
const utf16Free = (text: string) => !text.includes('\0') && text.isWellFormed();

describe('a plain mail', () => {
  test('becomes a contact', async () => {
    const contact = await read(
      mailOf(
        ...head,
        'In-Reply-To: <zero@centre.test>',
        '',
        'Hello',
        '',
        'On Mon, 2 Mar 2026 Service wrote:',
        '> Hi',
        '',
      ),
    );
    expect(contact).toMatchObject({
      channel: 'email',
      channelAccount: 'email',
      externalId: '<one@example.com>',
      kind: 'customer',
      automatic: false,
      senderName: 'Ann',
      from: 'Ann@Example.COM',
      identifiers: [{ kind: 'email', value: 'ann@example.com', grade: 'known' }],
      to: ['service@centre.test', 'bob@example.com'],
      subject: 'Order',
      replyText: 'Hello',
      sentAt: '2026-03-03T09:00:00.000Z',
      receivedAt: '2026-03-01T12:00:00.000Z',
      threading: { inReplyTo: '<zero@centre.test>', references: ['<zero@centre.test>'] },
    });
  });

  test('is threaded by the signed address and the subject', async () => {
    const ticketId = '5f1c2f0e-9d9c-4a8e-8a52-0d9a3b6f7c11';
    const to = [signReplyAddress(ticketId, 'centre.test', deps.signingKey).toUpperCase()];
    const contact = await read(mailOf(...head.slice(0, 4), 'Subject: Re: Order [#12]', '', 'x'), { ...envelope, to });
    expect(contact.threading).toEqual({ ticketId, ticketNumber: 12, references: [] });
  });

  test.each([
    ['no boundary', 'multipart/mixed'],
    ['another boundary', 'multipart/mixed; boundary="other"'],
    ['an empty boundary', 'multipart/mixed; boundary='],
  ])('reads a multipart that names %s', async (_name, type) => {
    const body = [
      '--b',
      'Content-Type: text/plain',
      '',
      'Hello',
      '--b',
      'Content-Type: application/pdf; name=a.pdf',
      '',
      'x',
      '--b--',
      '',
    ];
    const contact = await parseMail(
      mailOf('From: ann@example.com', `Content-Type: ${type}`, 'Subject: Lost', '', ...body),
      { from: null, to: [] },
      testDeps(),
    );
    expect(contact).toMatchObject({ subject: 'Lost', text: 'Hello', attachments: [{ filename: 'a.pdf' }] });
    const plain = mailOf('From: ann@example.com', `Content-Type: ${type}`, '', 'Only words', '');
    expect((await parseMail(plain, { from: null, to: [] }, testDeps())).text?.trim()).toBe('Only words');
  });

  test('shows an encoded word that is not what it says as it stands', async () => {
    const word = `=?UTF-8?B?${Buffer.from('9c8f7fe0f1d2c3b4a5', 'hex').toString('base64')}?=`;
    const contact = await parseMail(
      mailOf('From: ann@example.com', `Subject: ${word}`, '', 'x'),
      { from: null, to: [] },
      testDeps(),
    );
    expect(contact.subject).toBe(word);
  });

  test('keeps all of more recipients than it lists, and says so', async () => {
    const deps = testDeps();
    const everybody = Array.from({ length: 700 }, (_, index) => `user${index}@x.example`);
    const raw = mailOf('From: ann@example.com', `To: ${everybody.join(',\r\n ')}`, 'Cc: bob@example.com', '', 'Hello');
    const contact = await parseMail(raw, { from: null, to: ['service@centre.test'] }, deps);
    expect(contact.to).toHaveLength(500);
    expect(contact.text).toBe(
      'Hello\n\n[This message is addressed to 701 people. All of them are in the attached file: recipients.txt]',
    );
    const [file] = contact.attachments ?? [];
    const lines = deps.recorded.files
      .get(file?.sha256 ?? '')
      ?.toString()
      .trim()
      .split('\n');
    expect(lines).toEqual([...everybody.map((address) => `To: ${address}`), 'Cc: bob@example.com']);
  });

  test('hashes alike over two ways and otherwise when it says something else', async () => {
    const hash = async (received: string, text: string) =>
      (await read(mailOf(received, ...head, '', text))).contentHash;
    const first = await hash('Received: by a', 'Hello  there');
    expect(await hash('Received: by b', 'Hello there\r\n')).toBe(first);
    expect(await hash('Received: by a', 'Good bye')).not.toBe(first);
  });
});

describe('what it is', () => {
  test.each(['text/calendar; method=REQUEST', 'application/ics'])('an invitation as %s', async (type) => {
    const body = [
      '--b',
      '',
      'Please come.',
      '--b',
      `Content-Type: ${type}; name=a.ics`,
      '',
      'BEGIN:VCALENDAR',
      'METHOD:REQUEST',
    ];
    const raw = mailOf('From: ann@example.com', 'Content-Type: multipart/mixed; boundary=b', '', ...body, '--b--');
    expect((await read(raw)).classification?.category).toBe('calendar-invitation');
  });

  test('an absence note whose accents stand beside their letters', async () => {
    const subject = Buffer.from('Réponse automatique : Lampe'.normalize('NFD')).toString('base64');
    const contact = await read(mailOf('From: ann@example.com', `Subject: =?utf-8?B?${subject}?=`, '', 'Absente'));
    expect(contact.kind).toBe('auto-reply');
  });
});

describe('senders', () => {
  test.each([
    ['no From', [], envelope, [{ kind: 'email', value: 'bounce@sender.example', grade: 'claimed' }]],
    [
      'a From that is no address',
      ['From: Mail Daemon <MAILER-DAEMON>'],
      envelope,
      [{ kind: 'email', value: 'bounce@sender.example', grade: 'claimed' }],
    ],
    ['nobody at all', ['From: nobody'], { from: '', to: [] }, []],
    [
      'a group, where nobody can tell who of them wrote',
      ['From: Team: Ann <ann@example.com>, b@example.com;'],
      envelope,
      [{ kind: 'email', value: 'ann@example.com', grade: 'claimed' }],
    ],
  ])('%s', async (_name, lines, from, identifiers) => {
    expect((await read(mailOf(...lines, 'Subject: x', '', 'x'), from)).identifiers).toEqual(identifiers);
  });

  test.each([
    ['"Jane <jane@Customer.example>', 'Jane', 'jane@Customer.example'],
    ['"Jane Roe <jane@customer.example>"', 'Jane Roe', 'jane@customer.example'],
    ['"=?utf-8?Q?J=C3=BCrgen?= <jane@customer.example>', 'Jürgen', 'jane@customer.example'],
  ])('somebody who did not close a quotation: %s', async (written, senderName, from) => {
    expect(await read(mailOf(`From: ${written}`, 'Subject: x', '', 'x'))).toMatchObject({
      from,
      senderName,
      identifiers: [{ kind: 'email', value: 'jane@customer.example', grade: 'claimed' }],
    });
  });

  test.each(['"Jane <jane@customer.example> <x@y@other.example>', '"Jane <jane@customer.example> (a" b@other.example'])(
    'nobody else than the parser reads: %s',
    async (written) => {
      const { identifiers } = await read(mailOf(`From: ${written}`, 'Subject: x', '', 'x'), { from: '', to: [] });
      expect(identifiers.map(({ value }) => value)).not.toContain('jane@customer.example');
    },
  );

  test('ourselves are automatic', async () => {
    expect((await read(mailOf('From: service@centre.test', '', 'x'))).automatic).toBe(true);
  });
});

describe('a mail that was fetched from where all addresses of a domain lead', () => {
  const fetched: MailEnvelope = { from: null, to: ['all@centre.test'] };
  const id = '5f1c2f0e-9d9c-4a8e-8a52-0d9a3b6f7c11';

  test.each(['To', 'Delivered-To', 'X-Original-To', 'Envelope-To'])(
    'is known by the signed address in %s',
    async (name) => {
      const bounce = mailOf(
        'From: MAILER-DAEMON@far.example',
        `${name}: ${signBounceAddress(id, 'centre.test', deps.signingKey)}`,
        'Subject: Undelivered Mail Returned to Sender',
        'Auto-Submitted: auto-replied',
        '',
        '<ann@far.example>: 550 5.1.1 User unknown',
      );
      expect(await read(bounce, fetched)).toMatchObject({
        kind: 'bounce',
        threading: { outboundId: id },
        reports: [{ outboundId: id, result: 'failed' }],
      });
      const reply = mailOf(
        'From: ann@far.example',
        `${name}: ${signReplyAddress(id, 'centre.test', deps.signingKey)}`,
        'Subject: Re: Order',
        '',
        'Thank you',
      );
      expect(await read(reply, fetched)).toMatchObject({ kind: 'customer', threading: { ticketId: id } });
    },
  );
});

describe('a mail that wants its answers at a signed address', () => {
  const ticketId = '5f1c2f0e-9d9c-4a8e-8a52-0d9a3b6f7c11';
  const outboundId = '0c7b1f5e-1f6a-7d5c-8f25-6c6a2f6d1a11';
  const sentId = `<${outboundId}@centre.test>`;
  const sending = testDeps({
    ticketsOfSent: async (ids) => (ids.includes(sentId) ? [ticketId] : []),
    dns: async (name, type) => {
      if (type === 'TXT' && name === 'centre.test') return [['v=spf1 ip4:192.0.2.8 -all']];
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    },
  });
  const answers = (ticket: string) => signReplyAddress(ticket, 'centre.test', deps.signingKey);
  const own = async (raw: Buffer, from: MailEnvelope) => inboundContact.parse(await parseMail(raw, from, sending));
  const ofUs = (
    envelope: Partial<MailEnvelope> = {},
    id = '<b@elsewhere.example>',
    answersTo = answers(ticketId),
    author = 'Sales <sales@centre.test>',
  ) =>
    own(
      mailOf(
        `From: ${author}`,
        'To: ann@example.com',
        `Reply-To: ${answersTo}`,
        `Message-ID: ${id}`,
        'Subject: Order',
        '',
        'It is sent.',
      ),
      { from: 'x@evil.example', to: ['service@centre.test'], ...envelope },
    );
  const peer = { address: '192.0.2.8', helo: 'mail.centre.test' };
  const from = (author: string, answersTo = answers(ticketId)) =>
    own(
      mailOf(
        `From: ${author}`,
        'To: ann@example.com',
        `Reply-To: ${answersTo}`,
        `Message-ID: ${sentId}`,
        'Subject: Order',
        '',
        'It is sent.',
      ),
      { from: null, to: [] },
    );

  test.each<[string, ReturnType<typeof ofUs>]>([
    ['by its Message-ID', ofUs({}, sentId)],
    [
      'by the bounce address that it left from',
      ofUs({ from: signBounceAddress(outboundId, 'centre.test', deps.signingKey) }),
    ],
    ['as its sender is confirmed', ofUs({ from: 'sales@centre.test', peer })],
  ])('is one of ours when we sent it, %s, and belongs to that ticket', async (_name, read) => {
    expect(await read).toMatchObject({
      kind: 'delivery-notice',
      automatic: true,
      reports: [],
      threading: { ticketId },
      externalId: expect.stringMatching(/#returned$/),
    });
  });
  test.each<[string, ReturnType<typeof ofUs>]>([
    ['nothing shows that we sent it', ofUs()],
    ['nothing vouches for its sender', ofUs({ from: 'sales@centre.test' })],
    ['its check failed', ofUs({ from: 'sales@centre.test', peer: { address: '203.0.113.9', helo: 'x' } })],
    [
      'its check failed, whatever it knows of a message of ours',
      ofUs({ from: 'sales@centre.test', peer: { address: '203.0.113.9', helo: 'x' } }, sentId),
    ],
    ['it has two authors', ofUs({}, sentId, answers(ticketId), 'Sales <sales@centre.test>, x@evil.example')],
    ['another ticket sent that message', ofUs({}, sentId, answers('5f1c2f0e-9d9c-4a8e-8a52-0d9a3b6f7c12'))],
  ])('is somebody’s who claims to be us, and whom no machine answers, when %s', async (_name, read) => {
    const contact = await read;
    expect(contact).toMatchObject({ kind: 'customer', automatic: true, identifiers: [{ grade: 'claimed' }] });
    expect(contact.threading.ticketId).toBeUndefined();
    expect(contact.externalId).not.toContain('#returned');
  });
  test('is one of ours at an address of ours in the domain of others, and at no other one there', async () => {
    expect(await from('Help <Help@Brand.example>')).toMatchObject({ kind: 'delivery-notice', threading: { ticketId } });
    expect(await from('ann@brand.example')).toMatchObject({ kind: 'customer' });
  });
  test('or wants them nowhere else than at such an address, is one of ours when we sent it', async () => {
    const plain = (author: string, id: string) =>
      own(mailOf(`From: ${author}`, 'To: ann@example.com', `Message-ID: ${id}`, '', 'It is sent.'), {
        from: null,
        to: [],
      });
    expect(await plain('help@brand.example', sentId)).toMatchObject({
      kind: 'delivery-notice',
      automatic: true,
      threading: { ticketId },
    });
    for (const contact of [
      await plain('help@brand.example', '<other@brand.example>'),
      await plain('service@centre.test', sentId),
      await plain('ann@brand.example', sentId),
    ])
      expect([contact.kind, contact.threading.ticketId]).toEqual(['customer', undefined]);
  });
  test('is somebody’s own when they wrote it, or signed it themselves', async () => {
    const [stranger, colleague] = [
      await from('ann@example.com'),
      await from('bob@centre.test', 'reply+x.y@centre.test'),
    ];
    expect([stranger.kind, stranger.threading.ticketId]).toEqual(['customer', undefined]);
    expect([colleague.kind, colleague.threading.ticketId]).toEqual(['customer', undefined]);
  });
});

describe('charsets', () => {
  const bytes = (charset: string, body: Buffer) =>
    Buffer.concat([
      mailOf(
        ...head,
        'MIME-Version: 1.0',
        `Content-Type: text/plain; charset=${charset}`,
        'Content-Transfer-Encoding: 8bit',
        '',
        '',
      ),
      body,
    ]);
  test.each([
    ['gb18030', 'c4e3bac3', '你好'],
    ['gbk', 'c4e3bac3', '你好'],
    ['gb2312', 'c4e3bac3', '你好'],
    ['big5', 'a741a66e', '你好'],
    ['iso-2022-jp', '1b2442467c4b5c1b2842', '日本'],
    ['shift_jis', '93fa967b', '日本'],
    ['euc-jp', 'c6fccbdc', '日本'],
    ['ks_c_5601-1987', 'b0a1b3aa', '가나'],
    ['euc-kr', 'b0a1b3aa', '가나'],
    ['euc-kr', 'b0a18c63b3aa', '가똠나'],
    ['windows-949', '8c63', '똠'],
    ['big5-hkscs', 'a74187408864', '你䏰Ê̌'],
    ['windows-1251', 'cfe0', 'Па'],
    ['windows-1252', '80e4', '€ä'],
    ['koi8-r', 'f0c1', 'Па'],
    ['utf-16le', '68006900', 'hi'],
  ])('%s', async (charset, hex, text) => {
    expect((await read(bytes(charset, Buffer.from(hex, 'hex')))).text.trim()).toBe(text);
  });
  test.each(['x-unknown', 'utf-7', '"', 'utf-8\u0000', 'ascii'])('mislabelled as %j', async (charset) => {
    const contact = await read(bytes(charset, Buffer.from('c4e3bac300ff', 'hex')));
    expect(utf16Free(contact.text)).toBe(true);
  });
  test.each([
    ['utf-8', '', '4772c3bcc39f65', 'Grüße'],
    ['windows-1252', '', '4772fcdf6520617573204bf66c6e', 'Grüße aus Köln'],
    ['gbk', '', 'c4fabac3a3accdcbd0c5', '您好，退信'],
    ['koi8-r', 'koi8-r', 'ecc1cdd0c1', 'Лампа'],
    ['shift_jis', 'shift_jis', '8389839383768ac8', 'ランプ簡'],
  ])('a subject of raw %s', async (_name, charset, hex, subject) => {
    const type = charset === '' ? '' : `Content-Type: text/plain; charset=${charset}\r\n`;
    const raw = [
      Buffer.from(`${type}From: a@b.example\r\nSubject: `),
      Buffer.from(hex, 'hex'),
      Buffer.from('\r\n\r\nx\r\n'),
    ];
    expect((await read(Buffer.concat(raw))).subject).toBe(subject);
  });
  test.each([
    ['windows-1252, none named', 'x', '4772fcdf6520617573204bf66c6e', 'Grüße aus Köln'],
    ['windows-1252, named us-ascii', 'us-ascii', '4772fcdf65', 'Grüße'],
    ['windows-1252, named utf-8', '"UTF-8"', '4772fcdf65', 'Grüße'],
    ['gbk, named unknown-8bit', 'unknown-8bit', 'c4fabac3a3accdcbd0c5', '您好，退信'],
    ['utf-8, named us-ascii', 'us-ascii', '4772c3bcc39f65', 'Grüße'],
    ['utf-8 that was cut', 'utf-8', '4772c3bcc39f6520c3bcc3', 'Grüße ü\ufffd'],
  ])('a body in %s', async (_name, charset, hex, text) => {
    const type = charset === 'x' ? 'text/plain' : `text/plain; charset=${charset}`;
    const raw = [mailOf(...head, `Content-Type: ${type}`, '', ''), Buffer.from(hex, 'hex')];
    expect((await read(Buffer.concat(raw))).text).toBe(text);
  });
  test('HTML that names its character set itself', async () => {
    const raw = [
      mailOf(...head, 'Content-Type: text/html', '', '<meta charset="koi8-r"><p>'),
      Buffer.from('ecc1cdd0c1', 'hex'),
    ];
    expect((await read(Buffer.concat(raw))).text.trim()).toBe('Лампа');
  });
  test('encoded words in subject and name', async () => {
    const contact = await read(
      mailOf(
        'From: =?gb18030?B?xOO6ww==?= <a@b.example>',
        'Subject: =?big5?B?p0Gmbg==?= =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=',
        '',
        'x',
      ),
    );
    expect([contact.senderName, contact.subject]).toEqual(['你好', '你好日本']);
  });
});

describe('parts', () => {
  const mixed = mailOf(
    ...head,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=m',
    '',
    '--m',
    'Content-Type: multipart/related; boundary=r',
    '',
    '--r',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>See <img src="cid:pic@x"></p>',
    '',
    '--r',
    'Content-Type: image/png',
    'Content-ID: <pic@x>',
    'Content-Disposition: inline; filename="a.png"',
    'Content-Transfer-Encoding: base64',
    '',
    'iVBORw==',
    '',
    '--r--',
    '--m',
    'Content-Type: application/pdf; name="../b.pdf"',
    'Content-Disposition: attachment',
    '',
    '%PDF',
    '',
    '--m',
    'Content-Type: message/rfc822',
    '',
    'From: c@example.com',
    'Subject: inner',
    '',
    'inner text',
    '',
    '--m--',
    '',
  );

  test('are stored and listed', async () => {
    const contact = await read(mixed);
    expect(contact.attachments).toMatchObject([
      { filename: 'a.png', contentType: 'image/png', size: 4, inline: true, contentId: 'pic@x' },
      { filename: '.._b.pdf', contentType: 'application/pdf', inline: false },
      { filename: 'inner.eml', contentType: 'message/rfc822', inline: false },
    ]);
    expect(deps.recorded.files.get(contact.attachments[2]?.sha256 ?? '')?.toString()).toContain('Subject: inner');
    expect(contact.html).toContain('cid:pic@x');
    expect(contact.text).toContain('See');
    expect(contact.text).not.toContain('inner text');
  });

  const withParts = (...parts: string[][]) =>
    mailOf(
      ...head,
      'Content-Type: multipart/mixed; boundary=m',
      '',
      ...parts.flatMap((part) => ['--m', ...part]),
      '--m--',
      '',
    );
  const words = ['', 'Words'];
  const files = async (...parts: string[][]) => {
    const { text, attachments } = await read(withParts(...parts));
    return [text, ...attachments.map((file) => `${file.filename} ${file.contentType} ${file.size}`)];
  };

  test('a text with a name is a file, unless it is the body or one of its forms', async () => {
    const inline = ['Content-Type: text/plain; name="log.txt"', 'Content-Disposition: inline', '', 'It broke.'];
    const unplaced = ['Content-Type: text/html; name="page.html"', '', '<p>Page</p>'];
    expect(await files(words, inline, unplaced)).toEqual(['Words', 'log.txt text/plain 9', 'page.html text/html 11']);
    expect(await files(inline, words)).toEqual(['It broke.\nWords']);
    const forms = [
      'Content-Type: multipart/alternative; boundary=a',
      '',
      '--a',
      ...words,
      '--a',
      'Content-Type: text/html; name="mail.html"',
      '',
      '<p>Words</p>',
      '--a--',
    ];
    expect(await files(forms)).toEqual(['Words']);
  });

  test.each(['text/plain>', '<html>', 'text', ''])('what is written of type %j is read', async (type) => {
    expect(await files([`Content-Type: ${type}`, ...words])).toEqual(['Words']);
    expect((await read(mailOf(...head, `Content-Type: ${type}`, ...words))).text).toBe('Words');
  });

  test('a type is what a broken one begins with', async () => {
    const broken = ['Content-Type: application/pdf name="a.pdf"', 'Content-Disposition: attachment; filename=a.pdf'];
    expect(await files(words, [...broken, '', '%PDF'])).toEqual(['Words', 'a.pdf application/pdf 4']);
  });

  test.each([
    ['"base64"', ['JVBERg==']],
    ['base64;', ['JVBERg==']],
    ['Base-64', ['JVBERg==']],
    ['x-uuencode', ['begin 644 a.pdf', '$)5!$1@', '`', 'end']],
  ])('a file in the encoding %s', async (encoding, lines) => {
    const part = ['Content-Type: application/pdf; name=a.pdf', `Content-Transfer-Encoding: ${encoding}`, '', ...lines];
    expect(await files(words, part)).toEqual(['Words', 'a.pdf application/pdf 4']);
  });

  test('text beside HTML is shown with it', async () => {
    const html = ['Content-Type: text/html', '', '<p>One</p>'];
    const contact = await read(withParts(html, ['', 'Two <b> & three']));
    expect(contact.text).toBe('One\nTwo <b> & three');
    expect(contact.html).toContain('<p>One</p>');
    expect(contact.html).toContain('Two &lt;b&gt; &amp; three');
  });

  test.each(['\r\n', '\r\n\n', '\ufeff', '\n  \t \r\n'])('a head below %j is a head', async (start) => {
    const raw = Buffer.concat([Buffer.from(start), mailOf(...head, '', 'Words')]);
    expect(await read(raw)).toMatchObject({ from: 'Ann@Example.COM', subject: 'Order', text: 'Words' });
  });

  test.each([
    ['a head that ends without an empty line', [...head, 'Words of', 'a customer'], 'Order', 'Words of\na customer'],
    ['no head at all', ['Words of', 'a customer', '', 'and more'], undefined, 'Words of\na customer\n\nand more'],
    ['a line in the head that is no field', ['no field', ...head, '', 'Words'], 'Order', 'Words'],
    ['nothing but a head', head, 'Order', ''],
  ])('%s', async (_name, lines, subject, text) => {
    const contact = await read(mailOf(...lines));
    expect([contact.subject, contact.text.trim()]).toEqual([subject, text]);
  });

  test('a bounce refers to the mail that came back', async () => {
    const contact = await read(
      mailOf(
        'From: MAILER-DAEMON@mx.example',
        'Subject: Undelivered Mail',
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        '',
        '--b',
        '',
        'It failed',
        '',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; mx',
        '',
        'Action: failed',
        'Status: 5.1.1',
        '',
        '--b',
        'Content-Type: text/rfc822-headers',
        '',
        'Message-ID: <ours@centre.test>',
        '',
        '--b--',
        '',
      ),
      { from: '', to: ['service@centre.test'] },
    );
    expect(contact).toMatchObject({
      kind: 'bounce',
      automatic: true,
      threading: { references: ['<ours@centre.test>'] },
    });
    expect(contact.text.trim()).toBe('It failed');
  });
});

describe('limits', () => {
  test('nothing is longer than the contract allows, and nothing holds NUL', async () => {
    const long = 'x\u0000é'.repeat(2000);
    const contact = await read(
      mailOf(
        `From: "${long}" <a@b.example>`,
        `Message-ID: <${long}@x>`,
        `Subject: ${long}`,
        `Content-Type: application/pdf; name="${long}"`,
        '',
        long,
      ),
    );
    expect(Buffer.byteLength(contact.externalId)).toBeLessThanOrEqual(998);
    expect(utf16Free(JSON.stringify(contact))).toBe(true);
    expect(JSON.stringify(contact)).not.toContain('\\u0000');
  });

  test('broken types and ids do no harm', async () => {
    const contact = await read(
      mailOf(
        'From: a@b.example',
        'References: <a\0b@x> <c\0@x>',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: ;;=',
        'Content-Disposition: attachment',
        '',
        'x',
        '--b--',
        '',
      ),
    );
    expect(contact.threading.references).toEqual(['<ab@x>', '<c@x>']);
    expect(contact.attachments).toHaveLength(1);
  });

  test('a mail without Message-ID is known by its bytes', async () => {
    expect((await read(mailOf('From: a@b.example', '', 'x'))).externalId).toMatch(
      /^<[0-9a-f]{64}@missing-message-id>$/,
    );
  });

  test('no bytes at all are a contact', async () => {
    expect(await read(Buffer.alloc(0))).toMatchObject({ text: '', identifiers: [{ grade: 'claimed' }] });
  });

  test('headers without end are refused, a failing file store passes through', async () => {
    await expect(read(Buffer.alloc(3_000_000, 'x'))).rejects.toMatchObject({ code: 'unprocessable' });
    const broken = testDeps({
      files: { put: async () => Promise.reject(new Error('disk full')), read: async () => Buffer.alloc(0) },
    });
    await expect(parseMail(mailOf('Content-Type: application/pdf', '', 'x'), envelope, broken)).rejects.toThrow(
      'disk full',
    );
  });
});
