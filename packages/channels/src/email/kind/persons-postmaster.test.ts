/** Who looks after a mail server writes from the server's address as well. With a way back, what they ask in their own words is no report. */
import { describe, expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';

async function readAs(subject: string, text: string, path: string | null, headers: string[] = []) {
  const raw = mailOf('From: postmaster@firm.example', `Subject: ${subject}`, ...headers, '', text);
  const { kind, automatic } = await parseMail(raw, { from: path, to: ['service@centre.test'] }, testDeps());
  return `${kind}${automatic === true ? ', of itself' : ''}`;
}
const person = 'customer, of itself';
const itself = 'postmaster@firm.example';

test.each([
  [
    'Undeliverable mail from your domain',
    'Hello,\n\nyour newsletter to bob@firm.example comes back: 550 5.1.1 user unknown. Could you take him off your list? We get ten a day.\n',
  ],
  [
    'Mail delivery failed',
    'Your mails to\n\nbob@firm.example\n\nwere rejected by our filter. Can you tell us from which host they come?\n',
  ],
  [
    'Unzustellbar: Ihre Rechnungen',
    'Guten Tag, Ihre Mails an bob@firm.example werden bei uns mit 550 abgelehnt. Könnten Sie bitte Ihren SPF-Eintrag prüfen?',
  ],
  [
    'Warning: delayed mail',
    'Your mail to bob@firm.example waits in our queue. Could you send less at once? We will keep trying to deliver the mail.',
  ],
])('%s', async (subject, text) => {
  expect(await readAs(subject, text, itself)).toBe(person);
  expect(await readAs(subject, text, null, [`Return-Path: <${itself}>`])).toBe(person);
});

describe('a server', () => {
  const report = 'Your mail to bob@firm.example was not delivered: 550 5.1.1 user unknown.';
  test.each([
    ['that asks nothing', report, itself, []],
    ['that asks by itself', `${report} Could you check the address? We will not try again.`, '', []],
    [
      'that asks by itself, from nobody known',
      `${report} Could you check the address? We will not try again.`,
      null,
      [],
    ],
    [
      'that says so',
      `${report} Could you check the address? We will not try again.`,
      itself,
      ['Auto-Submitted: auto-generated'],
    ],
    ['that explains', `${report}\n\nWhat can I do?\n\nCheck the address.`, itself, []],
    ['that shows what was asked', `${report}\n\n> Could you send us a picture?\n> Which lamp is it?`, itself, []],
  ])('%s', async (_name, text, path, headers) => {
    expect(await readAs('Undeliverable: Lamp', text, path, headers)).toBe('bounce, of itself');
  });
});
