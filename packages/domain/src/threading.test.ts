import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageKind, TicketStatus } from '@patchbay/contracts';
import { decideTicket } from './threading.ts';
import type { ThreadingInput, TicketCandidate } from './threading.ts';

const HOUR = 3_600_000;
const now = new Date('2026-03-02T12:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * HOUR);
const hence = (at: Date) => now.getTime() - at.getTime();

const ticket = (over: Partial<TicketCandidate> = {}): TicketCandidate => ({
  ticketId: 't1',
  number: 1,
  status: 'open',
  customerId: 'anna',
  channel: 'sms',
  via: 'token',
  lastActivityAt: ago(1),
  settledAt: null,
  namesSent: false,
  senderIsParty: false,
  sameEnds: true,
  ...over,
});
const contact = (candidates: TicketCandidate[], over: Partial<ThreadingInput> = {}): ThreadingInput => ({
  channel: 'sms',
  kind: 'customer',
  automatic: false,
  customerId: 'anna',
  candidates,
  continuationMs: 24 * HOUR,
  keepsEnds: true,
  reopenMs: 72 * HOUR,
  now,
  ...over,
});
/** `+t1` continues, `^t1` continues and reopens, `>t1` opens a linked one, `new` opens one by itself. */
const short = (input: ThreadingInput): string => {
  const decision = decideTicket(input);
  expect(decision.reason).not.toBe('');
  if (decision.action === 'continue') return `${decision.reopen ? '^' : '+'}${decision.ticketId}`;
  return decision.linkedTicketId === null ? 'new' : `>${decision.linkedTicketId}`;
};
const stranger = { customerId: 'bob' };
const window = { via: 'window' } as const;

describe('decideTicket', () => {
  it.each<[string, ThreadingInput, string]>([
    ['nothing found', contact([]), 'new'],
    ['a machine is not dropped', contact([], { automatic: true, kind: 'auto-reply' }), 'new'],
    ['open ticket', contact([ticket()]), '+t1'],
    ['passed on by a machine, as by a person', contact([ticket({ status: 'resolved' })], { automatic: true }), '^t1'],
    [
      'passed on by a machine for nobody of the ticket',
      contact([ticket({ status: 'resolved' })], { ...stranger, automatic: true }),
      '>t1',
    ],
    ['pending ticket', contact([ticket({ status: 'pending' })]), '^t1'],
    ['resolved in time', contact([ticket({ status: 'resolved', lastActivityAt: ago(72) })]), '^t1'],
    ['resolved too long ago', contact([ticket({ status: 'resolved', lastActivityAt: ago(73) })]), '>t1'],
    [
      'nothing happened for long, and resolved in time',
      contact([ticket({ status: 'resolved', lastActivityAt: ago(300), settledAt: ago(72) })]),
      '^t1',
    ],
    [
      'resolved too long ago, and nothing happened for longer',
      contact([ticket({ status: 'resolved', lastActivityAt: ago(300), settledAt: ago(73) })]),
      '>t1',
    ],
    [
      'settled long ago, and written to since',
      contact([ticket({ status: 'closed', lastActivityAt: ago(72), settledAt: ago(300) })]),
      '^t1',
    ],
    ['closed in time', contact([ticket({ status: 'closed' })]), '^t1'],
    ['closed too long ago', contact([ticket({ status: 'closed', lastActivityAt: ago(73) })]), '>t1'],
    ['another channel, by token', contact([ticket({ channel: 'email' })]), '+t1'],
    ['no party', contact([ticket()], stranger), '>t1'],
    ['no customer yet', contact([ticket()], { customerId: null }), '>t1'],
    ['party though another customer', contact([ticket({ senderIsParty: true })], stranger), '+t1'],
    ['guessed ticket number', contact([ticket({ via: 'tag' })], stranger), '>t1'],
    ['its answer came before it', contact([ticket({ via: 'answered' })]), '+t1'],
    ['a stranger answered it before', contact([ticket({ via: 'answered' })], stranger), '>t1'],
    [
      'what it answers stands before what answers it',
      contact([ticket({ ticketId: 't2', via: 'answered' }), ticket({ via: 'reference' })]),
      '+t1',
    ],
    ['own ticket number', contact([ticket({ via: 'tag' })]), '+t1'],
    [
      'own ticket number behind one of somebody else',
      contact([
        ticket({ ticketId: 't2', number: 2, customerId: 'bob', via: 'tag' }),
        ticket({ senderIsParty: true, via: 'tag' }),
      ]),
      '+t1',
    ],
    [
      'several guessed ticket numbers',
      contact([ticket({ via: 'tag' }), ticket({ ticketId: 't2', number: 2, via: 'tag' })], stranger),
      '>t1',
    ],
    [
      'bounce by reference from a mailer daemon',
      contact([ticket({ via: 'reference', namesSent: true })], { ...stranger, kind: 'bounce', automatic: true }),
      '+t1',
    ],
    ...(['bounce', 'delivery-notice', 'complaint-report', 'system'] as const).map(
      (kind): [string, ThreadingInput, string] => [
        `${kind} of a stranger that names a mail of the customer’s`,
        contact([ticket({ via: 'reference' })], { ...stranger, kind, automatic: true }),
        '>t1',
      ],
    ),
    [
      'delivery notice of the customer’s own program, by reference',
      contact([ticket({ via: 'reference' })], { kind: 'delivery-notice', automatic: true }),
      '+t1',
    ],
    [
      'bounce that names a mail of one customer’s and a message of ours to another',
      contact([ticket({ via: 'reference' }), ticket({ ticketId: 't2', via: 'reference', namesSent: true })], {
        ...stranger,
        kind: 'bounce',
      }),
      '+t2',
    ],
    [
      'auto-reply by reference from a stranger',
      contact([ticket({ via: 'reference' })], { ...stranger, kind: 'auto-reply', automatic: true }),
      '>t1',
    ],
    [
      'auto-reply to the signed address',
      contact([ticket()], { ...stranger, kind: 'auto-reply', automatic: true }),
      '+t1',
    ],
    ['bounce to a closed ticket', contact([ticket({ status: 'closed' })], { ...stranger, kind: 'bounce' }), '+t1'],
    [
      'auto-reply does not wake a pending ticket',
      contact([ticket({ status: 'pending' })], { kind: 'auto-reply' }),
      '+t1',
    ],
    ['complaint report by token', contact([ticket()], { ...stranger, kind: 'complaint-report' }), '+t1'],
    [
      'delivery notice by a mere tag of a stranger',
      contact([ticket({ via: 'tag' })], { ...stranger, kind: 'delivery-notice' }),
      '>t1',
    ],
    [
      'token before reference, whatever the order given',
      contact([ticket({ ticketId: 't2', via: 'reference' }), ticket()]),
      '+t1',
    ],
    ['reference before tag', contact([ticket({ ticketId: 't2', via: 'tag' }), ticket({ via: 'reference' })]), '+t1'],
    ['tag before window', contact([ticket({ ...window, ticketId: 't2' }), ticket({ via: 'tag' })]), '+t1'],
    [
      'a ticket long closed named, its successor in the window',
      contact([ticket({ status: 'closed', lastActivityAt: ago(73) }), ticket({ ...window, ticketId: 't2' })]),
      '+t2',
    ],
    [
      'the first named is linked',
      contact(
        [ticket({ ticketId: 't2', via: 'tag' }), ticket()].map((one) => ({
          ...one,
          status: 'closed' as const,
          lastActivityAt: ago(73),
        })),
      ),
      '>t1',
    ],
    ['window', contact([ticket(window)]), '+t1'],
    ['window, at its end', contact([ticket({ ...window, lastActivityAt: ago(24) })]), '+t1'],
    ['window, after its end', contact([ticket({ ...window, lastActivityAt: ago(25) })]), 'new'],
    ['window switched off', contact([ticket({ ...window, lastActivityAt: now })], { continuationMs: 0 }), 'new'],
    ['window, another channel', contact([ticket({ ...window, channel: 'chat' })]), 'new'],
    ['window, another customer', contact([ticket({ ...window, senderIsParty: true })], stranger), 'new'],
    ['window, closed', contact([ticket({ ...window, status: 'closed' })]), 'new'],
    ['window, resolved', contact([ticket({ ...window, status: 'resolved' })]), '^t1'],
    [
      'window, resolved before the reopen time',
      contact([ticket({ ...window, status: 'resolved', lastActivityAt: ago(3) })], { reopenMs: 2 * HOUR }),
      'new',
    ],
    [
      'window, resolved within the reopen time',
      contact([ticket({ ...window, status: 'resolved', lastActivityAt: ago(3), settledAt: ago(1) })], {
        reopenMs: 2 * HOUR,
      }),
      '^t1',
    ],
    [
      'window, after its end, resolved just now',
      contact([ticket({ ...window, status: 'resolved', lastActivityAt: ago(25), settledAt: now })]),
      'new',
    ],
    [
      'window, another number of ours or another phone of the customer',
      contact([ticket({ ...window, sameEnds: false })]),
      'new',
    ],
    [
      'window, another end, where answers choose theirs',
      contact([ticket({ ...window, sameEnds: false })], { keepsEnds: false }),
      '+t1',
    ],
    [
      'window, more recent at another end',
      contact([ticket({ ...window, lastActivityAt: ago(2) }), ticket({ ...window, ticketId: 't2', sameEnds: false })]),
      '+t1',
    ],
    ['another end, by reference', contact([ticket({ via: 'reference', sameEnds: false })]), '+t1'],
    [
      'window, most recent',
      contact([ticket({ ...window, lastActivityAt: ago(2) }), ticket({ ...window, ticketId: 't2' })]),
      '+t2',
    ],
  ])('%s', (_name, input, expected) => {
    expect(short(input)).toBe(expected);
  });

  it.each<[string, ThreadingInput, boolean]>([
    ['a party of a ticket long over', contact([ticket({ status: 'closed', lastActivityAt: ago(73) })]), true],
    ['a stranger', contact([ticket({ status: 'closed', lastActivityAt: ago(73) })], stranger), false],
    ['nobody’s ticket', contact([]), false],
  ])('tells whether the linked ticket is taken up by one of its own: %s', (_name, input, expected) => {
    expect(decideTicket(input)).toMatchObject({ action: 'open', takesUp: expected });
  });

  const candidate: fc.Arbitrary<TicketCandidate> = fc.record({
    ticketId: fc.constantFrom('t1', 't2', 't3'),
    number: fc.integer({ min: 1, max: 9 }),
    status: fc.constantFrom<TicketStatus>('open', 'pending', 'resolved', 'closed'),
    customerId: fc.constantFrom('anna', 'bob'),
    channel: fc.constantFrom('sms', 'email'),
    via: fc.constantFrom('token', 'reference', 'answered', 'tag', 'window'),
    lastActivityAt: fc.integer({ min: 0, max: 100 }).map(ago),
    settledAt: fc.option(fc.integer({ min: 0, max: 100 }).map(ago)),
    namesSent: fc.boolean(),
    senderIsParty: fc.boolean(),
    sameEnds: fc.boolean(),
  });
  const input: fc.Arbitrary<ThreadingInput> = fc.record({
    channel: fc.constantFrom('sms', 'email'),
    kind: fc.constantFrom<MessageKind>('customer', 'auto-reply', 'bounce'),
    automatic: fc.boolean(),
    customerId: fc.constantFrom('anna', 'bob', null),
    candidates: fc.uniqueArray(candidate, { maxLength: 3, selector: (one) => one.ticketId }),
    continuationMs: fc.constantFrom(0, 24 * HOUR),
    keepsEnds: fc.boolean(),
    reopenMs: fc.constantFrom(0, 48 * HOUR),
    now: fc.constant(now),
  });

  it('never adds a customer message to a ticket long over or to one of somebody else', () => {
    fc.assert(
      fc.property(input, (given) => {
        const decision = decideTicket(given);
        if (decision.action !== 'continue' || given.kind !== 'customer') return;
        const chosen = given.candidates.find((one) => one.ticketId === decision.ticketId);
        if (chosen?.status === 'resolved' || chosen?.status === 'closed')
          expect(
            Math.min(...[chosen.lastActivityAt, chosen.settledAt ?? chosen.lastActivityAt].map(hence)),
          ).toBeLessThanOrEqual(given.reopenMs);
        expect(chosen?.senderIsParty === true || chosen?.customerId === given.customerId).toBe(true);
      }),
    );
  });

  it('never reopens for a machine report', () => {
    fc.assert(
      fc.property(input, (given) => {
        const decision = decideTicket({ ...given, kind: 'bounce' });
        expect(decision.action === 'continue' && decision.reopen).toBe(false);
      }),
    );
  });
});
