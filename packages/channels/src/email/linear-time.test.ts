/** Mails written to make a rule look for ever: whatever stands wherever in a mail, reading it takes time in proportion to its size. */
import { describe, expect, test } from 'vitest';
import { parseMail } from './schema.ts';
import { testDeps } from './test-deps.ts';

const units = [
  ' ',
  '\t',
  '.',
  '<',
  '>',
  '"',
  "'",
  '(',
  '[',
  '-',
  '=',
  '_',
  '*',
  ':',
  ';',
  ',',
  '@',
  '/',
  'a',
  '5',
  '> ',
  '- ',
  '_ ',
  '=?',
  '=?a?q?',
  '=?utf-7?q?',
  '~{',
  '+A',
  ';name="',
  'ÿ',
  '\u001b$B',
  'a@',
  '<a@',
  '<a@b.example>',
  'a@b.example,',
  '550 ',
  '5.1.1 ',
  '<<< ',
  'to: ',
  'user ',
  'recipient ',
  'On 1 ',
  'On Mon, 2026 ',
  'On 3 Mar 2026 ',
  '--',
  '-- forward ',
  'forward ',
  '2026-01-01 10:00 <a@b.example> ',
  '在 ',
  'From: a@b ',
  'a="',
  'smtp; ',
  'boundary= ',
  '<div>',
  '<div class="yahoo_quoted">',
  '<p class="gmail_attr"><blockquote>',
  '<div id="x_x_x_x_',
  "<div style='border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><b>",
  '&#',
  'https://',
  'https://a.safelinks.protection.outlook.com/?url=',
  'https://urldefense.com/v3/__',
  ' shash="',
];
const fields = [
  'Subject',
  'From',
  'To',
  'Reply-To',
  'Date',
  'Message-ID',
  'References',
  'Content-Type',
  'Content-Disposition',
  'Auto-Submitted',
  'Precedence',
  'List-Id',
  'Return-Path',
  'Authentication-Results',
  'X-Failed-Recipients',
  'Received',
  'DKIM-Signature',
];
/** Milliseconds of processor time. What grows with the square of these sizes takes several times as much. */
const budget = 1_200;
const filled = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));
const head = 'From: MAILER-DAEMON@b.example\r\nSubject: Undelivered Mail\r\n';
const field = (name: string, unit: string, length: number) => `${name}: ${filled(unit, length)}!\r\n`;

const places: Record<string, (unit: string) => string> = {
  'the text': (unit) => `${head}\r\nLine\r\n${filled(unit, 100_000)}!\r\n`,
  'the lines of the text': (unit) => `${head}\r\n${`${filled(unit, 900)}!\r\n`.repeat(100)}`,
  'short lines': (unit) => `${head}\r\nrecipient\r\n${`${unit}\r\n`.repeat(20_000)}`,
  'the HTML': (unit) => `${head}Content-Type: text/html\r\n\r\n<p>${filled(unit, 30_000)}!`,
  'a delivery report': (unit) =>
    [
      `${head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n`,
      'Content-Type: message/delivery-status\r\n\r\nA: b\r\n\r\n',
      ...['Final-Recipient', 'Action', 'Status', 'Diagnostic-Code', 'Original-Message-ID'].map((name) =>
        field(name, unit, 30_000),
      ),
      '\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n',
      ...['To', 'Message-ID'].map((name) => field(name, unit, 30_000)),
      '\r\n--b--\r\n',
    ].join(''),
  'a mail without its boundary': (unit) => `${head}Content-Type: multipart/mixed\r\n\r\n${filled(unit, 60_000)}!\r\n`,
  'the name of a file': (unit) => `${head}Content-Type: application/pdf; name="${filled(unit, 20_000)}"\r\n\r\nx\r\n`,
  'every field': (unit) => `${fields.map((name) => field(name, unit, 20_000)).join('')}${head}\r\nText\r\n`,
};

test('a report about very many recipients', async () => {
  const numbers = Array.from({ length: 20_000 }, (_, at) => at);
  const mail = [
    `${head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\n`,
    ...numbers
      .slice(0, 1_000)
      .map((at) => `  a${at}@b.example\r\n    (generated from c${at}@b.example)\r\n    550 5.1.1 No\r\n`),
    '\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; b\r\n\r\n',
    ...numbers.map((at) => `Final-Recipient: rfc822; a${at}@b.example\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\n`),
    '--b--\r\n',
  ].join('');
  const begun = process.cpuUsage();
  await parseMail(Buffer.from(mail), { from: '', to: [] }, testDeps());
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(4 * budget);
}, 120_000);

describe('much HTML', () => {
  const most = 3_900_000;
  test.each<[string, string]>([
    ['lines in quotations', `${'<blockquote>'.repeat(20)}${filled('x<br>', 900_000)}`],
    ['words in quotations', `${'<blockquote>'.repeat(20)}${filled('x<br>', most)}`],
    ['long lines in a few quotations', `${'<blockquote>'.repeat(3)}${filled('word word word word word<br>', most)}`],
    ['words in links', `${'<a href=http://x.example>'.repeat(100)}${filled('word ', 900_000)}`],
    ['words in lists', `${'<ul><li>'.repeat(300)}${filled('word ', most)}`],
    ['cells and rows', filled('<td><tr>', most)],
    ['paragraphs', filled('<p>x</p>', most)],
  ])('%s', async (_name, html) => {
    const raw = Buffer.from(`${head}Content-Type: text/html\r\n\r\n${html.replaceAll(/.{900}/g, '$&\r\n')}`);
    const begun = process.cpuUsage();
    await parseMail(raw, { from: '', to: [] }, testDeps());
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1000).toBeLessThan(2 * budget);
  });
});

/** Where one expression takes what another could have taken, too, it needs a run of each and an end that suits neither. */
const runs = [' ', '\t', ')', '(', '=', '>', '<', '-', '_', '://', ':', '.', 'a', '5', '@'];

describe('a line of two things', () => {
  test.each(runs)(
    'first %j',
    async (first) => {
      const slow: string[] = [];
      for (const second of runs) {
        const line = `${filled(first, 1_500)}${filled(second, 1_500)}x y`;
        const mail = `${head}\r\nHello\r\n\r\n> one\r\n> two\r\n${line}\r\n\r\n-- \r\n${line}\r\n`;
        const begun = process.cpuUsage();
        await parseMail(Buffer.from(mail), { from: '', to: [] }, testDeps());
        const { user, system } = process.cpuUsage(begun);
        if ((user + system) / 1000 > budget) slow.push(JSON.stringify(second));
      }
      expect(slow).toEqual([]);
    },
    60_000,
  );
});

describe('a mail filled with one thing', () => {
  test.each(Object.entries(places))(
    'in %s',
    async (_name, fill) => {
      const slow: string[] = [];
      for (const unit of units) {
        const begun = process.cpuUsage();
        await parseMail(Buffer.from(fill(unit)), { from: '', to: [] }, testDeps()).catch(() => undefined);
        const { user, system } = process.cpuUsage(begun);
        if ((user + system) / 1000 > budget)
          slow.push(`${JSON.stringify(unit)} ${Math.round((user + system) / 1000)} ms`);
      }
      expect(slow).toEqual([]);
    },
    60_000,
  );
});
