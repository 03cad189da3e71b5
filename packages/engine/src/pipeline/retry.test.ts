import { HubError } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { backoffMs, ingestPolicy, sendRetry } from './retry.ts';

const hourMs = 3_600_000;

it.each([
  { attempt: 1, random: 0, asked: undefined, wait: 500 },
  { attempt: 1, random: 0.99, asked: undefined, wait: 995 },
  { attempt: 24, random: 0, asked: undefined, wait: 450_000 },
  { attempt: 1, random: 0, asked: 100, wait: 500 },
  { attempt: 1, random: 0, asked: 6 * hourMs, wait: 6 * hourMs },
  { attempt: 24, random: 0, asked: 24 * hourMs, wait: 24 * hourMs },
  { attempt: 1, random: 0, asked: 25 * hourMs, wait: 24 * hourMs },
])('a message waits $wait ms after try $attempt when $asked ms are asked for', ({ attempt, random, asked, wait }) => {
  expect(backoffMs(sendRetry, attempt, random, asked)).toBe(wait);
});

it('a contact waits an hour at the most for a file that its provider cannot give', () => {
  const policy = ingestPolicy(new HubError('provider_unavailable', 'The carrier answered 503'));
  expect(backoffMs(policy, 1, 0, 6 * hourMs)).toBe(hourMs);
});
