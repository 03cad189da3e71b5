/** Bounces of programs that stand between mail servers, of carriers and of old systems: made for these tests in the shapes that their makers document. */
import { describe, expect, test } from 'vitest';
import { told, type Shape } from './test-bounces.ts';

const gateways: Record<string, Shape> = {
  'an address that begins with a word of the list': {
    text: ['Delivery failed 20 attempts: user7@example.org', '', 'Original message follows.', '', 'From: a@b.example'],
    is: 'bounce; user7@example.org for now - -',
  },
  'a helper beside the recipient': {
    text: [
      'This is the mail program at host mx.example.net.',
      '',
      'For further assistance, please contact <postmaster@example.net>',
      '',
      '<ann@example.org>: host mx.example.org[192.0.2.1] said: 550 5.1.1 User unknown',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  'a helper and the sender as the only others': {
    text: ['Too many hops: from lamps@lists.example via localhost, to ann@example.org', 'Ask help@example.net.'],
    is: 'bounce; ann@example.org for now - -',
  },
  'Sendmail, an alias': {
    subject: 'Returned mail: see transcript for details',
    text: [
      '   ----- The following addresses had permanent fatal errors -----',
      'ann@inner.example',
      '    (expanded from: <ann@example.org>)',
      '',
      '   ----- Transcript of session follows -----',
      '550 5.1.1 ann@inner.example... User unknown',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  'Exim, an address that it hides': {
    text: [
      'This message was created automatically by mail delivery software.',
      '',
      'A message that you sent could not be delivered. The following address(es) failed:',
      '',
      '  an undisclosed address',
      '    (generated from userx@example.org)',
    ],
    is: 'bounce; userx@example.org for now - -',
  },
  'Internet Mail Service, an address of X.400': {
    from: 'System Administrator <postmaster@example.net>',
    text: [
      'Your message',
      '',
      '  To:      lamps@lists.example',
      '  Subject: Lamp',
      '',
      'did not reach the following recipient(s):',
      '',
      'c=US;a= ;p=Lamps;o=North;dda:SMTP=ann@example.org; on Tue, 3 Mar 2026',
      '    The recipient name is not recognized',
    ],
    is: 'bounce; ann@example.org for good - -',
  },
  'Internet Mail Service, an address and a date': {
    from: 'System Administrator <postmaster@example.net>',
    text: [
      'Your message',
      '',
      '  To:      lamps@lists.example',
      '  Subject: Release 2.0.12',
      '',
      'did not reach the following recipient(s):',
      '',
      'ann@example.org on Tue, 3 Mar 2026 10:00:00 +0100',
      '    The recipient name is not recognized',
    ],
    is: 'bounce; ann@example.org for good - -',
  },
  'fields, of several': {
    text: [
      'The following recipient(s) could not be reached:',
      '',
      '\tRecipient: [SMTP:ann@example.org]',
      '\tReason: Remote SMTP Server Returned: 550 mailbox not found',
      '',
      '\tRecipient: [SMTP:bob@example.org]',
      '\tReason: Remote SMTP Server Returned: 452 4.2.2 mailbox full',
      '',
      'Message headers follow:',
      '',
      'To: carl@example.org',
    ],
    is: 'bounce; ann@example.org for good - 550; bob@example.org for now 4.2.2 452',
  },
  'iPlanet, the address before and behind': {
    text: [
      'Your message cannot be delivered to the following recipients:',
      '',
      '  Recipient address: ann@sims-ms-daemon.example.net',
      '  Original address: ann@example.org',
      '  Reason: unknown user',
    ],
    is: 'bounce; ann@example.org for good - -',
  },
  'a daemon without a subject that says it': {
    nullPath: false,
    subject: 'Processing Error',
    headers: ['List-Id: <lamps.lists.example>', 'Content-Type: text/plain'],
    text: [
      'Intended recipient: ann@example.org',
      '',
      'The following mail has been returned because it encountered an error.',
      '',
      '--------RETURNED MAIL FOLLOWS--------',
    ],
    is: 'bounce; ann@example.org for now - -',
  },
  'a gateway': {
    nullPath: false,
    from: 'imss@example.net',
    subject: 'Mail could not be delivered',
    text: [
      '****** Message from the Messaging Security Suite ******',
      '',
      'Unable to deliver message to:',
      '<ann@example.org>',
    ],
    is: 'bounce; ann@example.org for now - -',
  },
  'a service of SMTP': {
    nullPath: false,
    from: 'E7_SMTP_Mail_Service@example.net',
    subject: 'Returned Mail - Error During Delivery',
    text: [
      '------ Failed Recipients ------',
      '',
      '<ann@example.org>: Requested action not taken: mailbox unavailable. [SMTP Error Code 550]',
      '-------- Returned Mail --------',
    ],
    is: 'bounce; ann@example.org for good - 550',
  },
  'an administrator’s quoted name': {
    nullPath: false,
    from: '<"System Administrator"@example.net>',
    subject: 'Delivery Failure',
    text: [
      'Could not deliver message to the following recipient(s):',
      '',
      'Failed Recipient: ann@example.org',
      'Reason: Remote host said: 550 unknown user <ann@example.org>',
      '',
      '   -- The header and top 20 lines of the message follows --',
    ],
    is: 'bounce; ann@example.org for good - 550',
  },
  'a gateway that is still trying': {
    nullPath: false,
    from: 'AntiVirus_for_SMTP_Gateways@example.net',
    subject: 'Delivery failure notification',
    text: [
      'Your message with Subject: Lamp',
      'could not be delivered to the following recipients:',
      '',
      'ann@example.org',
      '',
      'Delivery attempts will continue to be made for 5 day(s).',
    ],
    is: 'delivery-notice; ann@example.org for now - -',
  },
  'a filter that refuses by a notification of disposition': {
    nullPath: false,
    from: 'Mail Delivery Subsystem <admin@example.net>',
    subject: 'Automatically rejected mail',
    headers: [
      'Auto-Submitted: auto-replied (rejected)',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
    ],
    text: [
      '--b',
      'Content-Type: text/plain',
      '',
      'Your message to <ann@example.org> was automatically rejected:',
      'Quota exceeded',
      '--b',
      'Content-Type: message/disposition-notification',
      '',
      'Final-Recipient: rfc822; ann@example.org',
      'Disposition: automatic-action/MDN-sent-automatically; deleted',
      '--b--',
    ],
    is: 'bounce; ann@example.org for now - -',
  },
  'a report that names who wrote, to an address of its own': {
    headers: ['Content-Type: multipart/mixed; boundary=b'],
    text: [
      '--b',
      '',
      'A message sent by',
      '',
      '  <orders@centre.test>',
      '',
      'could not be delivered. The following address failed:',
      '',
      '  ann@inner.example',
      '    (ultimately generated from ann@example.org)',
      '    all hosts have been failing for a long time',
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'From: Orders <orders@centre.test>',
      'To: ann@example.org',
      '',
      'Text',
      '--b--',
    ],
    is: 'bounce; ann@example.org for now - -',
  },
  'a report that names who wrote, above a copy': {
    text: [
      'A message sent by',
      '  <orders@centre.test>',
      'could not be delivered to',
      '  ann@example.org',
      '',
      '------ This is a copy of the message, including all the headers. ------',
      '',
      'Return-path: <orders@centre.test>',
      'To: ann@example.org',
    ],
    is: 'bounce; ann@example.org for now - -',
  },
  'Sendmail, what its administrator wrote': {
    text: ['553 5.3.0 <ann@example.org>... Addressee unknown, relay=[192.0.2.7]', '', 'Unknown user: ann@example.org'],
    is: 'bounce; ann@example.org for good 5.3.0 553',
  },
  'Sendmail, its own trouble': {
    text: ['<ann@example.org>', '    553 5.3.5 ann@example.org... unknown mailer error 2'],
    is: 'bounce; ann@example.org for now 5.3.5 553',
  },
  'a gateway that has given up': {
    subject: 'Message delivery has failed',
    text: [
      'Unable to deliver message to: <ann@example.org>',
      'Server mx.example.org failed with: 550 <ann@example.org> No such user here',
      '',
      'No further delivery attempts will be made.',
    ],
    is: 'bounce; ann@example.org for good - 550',
  },
  'a post office of a carrier': {
    nullPath: false,
    from: 'Post_Office@carrier.example',
    subject: 'Undeliverable Message',
    text: [
      'Message could not be delivered to mobile.',
      'Error: No valid recipients for this MM',
      '',
      'To: 1234567@carrier.example',
    ],
    is: 'bounce; 1234567@carrier.example for good - -',
  },
  'a greeting of who wrote': {
    text: [
      'Hello orders@centre.test,',
      '',
      'the group you tried to contact (lamps) may not exist.',
      '',
      '----- Original message -----',
      '',
      'To: lamps@groups.example',
    ],
    is: 'bounce; lamps@groups.example for now - -',
  },
  'a filter of bulk mail': {
    from: 'Filter <postmaster@example.net>',
    subject: '**Message you sent blocked by our bulk email filter**',
    text: ['Your message to: ann@example.org', 'was blocked by our Spam Firewall and has NOT BEEN DELIVERED.'],
    is: 'bounce; ann@example.org for now - -',
  },
  'a code before the number of a host': {
    text: ['<ann@example.org>: host mx.example.org said: 521-192.0.2.7 blocked by a blacklist. See http://b.example'],
    is: 'bounce; ann@example.org for now - 521',
  },
  'a directory that does not have it': {
    text: ['<ann@example.org>: 550 5.4.1 Recipient address rejected: Access denied. AS(201806281)'],
    is: 'bounce; ann@example.org for good 5.4.1 550',
  },
};

describe('bounces of gateways and old systems', () => {
  test.each(Object.entries(gateways))('%s', async (_name, shape) => {
    expect(await told(shape)).toBe(shape.is);
  });
});

const persons: Record<string, Shape> = {
  'who tells of a bounce': {
    nullPath: false,
    from: 'Ann <ann@example.org>',
    subject: 'Undelivered mail',
    text: ['Hello,', 'my mail could not be delivered to this address:', '', 'service@centre.test', '', 'Ann'],
    is: 'customer',
  },
  'who asks again': {
    nullPath: false,
    from: 'Delivery Desk <desk@example.org>',
    subject: 'Re: Mail delivery failed',
    text: ['It could not be delivered to', 'bob@example.org'],
    is: 'customer',
  },
  'whose order was not delivered': {
    nullPath: false,
    from: 'orders.admin@example.org',
    subject: 'Order not delivered',
    text: ['The lamp could not be delivered. Where is it?', '', 'Ann Admin, ann@example.org'],
    is: 'customer',
  },
};

test.each(Object.entries(persons))('a person %s', async (_name, shape) => {
  expect(await told(shape)).toBe(shape.is);
});
