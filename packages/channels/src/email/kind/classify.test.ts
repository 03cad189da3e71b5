import { describe, expect, test } from 'vitest';
import { classify } from './classify.ts';
import type { MailSigns } from './mail-signs.ts';
import type { MailPart } from '../reading/mail-source.ts';
import { isEnclosedMail, isEnclosedReport, reportedMessageIds, reportsIn } from '../reports/report-fields.ts';

function signs(headers: Record<string, string>, more: Partial<MailSigns> & { parts?: MailPart[] } = {}): MailSigns {
  const { parts = [], ...rest } = more;
  return {
    header: (name) => (headers[name] === undefined ? [] : [headers[name]]),
    reports: reportsIn(parts),
    enclosesMail: parts.some(isEnclosedMail),
    enclosesReport: parts.some(isEnclosedReport),
    nullPath: false,
    hasPath: false,
    from: 'ann@example.com',
    fromName: '',
    subject: 'Hello',
    calendarMethod: '',
    text: '',
    ours: false,
    comesBack: false,
    ourDomains: ['centre.test'],
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
  [
    'a message of ours that came back, whatever it says',
    signs({ 'auto-submitted': 'auto-replied' }, { ours: true }),
    'delivery-notice',
    true,
    'ownMessage',
  ],
  ['a failed delivery', signs(report, { parts: dsn('failed', '5.1.1') }), 'bounce', true, 'deliveryStatus'],
  ['a delayed delivery', signs(report, { parts: dsn('delayed', '4.4.1') }), 'delivery-notice', true, 'deliveryStatus'],
  ['a delivered one', signs(report, { parts: dsn('relayed', '2.1.9') }), 'delivery-notice', true, 'deliveryStatus'],
  ['a report that says no action', signs(report, daemon), 'bounce', true, 'deliveryStatus'],
  ['a report that lost its part', signs(report, { nullPath: true }), 'bounce', true, 'deliveryStatus'],
  ['one to a bounce address', signs(report, { comesBack: true }), 'bounce', true, 'deliveryStatus'],
  ['one that encloses a mail', signs(report, { enclosesMail: true }), 'bounce', true, 'deliveryStatus'],
  ['a person who calls a mail a report', signs(report), 'customer', false, 'none'],
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
  [
    'Amazon SES, as an event',
    signs({ 'x-amz-sns-message-id': '1' }, { text: '{"eventType":"Bounce"}' }),
    'bounce',
    true,
    'providerNotice',
  ],
  ['RFC 3834', signs({ 'auto-submitted': 'auto-replied; owner-email="a@b"' }), 'auto-reply', true, 'autoSubmitted'],
  ['RFC 3834, no', signs({ 'auto-submitted': 'no' }), 'customer', false, 'none'],
  ['X-Autoreply', signs({ 'x-autoreply': 'yes' }), 'auto-reply', true, 'autoReplyHeader'],
  ['X-Autogenerated', signs({ 'x-autogenerated': 'Reply' }), 'auto-reply', true, 'autoReplyHeader'],
  ['Apple', signs({ 'x-apple-action': 'VACATION' }), 'auto-reply', true, 'autoReplyHeader'],
  [
    'an absence note over an answer',
    signs({}, { subject: 'Out of Office Re: Lamp' }),
    'auto-reply',
    true,
    'autoReplySubject',
  ],
  ['an absence note of old', signs({}, { subject: 'Abwesend: Ihre Frage' }), 'auto-reply', true, 'autoReplySubject'],
  [
    'one of a Polish provider',
    signs({}, { subject: '[Automatyczna odpowiedź] Lampa' }),
    'auto-reply',
    true,
    'autoReplySubject',
  ],
  ['one in Hungarian', signs({}, { subject: 'Automatikus válasz: Lámpa' }), 'auto-reply', true, 'autoReplySubject'],
  ['a parent whose child stays at home', signs({}, { subject: 'Frånvaro: Kalle' }), 'customer', false, 'none'],
  ['a customer with a car', signs({}, { subject: 'Auto: Schaden' }), 'customer', false, 'none'],
  [
    'Request Tracker, behind its tag',
    signs({}, { subject: '[firm.example #123] AutoReply: Your lamp' }),
    'auto-reply',
    true,
    'autoReplySubject',
  ],
  [
    'a customer who answers to that',
    signs({}, { subject: 'Re: [firm.example #123] AutoReply: Your lamp' }),
    'customer',
    false,
    'none',
  ],
  ['a list’s owner', signs({}, { from: 'owner-lamps@lists.example' }), 'customer', true, 'automaticSign'],
  ['a list’s door', signs({}, { from: 'lamps-request@lists.example' }), 'customer', true, 'automaticSign'],
  ['a program', signs({}, { from: 'www-data@host.example' }), 'customer', true, 'automaticSign'],
  ['a shop that reads no mail', signs({}, { from: 'shop-noreply@shop.example' }), 'customer', true, 'automaticSign'],
  ['a customer named Root', signs({}, { from: 'ann.root@example.com' }), 'customer', false, 'none'],
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
  [
    'Domino, absent',
    signs({}, { subject: 'AUTO: Ann Lee is out of the office (returning 03/09/2026)' }),
    'auto-reply',
    true,
    'autoReplySubject',
  ],
  [
    'Domino, absent in German',
    signs({}, { subject: 'AUTO: Ann Lee ist außer Haus (Rückkehr am 09.03.2026)' }),
    'auto-reply',
    true,
    'autoReplySubject',
  ],
  [
    'an absence note in Korean',
    signs({}, { subject: '부재중 자동 응답: 주문' }),
    'auto-reply',
    true,
    'autoReplySubject',
  ],
  ['an absence note in Polish', signs({}, { subject: 'Poza biurem: Lampa' }), 'auto-reply', true, 'autoReplySubject'],
  ['a courier’s note of absence', signs({}, { subject: '不在通知' }), 'customer', false, 'none'],
  ['who was not at home', signs({}, { subject: '부재중: 택배 다시 보내주세요' }), 'customer', false, 'none'],
  ['FirstClass', signs({ 'x-fc-machinegenerated': 'true' }), 'auto-reply', true, 'autoReplyHeader'],
  ['POST', signs({ 'x-post-messageclass': '9; Autoresponder' }), 'auto-reply', true, 'autoReplyHeader'],
  [
    'a responder of old',
    signs({ precedence: 'bulk' }, { nullPath: true, subject: 'Thank you for your e-mail' }),
    'auto-reply',
    true,
    'bulkOfNobody',
  ],
  [
    'a newsletter that Exchange passed on',
    signs({ precedence: 'bulk', 'list-unsubscribe': '<mailto:x@shop.example>' }, { nullPath: true }),
    'customer',
    true,
    'automaticSign',
  ],
  [
    'a form on a website',
    signs({ precedence: 'bulk' }, { nullPath: true, from: 'www-data@web.example' }),
    'customer',
    true,
    'automaticSign',
  ],
  ['a customer whose car is away', signs({}, { subject: 'Auto: Schaden (vom 03.09.2026)' }), 'customer', false, 'none'],
  [
    'a junk report of Microsoft',
    signs({}, { subject: 'complaint about message from 192.0.2.7', parts: [part('message/rfc822', 'Subject: x')] }),
    'complaint-report',
    true,
    'junkReport',
  ],
  [
    'a customer who complains about a message',
    signs({}, { subject: 'complaint about message from Ann', parts: [part('message/rfc822', 'Subject: x')] }),
    'customer',
    false,
    'none',
  ],
  ['a list', signs({ 'list-id': '<l.example>' }), 'customer', true, 'mailingList'],
  [
    'a list of ezmlm',
    signs({ 'mailing-list': 'contact l-help@l.example; run by ezmlm' }),
    'customer',
    true,
    'mailingList',
  ],
  ['a list of fml', signs({ 'x-ml-name': 'tea' }), 'customer', true, 'mailingList'],
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
