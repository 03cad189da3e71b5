import { describe, expect, test } from 'vitest';
import { messageRecipients } from './message-recipients.ts';

describe('messageRecipients', () => {
  test('To wins over Cc, and Cc over Bcc', () => {
    expect(
      messageRecipients({
        to: ['A@x.example', 'a@X.example'],
        cc: ['a@x.example', 'b@x.example'],
        bcc: ['b@x.example', 'c@x.example'],
      }),
    ).toEqual({ to: ['a@x.example'], cc: ['b@x.example'], bcc: ['c@x.example'] });
  });

  test.each([
    '',
    'a',
    'a@b.example, c@d.example',
    'A <a@b.example>',
    'a@b.example\r\nBcc: c@d.example',
    'a\u2028@b.example',
    '"a b"@c.example',
    '"a"@c.example',
    `${'é'.repeat(33)}@c.example`,
    'a@b@c.example',
    'a@',
  ])('%j is no recipient', (address) => {
    expect(messageRecipients({ to: ['ok@x.example'], cc: [address], bcc: [] })).toEqual({ wrong: 'cc.0' });
  });
});
