/** Mails of persons that talk of bounces, pass them on or ask about them stay mails of customers. */
import { describe, expect, test } from 'vitest';
import { encoded, told, type Shape } from './test-bounces.ts';

const quoted = [
  '-------- Forwarded Message --------',
  'Subject: Undelivered Mail Returned to Sender',
  'From: MAILER-DAEMON@mx.example.net',
  'To: ann@example.org',
  '',
  'This is the mail system at host mx.example.net.',
  '',
  "I'm sorry to have to inform you that your message could not",
  'be delivered to one or more recipients.',
  '',
  '<service@centre.test>: host mx.centre.test said: 550 5.1.1 User unknown',
  '',
];
const p = { nullPath: false, from: 'Ann <ann@example.org>' };
const shapes: Record<string, Shape> = {
  'a form on a website about a parcel': {
    from: 'Shop <no-reply@shop.example>',
    subject: 'Contact: parcel not delivered',
    text: ['Name: Ann', 'Mail:', 'ann@example.org', 'My parcel was not delivered.'],
    is: 'customer',
  },
  'redirected by Exchange, an answer of a server': {
    from: 'Ann <ann@example.org>',
    subject: 'What does this mean?',
    text: ['When I write to', 'service@centre.test', 'I am told: 550 5.1.1 User unknown', '', 'Ann'],
    is: 'customer',
  },
  'a postmaster who asks about an answer': {
    nullPath: false,
    from: 'postmaster@example.org',
    subject: 'Your server',
    text: ['Your server refuses', 'service@centre.test', 'with 550 5.1.1 User unknown. Is that right?'],
    is: 'customer',
  },
  'forwards a bounce inline': {
    ...p,
    subject: 'Fwd: Undelivered Mail Returned to Sender',
    text: ['Why does this come back?', '', ...quoted],
    is: 'customer',
  },
  'forwards a bounce in German': {
    ...p,
    subject: 'WG: Nicht zustellbar: Lampe',
    text: ['Guten Tag, warum kommt das zurück?', '', ...quoted],
    is: 'customer',
  },
  'forwards a bounce as attachment': {
    ...p,
    subject: 'Fwd: Undelivered Mail Returned to Sender',
    headers: ['Content-Type: multipart/mixed; boundary=b'],
    text: [
      '--b',
      '',
      'Please look, it could not be delivered',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'From: MAILER-DAEMON@mx.example.net',
      'Subject: Undelivered Mail Returned to Sender',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=c',
      '',
      '--c',
      '',
      'words',
      '--c',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; x',
      '',
      'Final-Recipient: rfc822; service@centre.test',
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--c--',
      '--b--',
    ],
    is: 'customer',
  },
  'quotes 550 user unknown': {
    ...p,
    subject: 'My mail to you',
    text: [
      'Hello,',
      'I get "550 5.1.1 <service@centre.test>: user unknown" when I write to you. What is wrong?',
      'Ann',
    ],
    is: 'customer',
  },
  'asks why a mail came back': {
    ...p,
    subject: 'Undelivered mail',
    text: ['Why did my mail come back? It says: could not be delivered.'],
    is: 'customer',
  },
  'subject of a parcel Danish': {
    ...p,
    subject: 'Ikke leveret: pakke 123',
    text: ['Pakken er ikke leveret. Modtageren blev ikke fundet.'],
    is: 'customer',
  },
  'subject of a parcel Korean': {
    ...p,
    subject: encoded('배달되지 않음: 주문 123'),
    text: ['주문이 배달되지 않았습니다.'],
    is: 'customer',
  },
  'French order': {
    ...p,
    subject: encoded('Non distribué : colis 123'),
    text: ["Mon colis n'a pas pu être délivré."],
    is: 'customer',
  },
  'Italian order': {
    ...p,
    subject: 'Mancata consegna: ordine 123',
    text: ['Il mio ordine non è stato consegnato, indirizzo non trovato.'],
    is: 'customer',
  },
  'a postmaster who forwards': {
    ...p,
    from: 'postmaster@example.org',
    subject: 'Fwd: Undeliverable: Lamp',
    text: ['Dear centre, our users get this from you:', ...quoted],
    is: 'customer',
  },
  'a postmaster who answers': {
    ...p,
    from: 'Postmaster <postmaster@example.org>',
    subject: 'Re: Undeliverable mail from your host',
    text: ['Dear colleague, the user was unknown, it is fixed now.'],
    is: 'customer',
  },
  'a mail system company': {
    ...p,
    from: 'Mail Systems Ltd <sales@mailsystems.example>',
    subject: 'Delivery failed for order 7',
    text: ['Delivery failed: the lamp could not be delivered to your office.', '', 'sales@mailsystems.example'],
    is: 'customer',
  },
  'an administrator asks': {
    ...p,
    from: 'Admin <admin@example.org>',
    subject: 'Delivery failure?',
    text: ['Hi, we see delivery failures: 550 5.1.1 user unknown', 'Can you help?', '', 'Bob'],
    is: 'customer',
  },
  'redirected by Exchange with no return path': {
    from: 'Ann <ann@example.org>',
    subject: 'Re: Your offer',
    headers: ['In-Reply-To: <sent@centre.test>', 'Content-Type: text/plain'],
    text: ['Thank you for your offer. I could not find the user manual.'],
    is: 'customer',
  },
  'redirected by Exchange, order not delivered': {
    from: 'Ann <ann@example.org>',
    subject: 'Ikke levert: pakke 123',
    text: ['Hvor er pakken min? Den er ikke levert.'],
    is: 'customer',
  },
  'redirected by Exchange, parcel returned': {
    from: 'Ann <ann@example.org>',
    subject: 'Parcel returned to sender',
    text: ['My parcel was returned to sender. It was not delivered. Why?'],
    is: 'customer',
  },
  'redirected by Exchange, Re: bounce': {
    from: 'Ann <ann@example.org>',
    subject: 'Re: Undeliverable: Lamp',
    text: ['I do not understand this mail, it failed.'],
    is: 'customer',
  },
  'asks about vacation': {
    ...p,
    subject: 'Automatic reply does not stop',
    text: ['Your automatic reply does not stop.'],
    is: 'customer',
  },
  'no From, asks': {
    from: '<>',
    subject: 'Question',
    text: ['Hello, I have a question about my lamp.'],
    is: 'customer',
  },
  'newsletter through Exchange': {
    from: 'Shop <news@shop.example>',
    subject: 'New lamps',
    headers: ['Precedence: bulk', 'List-Unsubscribe: <mailto:x@shop.example>', 'Content-Type: text/plain'],
    text: ['New lamps'],
    is: 'customer',
  },
  'form on a website': {
    from: 'www-data@web.example',
    subject: 'Contact form',
    headers: ['Precedence: bulk', 'Content-Type: text/plain'],
    text: ['Name: Ann', 'Mail: ann@example.org', 'My lamp is broken'],
    is: 'customer',
  },
};

describe('mails that talk of bounces', () => {
  test.each(Object.entries(shapes))('%s', async (_name, shape) => {
    expect(await told(shape)).toBe(shape.is);
  });
});
