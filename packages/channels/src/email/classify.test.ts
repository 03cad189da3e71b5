import { describe, expect, test } from 'vitest';
import { classify } from './classify.ts';
import type { MailSigns } from './mail-signs.ts';
import type { MailPart } from './mail-source.ts';
import { isEnclosedMail, reportedMessageIds, reportsIn } from './report-fields.ts';

function signs(headers: Record<string, string>, more: Partial<MailSigns> & { parts?: MailPart[] } = {}): MailSigns {
  const { parts = [], ...rest } = more;
  return {
    header: (name) => (headers[name] === undefined ? [] : [headers[name]]),
    reports: reportsIn(parts),
    enclosesMail: parts.some(isEnclosedMail),
    nullPath: false,
    from: 'ann@example.com',
    fromName: '',
    subject: 'Hello',
    calendarMethod: '',
    text: '',
    ...rest,
  };
}

function part(contentType: string, content: string): MailPart {
  return { contentType, content: Buffer.from(content), filename: undefined, contentId: undefined, inline: false };
}

const report = { 'content-type': 'multipart/report; report-type=delivery-status; boundary=b' };
const daemon = { from: 'MAILER-DAEMON@mx.example', nullPath: true };
const dsn = (action: string, status: string) => [
  part(
    'message/delivery-status',
    `Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: ${action}\r\nStatus: ${status}\r\n`,
  ),
];

const table: [string, MailSigns, string, boolean, string][] = [
  ['a customer', signs({}), 'customer', false, 'none'],
  ['a customer who mentions an absence', signs({}, { subject: 'Re: Out of office: Ann' }), 'customer', false, 'none'],
  [
    'a customer whose subject speaks of a delivery failure',
    signs({}, { subject: 'Delivery failed, where is my parcel?', text: 'unknown' }),
    'customer',
    false,
    'none',
  ],
  [
    'a customer who attaches a report',
    signs({ 'content-type': 'multipart/mixed' }, { parts: dsn('failed', '5.1.1') }),
    'customer',
    false,
    'none',
  ],
  ['a failed delivery', signs(report, { parts: dsn('failed', '5.1.1') }), 'bounce', true, 'deliveryStatus'],
  ['a delayed delivery', signs(report, { parts: dsn('delayed', '4.4.1') }), 'delivery-notice', true, 'deliveryStatus'],
  ['a delivered one', signs(report, { parts: dsn('relayed', '2.1.9') }), 'delivery-notice', true, 'deliveryStatus'],
  ['a report that says no action', signs(report, daemon), 'bounce', true, 'deliveryStatus'],
  [
    'a read receipt',
    signs({ 'content-type': 'multipart/report; report-type="disposition-notification"' }),
    'delivery-notice',
    true,
    'dispositionNotification',
  ],
  [
    'a complaint',
    signs({ 'content-type': 'multipart/report; report-type=feedback-report' }),
    'complaint-report',
    true,
    'feedbackReport',
  ],
  [
    'Exim',
    signs(
      { 'x-failed-recipients': 'a@b' },
      { ...daemon, subject: 'Mail delivery failed: returning message to sender' },
    ),
    'bounce',
    true,
    'failedRecipients',
  ],
  ['qmail', signs({}, { ...daemon, subject: 'failure notice' }), 'bounce', true, 'daemonBounce'],
  [
    'Exim, still trying',
    signs({ 'auto-submitted': 'auto-replied' }, { ...daemon, subject: 'Warning: message 1ab delayed 24 hours' }),
    'delivery-notice',
    true,
    'daemonDelay',
  ],
  [
    'a postmaster machine',
    signs({}, { from: 'postmaster@mx.example', subject: 'Undeliverable: Hello', text: '550 5.1.1 user unknown' }),
    'bounce',
    true,
    'daemonBounce',
  ],
  [
    'a postmaster person',
    signs({}, { from: 'postmaster@mx.example', subject: 'Your invoice' }),
    'customer',
    false,
    'none',
  ],
  [
    'a mail sent back',
    signs(
      {},
      { from: 'no-reply@mx.example', text: 'It could not be delivered', parts: [part('message/rfc822', 'Subject: x')] },
    ),
    'bounce',
    true,
    'returnedMail',
  ],
  [
    'a customer who forwards a mail',
    signs({}, { text: 'It could not be delivered', parts: [part('message/rfc822', 'Subject: x')] }),
    'customer',
    false,
    'none',
  ],
  [
    'Amazon SES',
    signs({ 'x-amz-sns-message-id': '1' }, { text: '{"notificationType":"Complaint"}' }),
    'complaint-report',
    true,
    'providerNotice',
  ],
  ['RFC 3834', signs({ 'auto-submitted': 'auto-replied; owner-email="a@b"' }), 'auto-reply', true, 'autoSubmitted'],
  ['RFC 3834, no', signs({ 'auto-submitted': 'no' }), 'customer', false, 'none'],
  ['X-Autoreply', signs({ 'x-autoreply': 'yes' }), 'auto-reply', true, 'autoReplyHeader'],
  ['Precedence auto_reply', signs({ precedence: 'auto_reply' }), 'auto-reply', true, 'autoReplyHeader'],
  ['an absence note', signs({}, { subject: 'Automatic reply: Your order' }), 'auto-reply', true, 'autoReplySubject'],
  [
    'an absence note in German',
    signs({}, { subject: 'Automatische Antwort: Ihre Bestellung' }),
    'auto-reply',
    true,
    'autoReplySubject',
  ],
  [
    'an absence note in Chinese',
    signs({}, { subject: '自动回复\uff1a您的订单' }),
    'auto-reply',
    true,
    'autoReplySubject',
  ],
  ['a list', signs({ 'list-id': '<l.example>' }), 'customer', true, 'mailingList'],
  ['an invitation', signs({}, { calendarMethod: 'REQUEST' }), 'customer', false, 'calendarObject'],
  ['an accepted invitation', signs({}, { calendarMethod: 'REPLY' }), 'customer', true, 'calendarObject'],
  ['a published calendar', signs({}, { calendarMethod: 'PUBLISH' }), 'customer', false, 'none'],
  ['bulk', signs({ precedence: 'bulk' }), 'customer', true, 'automaticSign'],
  ['Exchange, asking for no answer', signs({ 'x-auto-response-suppress': 'All' }), 'customer', true, 'automaticSign'],
  ['a null reverse-path', signs({}, { nullPath: true }), 'customer', true, 'automaticSign'],
];

describe('classify', () => {
  test.each(table)('%s', (_name, mail, kind, automatic, rule) => {
    expect(classify(mail)).toMatchObject({ kind, automatic, rule });
  });
});

describe('reportedMessageIds', () => {
  const original = 'Received: by mx\r\nMessage-ID:\r\n <a@centre.test>\r\nSubject: x\r\n\r\nMessage-ID: <body@x>';
  test.each([
    ['enclosed message', [part('message/rfc822', original)], '', ['<a@centre.test>']],
    ['enclosed headers', [part('text/rfc822-headers', original)], '', ['<a@centre.test>']],
    [
      'field of a read receipt',
      [part('message/disposition-notification', 'Original-Message-ID: <b@x>')],
      '',
      ['<b@x>'],
    ],
    ['copy in the text', [], 'failed\n\n> Message-Id: <c@x>\n', ['<c@x>']],
    ['nothing', [], 'failed', []],
  ])('%s', (_name, parts, text, ids) => {
    expect(reportedMessageIds(parts, reportsIn(parts), text)).toEqual(ids);
  });
});
