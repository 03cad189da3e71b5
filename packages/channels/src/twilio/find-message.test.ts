import type { OutboundMessage } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { findMessage } from './find-message.ts';
import type { TwilioRest } from './rest.ts';

const message = { channelAccount: '+4930901821', to: '+4915112345678', text: 'Hi' } as OutboundMessage;
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes));
const listed = (sid: string, minutes: number, body = 'Hi') => ({
  sid,
  body,
  direction: 'outbound-api',
  dateCreated: at(minutes),
});
/** Tried once, and asked about when the carrier lists it. */
const once = { first: 0, last: 0, now: 11 };

it.each([
  { what: 'a try that it took', list: [listed('SM1', 0)], first: 0, last: 10, now: 11, found: { externalId: 'SM1' } },
  { what: 'one before that', list: [listed('SM1', -5)], first: 0, last: 0, now: 11, found: 'not-sent' },
  { what: 'two', list: [listed('SM1', 0), listed('SM2', 10)], first: 0, last: 10, now: 20, found: 'cannot-tell' },
  { what: 'one of ours', list: [listed('known', 0)], first: 0, last: 0, now: 11, found: 'not-sent' },
  { what: 'none, right after the only try', list: [], first: 0, last: 0, now: 1, found: 'not-listed' },
  { what: 'none, right after the last try', list: [], first: 0, last: 10, now: 11, found: 'not-listed' },
  { what: 'none, later', list: [], first: 0, last: 10, now: 12, found: 'not-sent' },
  {
    what: 'one with words of the carrier before it',
    list: [listed('SM1', 0, 'Sent from your Twilio trial account - Hi')],
    ...once,
    found: { externalId: 'SM1' },
  },
  {
    what: 'one with words after it',
    list: [listed('SM1', 0, 'Hi\n\nSTOP to end')],
    ...once,
    found: { externalId: 'SM1' },
  },
  {
    what: 'one as it is, and one with words before it',
    list: [listed('SM1', 0, 'Again: Hi'), listed('SM2', 0)],
    ...once,
    found: { externalId: 'SM2' },
  },
  {
    what: 'two with words before it',
    list: [listed('SM1', 0, 'A: Hi'), listed('SM2', 0, 'A: Hi')],
    ...once,
    found: 'cannot-tell',
  },
  {
    what: 'one with words after it, where the carrier adds none',
    list: [listed('SM1', 0, 'Hi (again)'), listed('known', 0)],
    ...once,
    found: 'cannot-tell',
  },
  { what: 'a longer one', list: [listed('SM1', 0, 'Hi, Ann')], ...once, found: 'cannot-tell' },
  { what: 'one with its letters in another word', list: [listed('SM1', 0, 'Higher')], ...once, found: 'cannot-tell' },
  { what: 'another text', list: [listed('SM1', 0, 'Bye')], ...once, found: 'not-sent' },
  { what: 'one of ours with words before it', list: [listed('known', 0, 'A: Hi')], ...once, found: 'not-sent' },
  { what: 'one with words before it, earlier', list: [listed('SM1', -5, 'A: Hi')], ...once, found: 'not-sent' },
])('$what on the list: $found', async ({ list, first, last, now, found }) => {
  const rest = (operation: (client: unknown) => unknown) => operation({ messages: { list: () => list } });
  const asked = { since: at(first), last: at(last), known: async () => new Set(['known']) };
  const network = { rest: rest as unknown as TwilioRest, address: (number: string) => number };
  expect(await findMessage(network, message, asked, at(now), AbortSignal.timeout(1000))).toEqual(found);
});

it.each([
  { list: [listed('SM1', 0, '')], found: { externalId: 'SM1' } },
  { list: [listed('SM1', 0, 'Sent from your Twilio trial account - ')], found: 'cannot-tell' },
  { list: [], found: 'not-sent' },
])('of a message of files alone: $found', async ({ list, found }) => {
  const rest = (operation: (client: unknown) => unknown) => operation({ messages: { list: () => list } });
  const asked = { since: at(0), last: at(0), known: async () => new Set<string>() };
  const network = { rest: rest as unknown as TwilioRest, address: (number: string) => number };
  expect(await findMessage(network, { ...message, text: '' }, asked, at(11), AbortSignal.timeout(1000))).toEqual(found);
});
