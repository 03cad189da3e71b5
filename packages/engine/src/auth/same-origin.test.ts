import { describe, expect, it } from 'vitest';
import { isSameOrigin } from './same-origin.ts';

const publicUrl = 'https://hub.example';
const cases: [Record<string, string>, boolean][] = [
  [{}, true],
  [{ origin: 'https://hub.example', host: '10.0.0.5:3000' }, true],
  [{ origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' }, true],
  [{ origin: 'https://evil.example', host: 'hub.example' }, false],
  [{ origin: 'https://hub.example.evil.example', host: 'hub.example' }, false],
  [{ origin: 'null', host: 'hub.example' }, false],
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'same-site' }, false],
  [{ 'sec-fetch-site': 'cross-site' }, false],
];

describe('isSameOrigin', () => {
  it.each(cases)('%j is %s', (headers, expected) => {
    expect(isSameOrigin(new Headers(headers), publicUrl)).toBe(expected);
  });
});
