import { describe, expect, it } from 'vitest';
import { betweenOf } from './consent-between.ts';

const mail = { channel: 'email', account: 'email', address: 'ada@example.org' };
const webhook = { channel: 'http', account: 'shop', address: 'ada@example.org' };

describe('what consent on a ticket is about', () => {
  it.each([
    ['mail', 'email', 'support@patchbay.test', true, 'ada@example.org', mail],
    ['mail that was written with capitals', 'email', 'support@patchbay.test', true, 'Ada@Example.org', mail],
    ['a source that is answered by mail', 'http', 'shop', true, 'ada@example.org', mail],
    [
      'a source that is answered by its webhook, of somebody with an address',
      'http',
      'shop',
      false,
      'ada@example.org',
      webhook,
    ],
    ['somebody else', 'email', 'support@patchbay.test', true, 'bob@example.org', undefined],
  ] as const)('%s', (_, channel, channelAccount, copies, contactAddress, between) =>
    expect(betweenOf({ channel, channelAccount, contactAddress, limits: { copies } }, 'ada@example.org')).toEqual(
      between,
    ),
  );

  it('a text message, of a number', () =>
    expect(
      betweenOf(
        { channel: 'sms', channelAccount: '+4930123', contactAddress: '+4915112380001', limits: { copies: false } },
        '+4915112380001',
      ),
    ).toEqual({ channel: 'sms', account: '+4930123', address: '+4915112380001' }));

  it('nothing before the ticket is there', () => expect(betweenOf(undefined, 'ada@example.org')).toBeUndefined());
});
