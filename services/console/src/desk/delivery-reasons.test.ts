import { expect, test } from 'vitest';
import { deliveryReasons } from './delivery-reasons.ts';

const refused = 'Not taken for bob@example.org (550), ann@example.org (no answer)';
const bounced = 'charles@example.org: 5.1.1 smtp; 550 5.1.1 User unknown';
const doubt = ' (nothing vouches for this report but the Message-ID that it names)';

test.each([
  ['one reason is whole', `${refused}; everybody else has it`, [`${refused}; everybody else has it`]],
  ['who had it then', `${refused}; everybody else has it; ${bounced}`, [refused, bounced]],
  ['of two', `${bounced}; dora@example.org: The mail came back`, [bounced, 'dora@example.org: The mail came back']],
  ['with its doubt', `${refused}; everybody else has it; ${bounced}${doubt}`, [refused, `${bounced}${doubt}`]],
  [
    'who alone got it',
    `The mail server refused the mail with 550; only charles@example.org, dora@example.org got it; ${bounced}`,
    ['The mail server refused the mail with 550; only dora@example.org got it', bounced],
  ],
  [
    'nobody got it in the end',
    `The mail server refused the mail with 550; only charles@example.org got it; ${bounced}`,
    ['The mail server refused the mail with 550', bounced],
  ],
  [
    'of one recipient',
    '4.2.2 Mailbox full; 5.1.1 User unknown; The mail came back',
    ['4.2.2 Mailbox full', '5.1.1 User unknown', 'The mail came back'],
  ],
  [
    'in doubt',
    `The mail was handed over and the answer was lost; ${refused}; ${bounced}`,
    ['The mail was handed over and the answer was lost', refused, bounced],
  ],
  ['words of a server', 'Blocked; see https://example.org', ['Blocked; see https://example.org']],
  ['nothing', '', ['']],
])('%s', (_, error, reasons) => {
  expect(deliveryReasons(error)).toEqual(reasons);
});
