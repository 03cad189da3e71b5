/** Reports that are not quite what RFC 3464 says. */
import { describe, expect, test } from 'vitest';
import { report, told, type Shape } from './test-bounces.ts';

const shapes: Record<string, Shape> = {
  'a report that does not say that it is one': {
    ...report(
      [
        'Final-Recipient: rfc822; ann@example.org',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
      ],
      undefined,
      'multipart/mixed; boundary=b',
    ),
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  'a report whose boundary was lost': {
    ...report(
      [
        'Final-Recipient: rfc822; ann@example.org',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
      ],
      undefined,
      'multipart/report; report-type=delivery-status',
    ),
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  'a report in folded fields with LF': {
    ...report([
      'Final-Recipient:',
      ' rfc822;',
      '\tann@example.org',
      'Action:',
      ' failed',
      'Status:',
      ' 5.1.1 (bad destination)',
      'Diagnostic-Code: smtp;',
      ' 550-5.1.1 The account',
      ' 550 5.1.1 does not exist',
    ]),
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  'whom it was for, still encoded as in SMTP (RFC 3461 §4)': {
    ...report([
      'Original-Recipient: rfc822;ann+2Bshop@example.org',
      'Final-Recipient: rfc822; ann+shop@example.org',
      'Action: failed',
      'Status: 5.1.1',
    ]),
    is: 'bounce; ann+shop@example.org for good 5.1.1 -',
  },
  'whom it was for, elsewhere than where it went': {
    ...report([
      'Original-Recipient: rfc822;ann+2Bshop@example.org',
      'Final-Recipient: rfc822; ann@inner.example',
      'Action: failed',
      'Status: 5.1.1',
    ]),
    is: 'bounce; ann+2bshop@example.org for good 5.1.1 -',
  },
  'a report within a report': {
    subject: 'Undelivered Mail Returned to Sender',
    headers: ['Content-Type: multipart/mixed; boundary=o'],
    text: [
      '--o',
      '',
      'The mail could not be delivered; the report of the next system is attached.',
      'For help write to <help@example.net>',
      '',
      '--o',
      'Content-Type: message/rfc822',
      '',
      'From: MAILER-DAEMON@inner.example',
      'Message-ID: <inner@inner.example>',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=i',
      '',
      '--i',
      '',
      'Words',
      '--i',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; inner.example',
      '',
      'Final-Recipient: rfc822; ann@example.org',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
      '',
      '--i--',
      '--o--',
      '',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
};

describe('reports in other forms', () => {
  test.each(Object.entries(shapes))('%s', async (_name, shape) => {
    expect(await told(shape)).toBe(shape.is);
  });
});
