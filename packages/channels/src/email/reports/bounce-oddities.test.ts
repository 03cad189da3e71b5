/** Bounces in shapes that few programs write, or wrote, and what their words mean: made for these tests. */
import { describe, expect, test } from 'vitest';
import { copy, encoded, report, told, type Shape } from './test-bounces.ts';

const shapes: Record<string, Shape> = {
  'a host without a way for mail': {
    text: ['The following address failed:', '', '    ann@no.example:', '        no valid MX hosts found'],
    is: 'bounce; ann@no.example for good - -',
  },
  'Mail.ru, which looks for the mailbox last': {
    text: [
      '<ann@mail.example>: host mx.mail.example[192.0.2.1] said: 550 Message was not',
      '    accepted -- invalid mailbox.  Local mailbox ann@mail.example is unavailable:',
      '    user not found (in reply to end of DATA command)',
    ],
    is: 'bounce; ann@mail.example for good - 550',
  },
  'Yahoo, which does, too': {
    text: [
      '<ann@yahoo.example>: host mx.yahoo.example[192.0.2.1] said: 554 delivery error: dd',
      "    This user doesn't have a yahoo.com account (ann@yahoo.example) [0] (in reply",
      '    to end of DATA command)',
    ],
    is: 'bounce; ann@yahoo.example for good - 554',
  },
  'a filter that answers to the whole mail, in a broken line': {
    text: [
      '<ann@example.org>: host mx.example.org[192.0.2.1] said: 550 5.1.1 User unknown (in',
      '    reply to end of DATA command)',
    ],
    is: 'bounce; ann@example.org for now 5.1.1 550',
  },
  'AOL names without domain': {
    from: 'MAILER-DAEMON@aol.example',
    subject: 'Mail Delivery Problem',
    text: [
      '',
      'Sorry service@centre.test. Your mail to the following recipients could not be delivered because they are not accepting mail with attachments or embedded images:',
      '\tann7',
      '',
    ],
    is: 'bounce; ann7@aol.example for now - -',
  },
  'AOL, several without domain, sender other address': {
    from: 'MAILER-DAEMON@aol.example',
    subject: 'Mail Delivery Problem',
    text: [
      '',
      'Sorry orders@centre.test. Your mail to the following recipients could not be delivered because they are not accepting mail from this address:',
      '\tann7',
      '\tbob_b',
      '',
    ],
    is: 'bounce; ann7@aol.example for now - -; bob_b@aol.example for now - -',
  },
  'sendmail access table': {
    text: [
      '   ----- The following addresses had permanent fatal errors -----',
      '<ann@example.org>',
      '    (reason: 553 5.3.0 <ann@example.org>... Address does not exist)',
    ],
    is: 'bounce; ann@example.org for good 5.3.0 553',
  },
  'rcpt does not exist': {
    text: ['<ann@example.org>: host mx said: 554 Rcpt <ann@example.org> does not exist'],
    is: 'bounce; ann@example.org for good - 554',
  },
  underscored: {
    text: ['<ann@example.org>: host mx said: 550 BAD_RECIPIENT - see http://x.example/undelivered?r=BAD_RECIPIENT'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'underscored full': {
    text: ['<ann@example.org>: host mx said: 550 MAILBOX_FULL (MX1)'],
    is: 'bounce; ann@example.org for now - 550',
  },
  'unavailable or access denied': {
    text: ['<ann@example.org>: host mx said: 550 Mailbox unavailable or access denied - <ann@example.org>'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'Exim filter reply no sender': {
    from: '<>',
    subject: '',
    headers: ['Auto-Submitted: auto-replied', 'Content-Type: text/plain'],
    text: ["You sent mail to ann@example.org. That's not a valid user here."],
    is: 'bounce; ann@example.org for good - -',
  },
  hMailServer: {
    from: 'mailer-daemon@mx.example.net',
    subject: 'Message undeliverable: Lamp',
    text: [
      'Your message did not reach some or all of the intended recipients.',
      '',
      '   Sent: Tue, 3 Mar 2026 10:00:00 +0100',
      '   Subject: Lamp',
      '',
      'The following recipient(s) could not be reached:',
      '',
      'ann@example.org',
      '   Error Type: SMTP',
      '   Remote server (192.0.2.1) issued an error.',
      '   hMailServer sent: RCPT TO:<ann@example.org>',
      '   Remote server replied: 550 5.1.1 User unknown',
      '',
      '',
      'hMailServer',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  'hMailServer dns': {
    from: 'mailer-daemon@mx.example.net',
    subject: 'Message undeliverable: Lamp',
    text: [
      'Your message did not reach some or all of the intended recipients.',
      '',
      '   Subject: Lamp',
      '',
      'The following recipient(s) could not be reached:',
      '',
      'ann@no.example',
      '   Error Type: SMTP',
      "   Error Description: No mail servers appear to exists for the recipient's address.",
      "   Additional information: Please check that you have not misspelled the recipient's email address.",
      '',
      'hMailServer',
    ],
    is: 'bounce; ann@no.example for good - -',
  },
  CommuniGate: {
    from: 'MAILER-DAEMON@mx.example.net',
    subject: 'Undeliverable mail: Lamp',
    text: [
      "Failed to deliver to 'ann@example.org'",
      'LOCAL module(account ann) reports:',
      ' account is full (quota exceeded)',
      '',
    ],
    is: 'bounce; ann@example.org for now - -',
  },
  'CommuniGate unknown': {
    from: 'MAILER-DAEMON@mx.example.net',
    subject: 'Undeliverable mail: Lamp',
    text: [
      "Failed to deliver to '<ann@example.org>'",
      'SMTP module(domain example.org) reports:',
      ' mx.example.org: 550 5.1.1 unknown user account',
      '',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  smail: {
    subject: 'mail failed, returning to sender',
    text: [
      '|------------------------- Message log follows: -------------------------|',
      ' no valid recipients were found for this message',
      '|------------------------- Failed addresses follow: ---------------------|',
      ' <ann@example.org> ... unknown user',
      '|------------------------- Message text follows: ------------------------|',
      'Received: from a by b',
      'From: service@centre.test',
      'To: carl@example.com',
      '',
      'Text',
    ],
    is: 'bounce; ann@example.org for good - -',
  },
  PowerMTA: {
    from: 'postmaster@mx.example.net',
    nullPath: false,
    subject: 'Delivery report',
    text: [
      'Hello, this is the mail server on mx.example.net.',
      '',
      'I am sending you this message to inform you on the delivery status of a',
      'message you previously sent.  Immediately below you will find a list of',
      'the affected recipients.',
      '',
      '  <ann@example.org>',
      '  delivery failed; will not continue trying',
      '',
      '  550 5.1.1 user unknown',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  SES: {
    from: 'MAILER-DAEMON@amazonses.example',
    subject: 'Delivery Status Notification (Failure)',
    text: ['An error occurred while trying to deliver the mail to the following recipients:', 'ann@example.org'],
    is: 'bounce; ann@example.org for now - -',
  },
  Kerio: {
    from: 'postmaster@mx.example.net',
    nullPath: false,
    subject: 'Undeliverable mail returned',
    text: [
      'Your message was not delivered to the following recipients:',
      '',
      '<ann@example.org>',
      'Reason: 5.1.1 No such user',
      '',
      '- -- Original headers --',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 -',
  },
  'PP X.400': {
    from: 'PP <postmaster@example.net>',
    subject: 'Delivery Report (failure) for ann@example.org',
    text: [
      '------------------------------ Start of body part 1',
      '',
      'Your message was not delivered to ann@example.org for the following reason:',
      "Recipient's Mailbox unavailable",
      '',
      '------------------------------ Start of forwarded message 1',
      '',
      ...copy,
    ],
    is: 'bounce; ann@example.org for good - -',
  },
  'X.400 by its own words': {
    from: 'X.400 <postmaster@example.net>',
    subject: 'Non-Delivery Report',
    text: [
      'Your message was not delivered to',
      'ann@example.org',
      'Reason: unable-to-transfer',
      'Diagnostic: unrecognised-OR-name',
    ],
    is: 'bounce; ann@example.org for good - -',
  },
  'fields of the mail above what the server said': {
    from: 'postmaster@outlook.example',
    text: [
      'Your message could not be delivered.',
      '',
      'Original Message Details',
      'Created Date:   3/3/2026 9:00:00 AM',
      'Sender Address: service@centre.test',
      'Recipient Address:      ann@example.org',
      '',
      'Error Details',
      'Reported error: 550 5.4.310 DNS domain example.org does not exist',
    ],
    is: 'bounce; ann@example.org for good 5.4.310 550',
  },
  'an owner who is not reached': {
    text: ['Your mail to the mailbox owner:', '', 'ann@example.org', ' 550 user unknown'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'an administrator who is not reached': {
    text: [
      'This is what became of your mail to the administrator:',
      '',
      'ann@example.org',
      '    550 5.1.1 No such user',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  'the owner of a mailbox in the line of what was answered': {
    text: ['Account owner <ann@example.org>: 550 user unknown'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'a moderator who helps': {
    text: ['It was refused.', 'Ask the moderator:', '', 'ann@example.org', '', 'bob@example.org', ' 550 user unknown'],
    is: 'bounce; bob@example.org for good - 550',
  },
  'two that PowerMTA names': {
    text: [
      'Immediately below you will find a list of the affected recipients.',
      '',
      '  <ann@example.org>  delivery failed; will not continue trying',
      '  <bob@example.org>  delivery failed; will not continue trying',
    ],
    is: 'bounce; ann@example.org for now - -; bob@example.org for now - -',
  },
  'a postmaster that tells of it in a sentence': {
    from: 'Postmaster <postmaster@example.net>',
    subject: 'Notification about your mail',
    text: ['The message sent to <ann@example.org> could not be delivered.', '', 'Error: user unknown'],
    is: 'bounce; ann@example.org for good - -',
  },
  'what was answered behind the command': {
    text: ['These failed:', '', 'ann@example.org', 'Reason: RCPT TO:<ann@example.org> 550 No such recipient'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'several in one line': {
    text: ['These failed:', '', 'ann@example.org, bob@example.org', '', '550 5.1.1 user unknown'],
    is: 'bounce; ann@example.org for good 5.1.1 550; bob@example.org for good 5.1.1 550',
  },
  'a numbered list': {
    text: ['These failed:', '', '1. ann@example.org - user unknown', '2) bob@example.org - mailbox full'],
    is: 'bounce; ann@example.org for good - -; bob@example.org for now - -',
  },
  'a table': {
    text: [
      'Recipient           Reason',
      '------------------  ------------',
      'ann@example.org     user unknown',
      'bob@example.org     mailbox full',
    ],
    is: 'bounce; ann@example.org for good - -; bob@example.org for now - -',
  },
  'a daemon in other words, without an envelope': {
    from: 'MAILER-DAEMON@mx.example.net',
    subject: 'aviso de fallo',
    nullPath: false,
    text: [
      'No he podido entregar su mensaje.',
      '',
      '<ann@example.org>:',
      'Sorry, no mailbox here by that name. (#5.1.1)',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 -',
  },
  'a daemon in Russian, without an envelope': {
    from: 'MAILER-DAEMON@mx.example.net',
    subject: 'Lamp',
    nullPath: false,
    text: ['Ваше письмо не может быть доставлено.', '', '<ann@example.org>: 550 Нет такого пользователя'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'X.400 above a copy, without an envelope': {
    from: 'MTA <mta@example.net>',
    subject: 'Non-Delivery Notification',
    nullPath: false,
    text: [
      'Your message was not delivered to:   ann@example.org',
      'for the following reason:',
      '     Diagnostic was Unrecognised OR Name',
      '',
      'The Original Message follows:',
      ...copy,
    ],
    is: 'bounce; ann@example.org for good - -',
  },
  'a filter of its own name, without an envelope': {
    from: 'imsva@example.net',
    subject: 'Mail could not be delivered',
    nullPath: false,
    text: [
      'Received >>> 550 5.1.1 <ann@example.org>: User unknown',
      '',
      'Unable to deliver message to:',
      '<ann@example.org>',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550',
  },
  'James, without an envelope': {
    from: 'postmaster@example.net',
    subject: '[BOUNCE] Lamp',
    nullPath: false,
    text: ["I'm afraid I wasn't able to deliver your message.", '', 'ann@example.org', '', '550 - no such user here'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'a postmaster in Chinese, without an envelope': {
    from: 'postmaster@example.net',
    subject: encoded('传递状态通知(失败)'),
    nullPath: false,
    text: ['传递到下列收件人失败。', '', 'ann@example.org', '550 Requested action not taken: mailbox unavailable'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'a postmaster in Spanish, without an envelope': {
    from: 'postmaster@example.net',
    subject: encoded('Notificación de estado de entrega (error)'),
    nullPath: false,
    text: ['Error en la entrega a los siguientes destinatarios.', '', 'ann@example.org', '550 mailbox unavailable'],
    is: 'bounce; ann@example.org for good - 550',
  },
  'SMTP code in status with no reply': {
    ...report([
      'Final-Recipient: rfc822; ann@example.org',
      'Action: failed',
      'Status: 5.0.0',
      'Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error for name=no.example type=A: Host not found',
    ]),
    is: 'bounce; ann@example.org for good 5.0.0 -',
  },
};

describe('bounces in odd shapes', () => {
  test.each(Object.entries(shapes))('%s', async (_name, shape) => {
    expect(await told(shape)).toBe(shape.is);
  });
});
