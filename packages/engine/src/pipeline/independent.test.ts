import { inboundContact } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf, independent } from './independent.ts';
import type { Waiting } from './independent.ts';

/** A contact that has these message ids, customers and tickets. */
function waiting(
  inboxId: string,
  {
    sender = inboxId,
    answers = [],
    customers = [],
    tickets = [],
    call = false,
    about = [],
    addressee = null,
    files = false,
    otherTicketNumbers,
  }: {
    sender?: string;
    answers?: readonly string[];
    customers?: readonly string[];
    /** Each its own customer's, or that of another. */
    tickets?: readonly (string | { ticketId: string; customerId: string })[];
    call?: boolean;
    /** Whose addresses it reports on. */
    about?: readonly string[];
    addressee?: string | null;
    files?: boolean;
    otherTicketNumbers?: number[];
  } = {},
): Waiting {
  const contact = inboundContact.parse({
    channel: call ? 'phone' : 'email',
    channelAccount: 'email',
    externalId: `<${inboxId}>`,
    identifiers: [{ kind: 'email', value: `${sender}@x.example`, grade: 'known' }],
    from: `${sender}@x.example`,
    to: ['support@patchbay.test'],
    threading: { references: answers.map((one) => `<${one}>`), ...(otherTicketNumbers && { otherTicketNumbers }) },
    reports: about.map((name) => ({ recipient: `${name.toUpperCase()}@x.example`, result: 'failed', permanent: true })),
    remoteFiles: files ? [{ url: 'https://files.example/1', filename: 'photo.png', contentType: 'image/png' }] : [],
    receivedAt: new Date(0).toISOString(),
    ...(call && { call: { callSid: inboxId, step: 'ringing' } }),
  });
  const snapshot = {
    customers: customers.map((customerId) => ({ customerId })),
    tickets: tickets.map((one) => (typeof one === 'string' ? { ticketId: one, customerId: `of ${one}` } : one)),
    addressee,
  } as unknown as Waiting['snapshot'];
  return { inboxId, contact, snapshot };
}

const idsOf = (chosen: readonly Waiting[]) => chosen.map(({ inboxId }) => inboxId);

describe('contacts that are independent of each other', () => {
  it.each<[string, Waiting[], string[]]>([
    ['strangers go together', [waiting('1'), waiting('2'), waiting('3')], ['1', '2', '3']],
    ['one customer twice', [waiting('1', { sender: 'a' }), waiting('2', { sender: 'a' }), waiting('3')], ['1', '3']],
    ['an answer with what it answers', [waiting('1'), waiting('2', { answers: ['1'] })], ['1']],
    ['an answer that came before what it answers', [waiting('1', { answers: ['2'] }), waiting('2')], ['1']],
    ['one customer by two addresses', [waiting('1', { customers: ['c'] }), waiting('2', { customers: ['c'] })], ['1']],
    ['one ticket', [waiting('1', { tickets: ['t'] }), waiting('2', { tickets: ['t'] })], ['1']],
    [
      'two whom only a later one binds together',
      [waiting('1'), waiting('2'), waiting('3', { answers: ['2', '1'] }), waiting('4')],
      ['1', '4'],
    ],
    [
      'a call, and whoever writes after it',
      [waiting('1', { call: true, sender: 'a' }), waiting('2', { sender: 'a' }), waiting('3')],
      ['3'],
    ],
    [
      'a ticket, and its customer who writes elsewhere',
      [waiting('1', { tickets: [{ ticketId: 't', customerId: 'c' }] }), waiting('2', { customers: ['c'] })],
      ['1'],
    ],
    ['a report, and whom it is about', [waiting('1', { about: ['a'] }), waiting('2', { sender: 'a' })], ['1']],
    [
      'what has files to be fetched, and whoever writes after it',
      [waiting('1', { files: true, sender: 'a' }), waiting('2', { sender: 'a' }), waiting('3')],
      ['3'],
    ],
    [
      'what answers as an addressee, and its ticket',
      [waiting('1', { addressee: 'c', tickets: ['t'] }), waiting('2', { tickets: ['t'] }), waiting('3')],
      ['3'],
    ],
    ['several tickets in one subject', [waiting('1', { otherTicketNumbers: [7] }), waiting('2')], ['2']],
    ['what nobody can read', [{ ...waiting('1'), contact: undefined }, waiting('2')], ['2']],
  ])('%s', (_, given, expected) => {
    expect(idsOf(independent(given))).toEqual(expected);
  });

  it('are the first of all that are bound to each other, however far around', () => {
    const given = fc.array(
      fc.record({
        sender: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
        answers: fc.uniqueArray(fc.constantFrom<string>('0', '1', '2', '3', '4', '5', '6', '7'), { maxLength: 2 }),
        tickets: fc.uniqueArray(fc.constantFrom('s', 't', 'u', 'v'), { maxLength: 1 }),
      }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(given, (all) => {
        const bound = (i: number, j: number) => {
          const [one, other] = [all[i], all[j]];
          if (!one || !other) return false;
          return (
            one.sender === other.sender ||
            one.answers.includes(`${j}`) ||
            other.answers.includes(`${i}`) ||
            one.answers.some((id) => other.answers.includes(id)) ||
            one.tickets.some((id) => other.tickets.includes(id))
          );
        };
        const reached = (from: number) => {
          const group = new Set([from]);
          for (const member of group) for (const index of all.keys()) if (bound(member, index)) group.add(index);
          return group;
        };
        const firsts = [...all.keys()].filter((index) => Math.min(...reached(index)) === index);
        const each = all.map((one, index) => waiting(`${index}`, one));
        expect(idsOf(independent(each))).toEqual(firsts.map(String));
        const groups = groupsOf(each).map(idsOf);
        expect(new Set(groups.map(String))).toEqual(
          new Set(firsts.map((index) => String([...reached(index)].toSorted((a, b) => a - b)))),
        );
        expect(groups).toHaveLength(firsts.length);
      }),
    );
  });
});
