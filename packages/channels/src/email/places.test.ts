import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Places, placesFor } from './places.ts';

const loopback = ['127.0.0.0/8', '::1/128'];

test.each([
  ['203.0.113.7', loopback, 10],
  ['::ffff:203.0.113.7', loopback, 10],
  ['2001:470::1', loopback, 10],
  ['127.0.0.1', loopback, 100],
  ['127.0.0.1', [], 50],
  ['172.17.0.1', loopback, 50],
  ['::ffff:10.0.0.1', loopback, 50],
  ['fd00::1', loopback, 50],
  ['203.0.113.7', ['203.0.113.0/24'], 100],
  ['', loopback, 10],
])('%s, with the relays %j, holds up to %i of a hundred places', (address, relays, places) => {
  expect(placesFor(address, 100, relays)).toBe(places);
});

describe('laws', () => {
  const comings = fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: 30 }),
      address: fc.constantFrom('203.0.113.7', '2001:470::1', '2001:470::2', '10.0.0.1', '127.0.0.1'),
    }),
    { maxLength: 80 },
  );

  test('however hosts come and go, each network holds no more than its part, and who leaves leaves a place', () => {
    fc.assert(
      fc.property(comings, (moves) => {
        const places = new Places(20, loopback);
        const held = new Map<number, string>();
        for (const { id, address } of moves) {
          if (held.has(id)) {
            places.leave(String(id));
            held.delete(id);
            continue;
          }
          const network = address.replace(/:[12]$/, '');
          const own = [...held.values()].filter((one) => one === network).length;
          const room = own < placesFor(address, 20, loopback);
          const expected = held.size >= 20 ? 'full' : room ? 'taken' : 'share';
          expect(places.take(String(id), address)).toBe(expected);
          if (expected === 'taken') held.set(id, network);
        }
      }),
    );
  });
});
