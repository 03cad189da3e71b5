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

const askOf = (
  sent: Partial<OutboundMessage>,
  list: readonly (Omit<ReturnType<typeof listed>, 'body'> & { body: string | null })[],
) =>
  findMessage(
    {
      rest: ((operation: (client: unknown) => unknown) =>
        operation({ messages: { list: () => list } })) as unknown as TwilioRest,
      address: (number: string) => number,
    },
    { ...message, ...sent },
    { since: at(0), last: at(0), known: async () => new Set(['known']) },
    at(11),
    AbortSignal.timeout(1000),
  );

const template = { contentSid: `HX${'ab'.repeat(16)}`, variables: ['Ada'] };

it.each([
  { what: 'as the hub fills it', list: [listed('SM1', 0, 'Hello Ada')], found: { externalId: 'SM1' } },
  { what: 'with a full stop that was approved', list: [listed('SM1', 0, 'Hello Ada.')], found: 'cannot-tell' },
  { what: 'with other words that were approved', list: [listed('SM1', 0, 'Dear Ada,')], found: 'cannot-tell' },
  { what: 'without its words', list: [{ ...listed('SM1', 0), body: null }], found: 'cannot-tell' },
  {
    what: 'as the hub fills it, and another',
    list: [listed('SM1', 0, 'Dear Ada,'), listed('SM2', 0, 'Hello Ada')],
    found: { externalId: 'SM2' },
  },
  { what: 'not, but one of ours', list: [listed('known', 0, 'Dear Ada,')], found: 'not-sent' },
  { what: 'not, but one before it', list: [listed('SM1', -5, 'Dear Ada,')], found: 'not-sent' },
  { what: 'not', list: [], found: 'not-sent' },
])('a template that is listed $what: $found', async ({ list, found }) => {
  expect(await askOf({ text: 'Hello Ada', template }, list)).toEqual(found);
});

const long = `${'A long text of many words. '.repeat(50)}Its end`;

it.each([
  { what: 'curly quotes', text: '“It’s here”', body: `"It's here"`, found: { externalId: 'SM1' } },
  { what: 'a dash and dots', text: 'Wait – please…', body: 'Wait - please...', found: { externalId: 'SM1' } },
  { what: 'blanks that do not break', text: '5\u00A0€\u202F!', body: '5 € !', found: { externalId: 'SM1' } },
  { what: 'blanks at its ends', text: ' Hello \n', body: 'Hello', found: { externalId: 'SM1' } },
  { what: 'line ends', text: 'One\r\nTwo \rThree', body: 'One\nTwo\nThree', found: { externalId: 'SM1' } },
  {
    what: 'letters apart from their marks',
    text: 'Gru\u0308\u00DFe',
    body: 'Gr\u00FC\u00DFe',
    found: { externalId: 'SM1' },
  },
  {
    what: 'curly quotes, and words before it',
    text: 'It’s here',
    body: `Sent from your Twilio trial account - It's here`,
    found: { externalId: 'SM1' },
  },
  { what: 'a sign of another shape', text: '• One', body: '* One', found: 'cannot-tell' },
  { what: 'a sign that was left out', text: 'All fine! \u{1F44D}', body: 'All fine!', found: 'cannot-tell' },
  { what: 'its end cut off', text: long, body: `${long.slice(0, 1000)}…`, found: 'cannot-tell' },
  { what: 'its words taken out', text: 'Hello', body: '', found: 'cannot-tell' },
  { what: 'nothing but signs', text: '?!', body: 'Bye', found: 'cannot-tell' },
  { what: 'a short beginning alone', text: 'Hello Ada', body: 'Hello', found: 'not-sent' },
  { what: 'letters of another language', text: '你好', body: '再见', found: 'not-sent' },
])('a text that is listed with $what: $found', async ({ text, body, found }) => {
  expect(await askOf({ text }, [listed('SM1', 0, body)])).toEqual(found);
});

it('a text that is listed as it is and with other signs is the first', async () => {
  const list = [listed('SM1', 0, 'It\u2019s here'), listed('SM2', 0, `It's here`)];
  expect(await askOf({ text: `It's here` }, list)).toEqual({ externalId: 'SM2' });
});

it('a message of files alone, whose text is blank, is listed without one', async () => {
  expect(await askOf({ text: ' \n' }, [listed('SM1', 0, '')])).toEqual({ externalId: 'SM1' });
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
