/** Couriers, ticket systems and alerts tell of failures and delays, too: what they send is no report of a mail. */
import { describe, expect, test } from 'vitest';
import { copy, encoded, told, type Shape } from '../reports/test-bounces.ts';

const auto = {
  nullPath: false,
  headers: ['Auto-Submitted: auto-generated', 'Content-Type: text/plain; charset=utf-8'],
};
const answers = {
  nullPath: false,
  headers: [
    'Auto-Submitted: auto-replied',
    'In-Reply-To: <asked@centre.test>',
    'Content-Type: text/plain; charset=utf-8',
  ],
};

const noReports: Record<string, Omit<Shape, 'is'>> = {
  'a courier in German': {
    ...auto,
    from: 'Eilbote <kontakt@eilbote.example>',
    subject: 'Zustellung der Sendung 300 fehlgeschlagen',
    text: ['Die Sendung 300 an Eva Lind (eva@home.example) kommt zurück. Empfänger unbekannt.'],
  },
  'a courier in French': {
    ...auto,
    from: 'Transport <suivi@transport.example>',
    subject: encoded('Échec de la livraison du colis 300'),
    text: ["Le colis 300 pour Eva Lind (eva@home.example) n'a pas pu être remis : destinataire inconnu."],
  },
  'a courier in Chinese': {
    ...auto,
    from: 'service@kd.example',
    subject: encoded('退件: 包裹 300'),
    text: ['包裹 300 收件人 eva@home.example 不存在，已退回。'],
  },
  'a courier in English that says nothing of parcels': {
    ...auto,
    from: 'Swift <track@swift.example>',
    subject: 'Delivery failed: 300',
    text: ['For: eva@home.example', 'Why: unknown at this address'],
  },
  'an alert about a queue of mails': {
    ...auto,
    from: 'Watch <watch@ops.example>',
    subject: 'ALERT mail delivery failed on relay3',
    text: ['7 messages failed. Ask duty@ops.example.'],
  },
  'a ticket system that repeats what was asked': {
    ...answers,
    from: 'Help desk <help@hosting.example>',
    subject: '[Case#71] Undeliverable mail to eva@home.example',
    text: ['We opened case 71 for you.', '', '> My mail to eva@home.example fails: 550 5.1.1 user unknown'],
  },
  'who is away, asked about a failed delivery': {
    ...answers,
    from: 'Ben <ben@firm.example>',
    subject: 'Automatic reply: Delivery failed for order 300',
    text: ['The recipient of your mail is unable to answer until May. Please write to desk@firm.example.'],
  },
  'who is away, with a null reverse-path and words of a server': {
    from: 'Ben <ben@firm.example>',
    subject: 'Automatic reply: Undeliverable: Lamp',
    headers: answers.headers,
    text: ['I am away. You wrote: eva@home.example said 550 5.1.1 user unknown.'],
  },
  'a parcel that is late': {
    ...auto,
    from: 'Swift <track@swift.example>',
    subject: 'Delivery delayed: 300',
    text: ['The parcel to Eva (eva@home.example) waits for better weather. We will try again until Monday.'],
  },
  'a parcel that is late, of a delivery service with a null reverse-path': {
    ...auto,
    nullPath: true,
    from: 'Delivery Service <track@swift.example>',
    subject: 'Delivery delayed: 300',
    text: ['The parcel to Eva (eva@home.example) waits for better weather. We will try again until Monday.'],
  },
  'a job that runs again': {
    ...auto,
    from: 'Jobs <jobs@ops.example>',
    subject: 'Warning: export not finished',
    text: ['The export will be retried until 04:00. Owner: duty@ops.example'],
  },
  'a person at postmaster’s address about a parcel': {
    nullPath: false,
    from: 'Postmaster <postmaster@firm.example>',
    subject: 'Parcel 300 returned to sender',
    text: ['The parcel for store@firm.example could not be delivered and went back to you as undeliverable.'],
  },
  'a postmaster who writes in a program for writing': {
    nullPath: false,
    from: 'Postmaster <postmaster@firm.example>',
    subject: 'Delivery problem',
    headers: ['User-Agent: Mozilla Thunderbird', 'Content-Type: text/plain; charset=utf-8'],
    text: [
      'Since Monday nobody here gets your letters, our server says 554 5.7.1 blocked. For example eva@firm.example.',
    ],
  },
  'a postmaster with a name of their own and a way back': {
    nullPath: false,
    from: 'Eva Lind <postmaster@firm.example>',
    subject: 'Undeliverable mails from your side',
    headers: ['Return-Path: <postmaster@firm.example>', 'Content-Type: text/plain; charset=utf-8'],
    text: ['We get many mails for old.user@firm.example, who has left. Please take this address off your list.'],
  },
  'a portal that passes a customer’s mail on': {
    nullPath: false,
    from: 'Portal <noreply@portal.example>',
    subject: 'You have a message',
    headers: ['Content-Type: multipart/mixed; boundary=b'],
    text: [
      '--b',
      '',
      'Somebody writes: my order was not delivered, why? See below.',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'From: Eva <eva@home.example>',
      'Subject: My order',
      '',
      'Where is it?',
      '--b--',
    ],
  },
  'an administrator who waits for a delivery': {
    nullPath: false,
    from: 'Administrator <admin@firm.example>',
    subject: 'Delivery delayed?',
    text: ['Our goods did not come, says your message. We are still waiting for delivery.', '', 'store@firm.example'],
  },
};

