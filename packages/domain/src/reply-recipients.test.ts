import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnsweredMail, replyRecipients } from './reply-recipients.ts';

const mail: AnsweredMail = {
  from: 'ann@customer.example',
  to: ['support@centre.example'],
  cc: [],
  replyTo: [],
  verdict: null,
};
const isOurs = (address: string) => address.endsWith('@centre.example');
const signed = `reply+${'a'.repeat(26)}.${'b'.repeat(16)}@elsewhere.example`;

describe('replyRecipients', () => {
  test.each<[string, Partial<AnsweredMail> | null, string[], string[], string[], string[]]>([
    ['the sender', {}, ['ann@customer.example'], ['ann@customer.example'], [], []],
    [
      'everybody in To and Cc but us, once, by normal form',
      {
        to: ['support@centre.example', 'Bob@Firm.example'],
        cc: ['bob@firm.example', 'cy@firm.example', 'ANN@customer.example'],
      },
      ['ann@customer.example'],
      ['ann@customer.example', 'bob@firm.example'],
      ['cy@firm.example'],
      [],
    ],
    [
      'no signed address of ours, at any domain',
      { cc: [signed] },
      ['ann@customer.example'],
      ['ann@customer.example'],
      [],
      [],
    ],
    [
      'Reply-To of the same domain',
      { replyTo: ['desk@customer.example'] },
      ['desk@customer.example'],
      ['desk@customer.example'],
      [],
      [],
    ],
    [
      'not Reply-To of another domain',
      { replyTo: ['thief@evil.example'] },
      ['ann@customer.example'],
      ['ann@customer.example'],
      [],
      ['thief@evil.example'],
    ],
    [
      'not one that only looks alike',
      { replyTo: ['ann@customer.example.evil.example'] },
      ['ann@customer.example'],
      ['ann@customer.example'],
      [],
      ['ann@customer.example.evil.example'],
    ],
    [
      'Reply-To of a mail that From vouches for',
      { replyTo: ['list@other.example'], verdict: 'pass' },
      ['list@other.example'],
      ['list@other.example'],
      [],
      [],
    ],
    [
      'not of one that fails',
      { replyTo: ['list@other.example'], verdict: 'fail' },
      ['ann@customer.example'],
      ['ann@customer.example'],
      [],
      ['list@other.example'],
    ],
    [
      'not of one that fails, though it is of the same domain, which may be a provider of many',
      { replyTo: ['thief@customer.example'], verdict: 'fail' },
      ['ann@customer.example'],
      ['ann@customer.example'],
      [],
      ['thief@customer.example'],
    ],
    [
      'not Reply-To of the same provider of many',
      { from: 'victim@gmail.com', replyTo: ['thief@gmail.com'] },
      ['victim@gmail.com'],
      ['victim@gmail.com'],
      [],
      ['thief@gmail.com'],
    ],
    [
      'nor where that confirms the sender: whose mailbox it is it does not say',
      { from: 'victim@qq.com', replyTo: ['thief@qq.com'], verdict: 'pass' },
      ['victim@qq.com'],
      ['victim@qq.com'],
      [],
      ['thief@qq.com'],
    ],
    [
      'nor one elsewhere',
      { from: 'victim@yahoo.co.uk', replyTo: ['thief@evil.example'], verdict: 'pass' },
      ['victim@yahoo.co.uk'],
      ['victim@yahoo.co.uk'],
      [],
      ['thief@evil.example'],
    ],
    [
      'the sender alone who is named beside it',
      { from: 'victim@163.com', replyTo: ['Victim@163.com', 'thief@163.com'] },
      ['victim@163.com'],
      ['victim@163.com'],
      [],
      ['thief@163.com'],
    ],
    [
      'a sender there who names nobody else',
      { from: 'victim@hotmail.fr', replyTo: ['Victim@Hotmail.fr'] },
      ['victim@hotmail.fr'],
      ['victim@hotmail.fr'],
      [],
      [],
    ],
    [
      'not when one of two is a stranger’s',
      { replyTo: ['desk@customer.example', 'thief@evil.example'] },
      ['ann@customer.example'],
      ['ann@customer.example'],
      [],
      ['desk@customer.example', 'thief@evil.example'],
    ],
    [
      'whoever opened the ticket when the sender is us',
      { from: 'support@centre.example' },
      ['opener@customer.example'],
      ['opener@customer.example'],
      [],
      [],
    ],
    ['whoever opened it when nothing came', null, ['opener@customer.example'], ['opener@customer.example'], [], []],
    [
      'nobody by what is no address',
      { from: 'Ann', cc: ['undisclosed-recipients:;', ''] },
      ['opener@customer.example'],
      ['opener@customer.example'],
      [],
      [],
    ],
  ])('answers %s', (_, change, to, allTo, allCc, doubtful) => {
    const sets = replyRecipients(change && { ...mail, ...change }, 'opener@customer.example', isOurs);
    expect(sets).toEqual({ reply: { to, cc: [] }, replyAll: { to: allTo, cc: allCc }, doubtfulReplyTo: doubtful });
  });

  test('names nobody twice, and never us', () => {
    const address = fc.oneof(
      fc.constantFrom('a@x.example', 'A@X.example', 'b@y.example', 'us@centre.example', 'US@CENTRE.example', signed),
      fc.string(),
      fc.emailAddress(),
    );
    const list = fc.array(address, { maxLength: 8 });
    const verdict = fc.constantFrom('pass', 'fail', 'none', 'unavailable', null);
    fc.assert(
      fc.property(fc.record({ from: address, to: list, cc: list, replyTo: list, verdict }), (given) => {
        const { reply, replyAll } = replyRecipients(given, 'opener@customer.example', isOurs);
        const all = [...replyAll.to, ...replyAll.cc];
        expect(new Set(all).size).toBe(all.length);
        expect(all.filter((one) => isOurs(one) || one === signed)).toEqual([]);
        expect(reply.to.length).toBeGreaterThan(0);
        expect(replyAll.to).toEqual(expect.arrayContaining(reply.to));
      }),
    );
  });
});
