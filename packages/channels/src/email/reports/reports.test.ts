import { describe, expect, test } from 'vitest';
import { signBounceAddress } from '../bounce-address.ts';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';

const outboundId = '5f1c2f0e-9d9c-4a8e-8a52-0d9a3b6f7c11';
const deps = testDeps();
const bounceAddress = signBounceAddress(outboundId, 'centre.test', deps.signingKey);

async function reportsOf(lines: readonly string[], to = 'service@centre.test') {
  const contact = await parseMail(mailOf(...lines), { from: '', to: [to] }, deps);
  return { kind: contact.kind, reports: contact.reports, deliveredTo: contact.deliveredTo };
}

const head = (subject: string) => ['From: Mail Delivery System <MAILER-DAEMON@mx.example>', `Subject: ${subject}`, ''];
const report = (type: string, fields: readonly string[]) => [
  'From: MAILER-DAEMON@mx.example',
  'Subject: Report',
  `Content-Type: multipart/report; report-type=${type}; boundary=b`,
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'A report.',
  '--b',
  `Content-Type: message/${type}`,
  '',
  ...fields,
  '',
  '--b',
  'Content-Type: message/rfc822',
  '',
  'Message-ID: <sent@centre.test>',
  'To: ann@example.com',
  'Subject: Hello',
  '',
  'Text',
  '--b--',
  '',
];
const status = (...lines: string[]) =>
  report('delivery-status', ['Reporting-MTA: dns; mx', '', 'Final-Recipient: rfc822; ann@example.com', ...lines]);

describe('what is reported', () => {
  test.each([
    [
      'nobody there',
      status('Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'),
      'bounce',
      { result: 'failed', permanent: true, code: '5.1.1', replyCode: '550' },
    ],
    [
      'a full mailbox',
      status('Action: failed', 'Status: 5.2.2', 'Diagnostic-Code: smtp; 552 5.2.2 Mailbox full'),
      'bounce',
      { result: 'failed', permanent: false, code: '5.2.2' },
    ],
    [
      'a block',
      status('Action: failed', 'Status: 5.7.1', 'Diagnostic-Code: smtp; 554 5.7.1 Blocked by spamhaus'),
      'bounce',
      { result: 'failed', permanent: false },
    ],
    ['a bare code that says it', status('Action: failed', 'Status: 5.1.2'), 'bounce', { permanent: true }],
    ['no code that says anything', status('Action: failed', 'Status: 5.0.0'), 'bounce', { permanent: false }],
    ['a delay', status('Action: delayed', 'Status: 4.4.1'), 'delivery-notice', { result: 'delayed', permanent: false }],
    [
      'a delivery',
      status('Action: delivered', 'Status: 2.0.0'),
      'delivery-notice',
      { result: 'delivered', permanent: false },
    ],
    [
      'a read receipt',
      report('disposition-notification', [
        'Final-Recipient: rfc822;ann@example.com',
        'Disposition: manual-action/MDN-sent-manually; displayed',
      ]),
      'delivery-notice',
      { result: 'read' },
    ],
    [
      'a read receipt that does not say who sent it',
      report('disposition-notification', ['Final-Recipient: rfc822;ann@example.com', 'Disposition: displayed']),
      'delivery-notice',
      { result: 'read' },
    ],
    [
      'a complaint',
      report('feedback-report', ['Feedback-Type: abuse', 'Original-Rcpt-To: <ann@example.com>']),
      'complaint-report',
      { result: 'complained', permanent: false },
    ],
  ])('%s', async (_name, lines, kind, fields) => {
    const { kind: got, reports } = await reportsOf(lines);
    expect(got).toBe(kind);
    expect(reports).toEqual([
      expect.objectContaining({ messageId: '<sent@centre.test>', recipient: 'ann@example.com', ...fields }),
    ]);
  });

  test.each([
    [
      'qmail',
      [
        'Hi. This is the qmail-send program at mx.example.',
        '',
        '<ann@example.com>:',
        'Sorry, no mailbox here by that name. (#5.1.1)',
        '',
        '--- Below this line is a copy of the message.',
        '',
        'Message-ID: <sent@centre.test>',
        'To: ann@example.com',
      ],
      true,
    ],
    [
      'Exim',
      [
        'A message that you sent could not be delivered to one or more of its recipients.',
        '',
        '  ann@example.com',
        '    SMTP error from remote mail server after RCPT TO:<ann@example.com>:',
        '    550 No such user here',
        '',
        '------ This is a copy of the message, including all the headers. ------',
        '',
        'Message-ID: <sent@centre.test>',
      ],
      true,
    ],
    [
      'Exim that gave up',
      [
        'The following address(es) failed:',
        '',
        '  ann@example.com',
        '    retry timeout exceeded',
        '',
        '------ This is a copy of the message, including all the headers. ------',
        '',
        'Message-ID: <sent@centre.test>',
      ],
      false,
    ],
  ])('%s, for people', async (_name, text, permanent) => {
    const { reports } = await reportsOf([...head('Mail delivery failed'), ...text, '']);
    expect(reports).toEqual([
      expect.objectContaining({
        messageId: '<sent@centre.test>',
        recipient: 'ann@example.com',
        result: 'failed',
        permanent,
      }),
    ]);
  });

  test('a bounce that quotes nothing names its message by the address that it came to', async () => {
    const { reports, deliveredTo } = await reportsOf(
      [...head('failure notice'), 'ann@example.com: user unknown', ''],
      bounceAddress,
    );
    expect(reports).toEqual([expect.objectContaining({ outboundId, recipient: 'ann@example.com', permanent: true })]);
    expect(deliveredTo).toEqual([]);
  });

  test('an absence note at the bounce address reports nothing', async () => {
    const { kind, reports } = await reportsOf(
      [
        'From: ann@example.com',
        'Subject: Automatic reply: Hello',
        'Auto-Submitted: auto-replied',
        '',
        'user unknown',
        '',
      ],
      bounceAddress,
    );
    expect({ kind, reports }).toEqual({ kind: 'auto-reply', reports: [] });
  });

  test('a junk report of Microsoft names who complained in the mail that it encloses', async () => {
    const { kind, reports } = await reportsOf([
      'From: staff@hotmail.example',
      'Subject: complaint about message from 192.0.2.7',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'X-HmXmrOriginalRecipient: ann@example.com',
      'From: service@centre.test',
      'To: undisclosed-recipients:;',
      'Message-ID: <sent@centre.test>',
      '',
      'Text',
      '--b--',
    ]);
    expect({ kind, reports }).toEqual({
      kind: 'complaint-report',
      reports: [
        expect.objectContaining({
          recipient: 'ann@example.com',
          result: 'complained',
          messageId: '<sent@centre.test>',
        }),
      ],
    });
  });

  test('a customer who tells of a bounce reports nothing', async () => {
    const { kind, reports } = await reportsOf(
      [
        'From: ann@example.com',
        'Return-Path: <ann@example.com>',
        'Subject: My mail',
        '',
        'I got: user unknown',
        '',
      ].slice(2),
    );
    expect({ kind, reports }).toEqual({ kind: 'customer', reports: [] });
  });

  test.each([
    'x'.repeat(200_000),
    'a@b.example '.repeat(20_000),
    `${'user '.repeat(20_000)}`,
    `${'mailbox is '.repeat(20_000)}`,
    `<${'a@'.repeat(50_000)}`,
  ])('takes linear time on rubbish', async (text) => {
    const begin = performance.now();
    await reportsOf([...head('failure notice'), text, '']);
    expect(performance.now() - begin).toBeLessThan(3_000);
  });
});
