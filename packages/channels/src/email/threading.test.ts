import { describe, expect, test } from 'vitest';
import { signReplyAddress } from './reply-address.ts';
import { messageIds, threadingOf, ticketNumbersIn } from './threading.ts';

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

describe('ticketNumbersIn', () => {
  test.each([
    ['Re: Order [#42]', [42]],
    ['[#7] [#8]', [7, 8]],
    // The customer's own helpdesk tags its tickets the same way.
    ['[#99] Re: [#1234] Printer', [99, 1234]],
    ['[#99] Re: [#1234] Re: [#99] Printer', [99, 1234]],
    ['[#1] [#2] [#3] [#4] [#5] [#6]', [1, 2, 3, 4, 5]],
    ['#42', []],
    ['[#]', []],
    ['[#99999999999999999999]', []],
    // Greater than any ticket's: PostgreSQL's integer would refuse the whole mail.
    ['Re: [#999999999999999] cheap watches', []],
    ['[#999999999999999] Re: [#1234] Printer', [1234]],
  ])('%j', (subject, numbers) => {
    expect(ticketNumbersIn(subject)).toEqual(numbers);
  });
});

describe('threadingOf', () => {
  const mail = { inReplyTo: '', references: '', reported: [], subject: '', recipients: [] };

  test('joins References, In-Reply-To and what a report is about, without repetitions, nearest last', () => {
    const threading = threadingOf({ ...mail, inReplyTo: '<b@x>', references: '<b@x> <a@x>', reported: ['<c@x>'] }, key);
    expect(threading).toEqual({ inReplyTo: '<b@x>', references: ['<a@x>', '<b@x>', '<c@x>'] });
  });

  test.each([
    ['one tag', 'Re: Order [#42]', { ticketNumber: 42 }],
    ['several', '[#99] Re: [#1234] Printer', { ticketNumber: 99, otherTicketNumbers: [1234] }],
  ])('hands over the numbers of %s', (_name, subject, numbers) => {
    expect(threadingOf({ ...mail, subject }, key)).toEqual({ references: [], ...numbers });
  });

  test.each([
    ['written as an encoded word', '=?utf-8?q?=3Cabc=40x=2Eexample=3E?=', ['<abc@x.example>']],
    [
      'written as several, as the email package of Python does with a long one',
      '<one@x.example> =?utf-8?q?=3Clong?= =?utf-8?b?ZXIuaWQuMTIzNEBtYWls?= =?utf-8?q?=2Eexample=3E?= <two@x.example>',
      ['<one@x.example>', '<longer.id.1234@mail.example>', '<two@x.example>'],
    ],
    ['folded within', '<very-long- id@x.example> <b@x.example>', ['<very-long-id@x.example>', '<b@x.example>']],
    ['folded behind its bracket', '< id@x.example >', ['<id@x.example>']],
    ['quoted with a space', '<"a b"@x.example>', []],
    ['with words before it', 'Message of Tue, 3 Mar 2026 <abc@x.example>', ['<abc@x.example>']],
    ['with a time in brackets', 'Message of <Tue, 3 Mar 2026> <abc@x.example>', ['<abc@x.example>']],
    [
      'with an encoded name and its address',
      '=?utf-8?q?=22J=C3=BCrgen=22_=3Cj=40x=2Eexample=3E?= <abc@x.example>',
      ['<abc@x.example>'],
    ],
    ['that looks like an encoded word', '<=?utf-8?q?=3Ca?=@x.example>', ['<=?utf-8?q?=3Ca?=@x.example>']],
    ['in an encoded word without an end', '=?utf-8?q?=3Cabc=40x=2Eexample', []],
  ])('reads an id %s', (_name, written, references) => {
    expect(threadingOf({ ...mail, references: written }, key)).toEqual({ references });
    expect(threadingOf({ ...mail, inReplyTo: written }, key).inReplyTo).toBe(references[0]);
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
