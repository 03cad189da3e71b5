/** Whole mails in the shapes of those who write and report, and what they are read as. */
import { inboundContact } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { type MailEnvelope, parseMail } from './schema.ts';
import { mailOf, testDeps } from './test-deps.ts';

const envelope: MailEnvelope = { from: 'bounce@sender.example', to: ['service@centre.test'] };
const read = async (raw: Uint8Array, from: MailEnvelope = envelope) =>
  inboundContact.parse(await parseMail(raw, from, testDeps()));

describe('a report that names several, or another than we wrote to', () => {
  const daemon = [
    'From: Mail Delivery System <MAILER-DAEMON@far.example>',
    'Subject: Mail delivery failed: returning message to sender',
  ];
  const report = async (...lines: string[]) =>
    (await read(mailOf(...daemon, ...lines), { from: '', to: ['service@centre.test'] })).reports?.map(
      ({ recipient, permanent }) => `${recipient} ${permanent ? 'for good' : 'for now'}`,
    );
  const fields = (...groups: string[][]) => [
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    '',
    'It failed.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; far.example',
    '',
    ...groups.flatMap((group) => [...group, '']),
    '--b--',
  ];

  test('is about whom we wrote to, wherever an alias led', async () => {
    const group = [
      'Final-Recipient: RFC822; ann@example.org',
      'X-Actual-Recipient: RFC822; ann.smith@inner.example',
      'Action: failed',
      'Status: 5.1.1',
    ];
    expect(await report(...fields(group))).toEqual(['ann@example.org for good']);
  });

  test('gives each its own reason', async () => {
    const lines = [
      'X-Failed-Recipients: ann@example.org, bob@example.org',
      '',
      'A message that you sent could not be delivered to one or more of its recipients.',
      '',
      '  ann@example.org',
      '    host mx.example.org [192.0.2.1]',
      '    SMTP error from remote mail server after RCPT TO:<ann@example.org>:',
      '    550 5.1.1 <ann@example.org>: Recipient address rejected: User unknown',
      '  bob@example.org',
      '    host mx.example.org [192.0.2.1]',
      '    SMTP error from remote mail server after RCPT TO:<bob@example.org>:',
      '    552 5.2.2 <bob@example.org>: Mailbox is full',
    ];
    expect(await report(...lines)).toEqual(['ann@example.org for good', 'bob@example.org for now']);
  });

  test('does not take the subject of the mail that came back for a reason', async () => {
    const reasons = ['Subject: Re: Your account is closed', 'To: ann@example.org'];
    expect(await report('', 'Delivery to ann@example.org failed: Administrative prohibition', '', ...reasons)).toEqual([
      'ann@example.org for now',
    ]);
  });

  test('takes a name that is mistyped for good, whatever it asks to try again', async () => {
    const lines = [
      '',
      "Your message wasn't delivered to ann@exmaple.org because the domain exmaple.org couldn't be found.",
      'Check for typos or unnecessary spaces and try again.',
    ];
    expect(await report(...lines)).toEqual(['ann@exmaple.org for good']);
  });
});

describe('what stands before a subject', () => {
  test.each([
    ['[EXTERNAL] Automatic reply: Order', 'auto-reply'],
    ['***SPAM*** Automatic reply: Order', 'auto-reply'],
    ['【自动回复】订单', 'auto-reply'],
    ['[EXTERNAL] Order', 'customer'],
  ])('%s is of kind %s', async (subject, kind) => {
    const words = `Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
    expect((await read(mailOf('From: ann@example.com', words, '', 'I am away.'))).kind).toBe(kind);
  });

  test('hides no mail that is passed on', async () => {
    const older = [
      'From: Bob <bob@example.com>',
      'Sent: Tuesday, 3 March 2026 10:00',
      'To: Ann',
      'Subject: Lamp',
      '',
      'It is broken.',
    ];
    const contact = await read(
      mailOf('From: ann@example.com', 'Subject: [EXTERNAL] FW: Lamp', '', 'See below.', '', ...older),
    );
    expect(contact.replyText).toContain('It is broken.');
  });
});

test('an invitation that a calendar sends is the person’s, and came of itself', async () => {
  const contact = await read(
    mailOf(
      'From: ann@example.com',
      'Subject: Invitation: Lamp',
      'Auto-Submitted: auto-generated',
      'MIME-Version: 1.0',
      'Content-Type: text/calendar; method=REQUEST; charset=utf-8',
      '',
      'BEGIN:VCALENDAR',
      'METHOD:REQUEST',
      'END:VCALENDAR',
    ),
  );
  expect(contact).toMatchObject({
    kind: 'customer',
    automatic: true,
    classification: { category: 'calendar-invitation' },
  });
});

test('words stand in HTML beside a text of blanks', async () => {
  const part = (type: string, text: string) => ['--b', `Content-Type: text/${type}; charset=utf-8`, '', text];
  const contact = await read(
    mailOf(
      'From: ann@example.com',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      ...part('plain', ' \u00a0\u200b'),
      ...part('html', '<p>My lamp is broken</p>'),
      '--b--',
    ),
  );
  expect(contact.text.trim()).toBe('My lamp is broken');
});
