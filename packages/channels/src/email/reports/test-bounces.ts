/** How a bounce is written in tests, and what was read of it. */
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';

/** What was sent, as bounces quote it. */
export const copy = [
  '',
  'Return-Path: <service@centre.test>',
  'From: service@centre.test',
  'Message-ID: <sent@centre.test>',
  'Subject: Lamp',
  '',
  'Text',
];

/** A subject in other letters than ASCII (RFC 2047). */
export const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

export interface Shape {
  from?: string;
  subject?: string;
  /** False where the envelope is not known, as of a mail in a mailbox. */
  nullPath?: boolean;
  headers?: string[];
  text: string[];
  is: string;
}

/** Its kind and each of its reports in one line. */
export async function told(shape: Shape): Promise<string> {
  const raw = mailOf(
    `From: ${shape.from ?? 'MAILER-DAEMON@mx.example.net'}`,
    'To: service@centre.test',
    `Subject: ${shape.subject ?? 'Undeliverable: Lamp'}`,
    'Date: Tue, 3 Mar 2026 10:00:00 +0000',
    ...(shape.headers ?? ['Content-Type: text/plain; charset=utf-8']),
    '',
    ...shape.text,
  );
  const { kind, reports } = await parseMail(
    raw,
    { from: shape.nullPath === false ? null : '', to: ['service@centre.test'] },
    testDeps(),
  );
  const each = (reports ?? []).map(
    ({ recipient, permanent, code, replyCode }) =>
      `${recipient ?? '?'} ${permanent === true ? 'for good' : 'for now'} ${code ?? '-'} ${replyCode ?? '-'}`,
  );
  return [kind, ...each].join('; ');
}

/** A report by its fields (RFC 3464). */
export const report = (
  fields: string[],
  words: string[] = ['Your mail came back.'],
  type = 'multipart/report; report-type=delivery-status; boundary=b',
) => ({
  headers: [`Content-Type: ${type}`],
  text: [
    '--b',
    '',
    ...words,
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.net',
    '',
    ...fields,
    '',
    '--b',
    'Content-Type: message/rfc822',
    '',
    ...copy.slice(1),
    '--b--',
    '',
  ],
});