test.each(Object.entries(noReports))('%s', async (_name, shape) => {
  expect(await told({ ...shape, is: '' })).toMatch(/^(customer|auto-reply)$/);
});

describe('a report of a mail stays one', () => {
  test.each<[string, Shape]>([
    [
      'by a program that stands between mail servers',
      {
        ...auto,
        from: 'Mail Gateway <relay@gate.example>',
        subject: 'Undeliverable: Lamp',
        text: ['Your message could not be delivered to', 'eva@home.example', '550 5.1.1 User unknown'],
        is: 'bounce; eva@home.example for good 5.1.1 550',
      },
    ],
    [
      'that shows the mail',
      {
        ...auto,
        from: 'Post <post@gate.example>',
        subject: 'Undeliverable: Lamp',
        text: ['eva@home.example failed: user unknown', '', '--- Below this line is a copy of the message.', ...copy],
        is: 'bounce; eva@home.example for good - -',
      },
    ],
    [
      'by a postmaster without a name of their own, whatever way back they have',
      {
        nullPath: false,
        from: 'Postmaster <postmaster@home.example>',
        subject: 'Undeliverable Mail',
        headers: ['Return-Path: <postmaster@home.example>', 'X-Mailer: <SMTP32 v8.22>'],
        text: ['Unknown user: eva@home.example', '', 'Original message follows.', ...copy],
        is: 'bounce; eva@home.example for good - -',
      },
    ],
    [
      'by a postmaster with the name of a person, who shows it',
      {
        nullPath: false,
        from: 'Eva Lind <postmaster@home.example>',
        subject: 'Undeliverable Mail',
        headers: ['Return-Path: <postmaster@home.example>'],
        text: ['Your message could not be delivered to', 'eva@home.example', 'User unknown'],
        is: 'bounce; eva@home.example for good - -',
      },
    ],
    [
      'of a delay',
      {
        ...auto,
        from: 'Mail Gateway <relay@gate.example>',
        subject: 'Delivery delayed: Lamp',
        text: ['Your message to', 'eva@home.example', 'is late. We will keep trying until Monday.'],
        is: 'delivery-notice; eva@home.example for now - -',
      },
    ],
  ])('%s', async (_name, shape) => {
    expect(await told(shape)).toBe(shape.is);
  });
});
