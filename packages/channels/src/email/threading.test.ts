import { describe, expect, test } from 'vitest';
import { signReplyAddress } from './reply-address.ts';
import { messageIds, threadingOf, ticketNumberIn } from './threading.ts';

const key = Buffer.alloc(32, 1);
const ticketId = '5f1c2f0e-9d9c-4a8e-8a52-0d9a3b6f7c11';

describe('messageIds', () => {
  test.each([
    ['<a@x> <b@y>', ['<a@x>', '<b@y>']],
    ['<a@x><b@y>', ['<a@x>', '<b@y>']],
    ['Your message of Monday <a@x>', ['<a@x>']],
    ['a@x, b@y', ['<a@x>', '<b@y>']],
    ['nothing here', []],
    [`<${'a'.repeat(2000)}@x>`, []],
  ])('%j', (header, ids) => {
    expect(messageIds(header)).toEqual(ids);
  });
});

describe('ticketNumberIn', () => {
  test.each([
    ['Re: Order [#42]', 42],
    ['[#7] [#8]', 7],
    ['#42', undefined],
    ['[#]', undefined],
    ['[#99999999999999999999]', undefined],
    // Greater than any ticket's: PostgreSQL's integer would refuse the whole mail.
    ['Re: [#999999999999999] cheap watches', undefined],
  ])('%j', (subject, number) => {
    expect(ticketNumberIn(subject)).toBe(number);
  });
});

describe('threadingOf', () => {
  const mail = { inReplyTo: '', references: '', reported: [], subject: '', recipients: [] };

  test('joins References, In-Reply-To and what a report is about, without repetitions, nearest last', () => {
    const threading = threadingOf({ ...mail, inReplyTo: '<b@x>', references: '<b@x> <a@x>', reported: ['<c@x>'] }, key);
    expect(threading).toEqual({ inReplyTo: '<b@x>', references: ['<a@x>', '<b@x>', '<c@x>'] });
  });

  test('keeps the last fifty', () => {
    const references = Array.from({ length: 80 }, (_, index) => `<${index}@x>`).join(' ');
    const kept = threadingOf({ ...mail, references }, key).references;
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([50, '<30@x>', '<79@x>']);
  });

  test('finds the signed address among the recipients', () => {
    const recipients = ['service@centre.test', signReplyAddress(ticketId, 'centre.test', key).toUpperCase()];
    expect(threadingOf({ ...mail, recipients }, key).ticketId).toBe(ticketId);
  });
});
