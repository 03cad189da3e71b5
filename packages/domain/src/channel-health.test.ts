import { describe, expect, it } from 'vitest';
import { accountHealth, hourlyTrend } from './channel-health.ts';
import type { AccountFigures } from './channel-health.ts';
import { defaultWatchLimits } from './watch-limits.ts';

const now = new Date('2026-03-02T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const well: AccountFigures = {
  setUp: true,
  lastContactAt: ago(30),
  lastSentAt: ago(30),
  lastSendErrorAt: null,
  oldestPendingAt: null,
  oldestOutgoingAt: null,
  retrying: 0,
  putOff: 0,
  failed: 0,
  unknown: 0,
  ingestDelay: 0.05,
};
const hour = 3600;

describe('the health of an account', () => {
  it.each<[string, Partial<AccountFigures>, string, string]>([
    ['all is well', {}, 'ok', 'fine'],
    ['nothing has come in yet', { lastContactAt: null }, 'ok', 'no-contact-yet'],
    ['its channel is not set up', { setUp: false, retrying: 3 }, 'off', 'not-set-up'],
    ['a backlog of a minute', { oldestPendingAt: ago(60) }, 'slow', 'backlog'],
    ['a backlog of a quarter of an hour', { oldestPendingAt: ago(900) }, 'failing', 'backlog'],
    ['messages that wait to be sent', { oldestOutgoingAt: ago(61) }, 'slow', 'outgoing-backlog'],
    ['messages that have long waited to be sent', { oldestOutgoingAt: ago(901) }, 'failing', 'outgoing-backlog'],
    ['contacts that took a minute', { ingestDelay: 60 }, 'slow', 'delay'],
    ['a refused message among others that were sent', { failed: 1, lastSendErrorAt: ago(50) }, 'ok', 'fine'],
    ['one refused message and none since', { failed: 1, lastSendErrorAt: ago(10) }, 'ok', 'fine'],
    [
      'three lost messages and none sent since',
      { failed: 2, unknown: 1, lastSendErrorAt: ago(10) },
      'failing',
      'sends-fail',
    ],
    ['three refused messages, and then one was sent', { failed: 3, lastSendErrorAt: ago(40) }, 'ok', 'fine'],
    [
      'a provider that was never reached',
      { retrying: 1, lastSentAt: null, lastSendErrorAt: ago(1) },
      'failing',
      'not-reached',
    ],
    ['one recipient who is put off, and none sent since', { putOff: 1, lastSendErrorAt: ago(10) }, 'ok', 'fine'],
    [
      'several recipients who are put off, and none sent since',
      { putOff: 2, failed: 1, lastSendErrorAt: ago(10) },
      'failing',
      'sends-fail',
    ],
    [
      'several recipients who are put off while others have theirs',
      { putOff: 9, lastSendErrorAt: ago(60) },
      'ok',
      'fine',
    ],
    ['a message tried again while others leave', { retrying: 1, lastSendErrorAt: ago(60) }, 'ok', 'fine'],
    ['no contact for three days', { lastContactAt: ago(72 * hour) }, 'silent', 'silent'],
    [
      'silent, and behind with what it sends',
      { lastContactAt: ago(99 * hour), oldestOutgoingAt: ago(99) },
      'slow',
      'outgoing-backlog',
    ],
  ])('%s', (_name, figures, state, code) => {
    expect(accountHealth({ ...well, ...figures }, defaultWatchLimits.channels, now)).toMatchObject({
      state,
      reason: { code },
    });
  });

  it('is never silent where that is switched off', () => {
    const limits = { ...defaultWatchLimits.channels, silentHours: null };
    expect(accountHealth({ ...well, lastContactAt: ago(9999 * hour) }, limits, now).state).toBe('ok');
  });
});

describe('the trend', () => {
  const course = [
    { at: '2026-03-02T12:00:00Z', contacts: 1 },
    { at: '2026-03-02T11:55:00Z', contacts: 2 },
    { at: '2026-03-02T11:30:00Z', contacts: 5 },
    { at: '2026-03-02T11:20:00Z', contacts: 7 },
    { at: '2026-03-02T11:00:00+00:00', contacts: 3 },
    { at: '2026-03-02T10:30:00Z', contacts: 20 },
    { at: '2026-03-02T09:55:00Z', contacts: 50 },
  ];

  it.each([
    ['UTC', [20, 17, 1]],
    // Their hours begin at 30 and at 15 minutes past those of UTC.
    ['Asia/Kolkata', [50, 30, 8]],
    ['Asia/Kathmandu', [50, 23, 15]],
  ])(
    'sums stretches of five minutes by the hour of %s, the present one last, and leaves out what is older',
    (zone, sums) => {
      expect(hourlyTrend(course, now, zone, 3)).toEqual(sums);
    },
  );
});
