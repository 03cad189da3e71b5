import { describe, expect, test } from 'vitest';
import { forwardedHtml, forwardedSubject, forwardedText } from './forwarded-mail.ts';

const mail = {
  from: 'ann@x.example',
  fromName: 'Ann\nTo: <b>',
  to: ['support@y.example'],
  cc: [],
  subject: 'Lamp\r\nBcc: z',
  date: 'Mon, 01 Jan 2026 00:00:00 GMT',
  text: 'It is <dark>.',
};

describe('forwarding', () => {
  test.each([
    ['Lamp', 'Fwd: Lamp'],
    ['Fwd: FW: WG: Lamp', 'Fwd: Lamp'],
    ['转发：Lamp', 'Fwd: Lamp'],
    ['Re: Lamp', 'Fwd: Re: Lamp'],
    ['', 'Fwd: '],
  ])('the subject %j', (subject, result) => expect(forwardedSubject(subject)).toBe(result));

  test('the head is one line for each field', () => {
    expect(forwardedText(mail).split('\n')).toEqual([
      '---------- Forwarded message ----------',
      'From: Ann To: <b> <ann@x.example>',
      'Date: Mon, 01 Jan 2026 00:00:00 GMT',
      'Subject: Lamp Bcc: z',
      'To: support@y.example',
      '',
      'It is <dark>.',
    ]);
  });

  test('the HTML is escaped', () => {
    expect(forwardedHtml(mail, null)).toContain('<blockquote><p>It is &lt;dark&gt;.</p></blockquote>');
    expect(forwardedHtml({ ...mail, cc: ['<i>@x'] }, '<u>x</u>')).toContain(
      '<b>Cc:</b> &lt;i&gt;@x</p>\n<blockquote><u>x</u>',
    );
  });
});
