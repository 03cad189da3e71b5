import type { OutboundMessage } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { findMessage } from './find-message.ts';
import type { TwilioRest } from './rest.ts';

const message = { channelAccount: '+4930901821', to: '+4915112345678', text: 'Hi' } as OutboundMessage;
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes));
const listed = (sid: string, minutes: number) => ({
  sid,
  body: 'Hi',
  direction: 'outbound-api',
  dateCreated: at(minutes),
});

it.each([
  { what: 'a try that it took', list: [listed('SM1', 0)], first: 0, last: 10, now: 11, found: { externalId: 'SM1' } },
  { what: 'one before that', list: [listed('SM1', -5)], first: 0, last: 0, now: 11, found: 'not-sent' },
  { what: 'two', list: [listed('SM1', 0), listed('SM2', 10)], first: 0, last: 10, now: 20, found: 'cannot-tell' },
  { what: 'one of ours', list: [listed('known', 0)], first: 0, last: 0, now: 11, found: 'not-sent' },
  { what: 'none, right after the only try', list: [], first: 0, last: 0, now: 1, found: 'not-listed' },
  { what: 'none, right after the last try', list: [], first: 0, last: 10, now: 11, found: 'not-listed' },
  { what: 'none, later', list: [], first: 0, last: 10, now: 12, found: 'not-sent' },
])('$what on the list: $found', async ({ list, first, last, now, found }) => {
  const rest = (operation: (client: unknown) => unknown) => operation({ messages: { list: () => list } });
  const asked = { since: at(first), last: at(last), known: async () => new Set(['known']) };
  const network = { rest: rest as unknown as TwilioRest, address: (number: string) => number };
  expect(await findMessage(network, message, asked, at(now), AbortSignal.timeout(1000))).toEqual(found);
});
