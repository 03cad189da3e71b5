import { HubError } from '@patchbay/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { issueVisitorToken, verifyVisitorToken, visitorTokenLifeMs } from './visitor-token.ts';

const key = fc.uint8Array({ minLength: 16, maxLength: 64 });
const moment = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms));
const refusal = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  return null;
};

test('a token proves exactly the visitor it was issued for, until it expires', () => {
  fc.assert(
    fc.property(
      key,
      fc.uuid(),
      moment,
      fc.integer({ min: 0, max: visitorTokenLifeMs - 1 }),
      (secret, visitorId, now, age) => {
        const { token, expiresAt } = issueVisitorToken(secret, visitorId, now);
        const claims = verifyVisitorToken(secret, token, new Date(now.getTime() + age));
        expect(claims).toEqual({ visitorId, issuedAt: now, expiresAt });
      },
    ),
  );
});

test('an expired token is refused and says when it expired', () => {
  fc.assert(
    fc.property(key, fc.uuid(), moment, fc.integer({ min: 0, max: 1e12 }), (secret, visitorId, now, late) => {
      const { token, expiresAt } = issueVisitorToken(secret, visitorId, now);
      const error = refusal(() => verifyVisitorToken(secret, token, new Date(expiresAt.getTime() + late)));
      expect(error?.code).toBe('unauthenticated');
      expect(error?.message).toContain(expiresAt.toISOString());
    }),
  );
});

test('any change to any character of a token is refused', () => {
  const secret = new Uint8Array(32).fill(7);
  const now = new Date('2026-03-01T12:00:00Z');
  fc.assert(
    fc.property(
      fc.uuid(),
      fc.nat(),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      (visitorId, at, character) => {
        const { token } = issueVisitorToken(secret, visitorId, now);
        const place = at % token.length;
        fc.pre(token[place] !== character);
        const changed = token.slice(0, place) + character + token.slice(place + 1);
        expect(refusal(() => verifyVisitorToken(secret, changed, now))?.code).toBe('unauthenticated');
      },
    ),
    { numRuns: 500 },
  );
});

test('another key, and any text at all, is refused without any other error', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  fc.assert(
    fc.property(key, key, fc.uuid(), (mine, other, visitorId) => {
      fc.pre(Buffer.compare(mine, other) !== 0);
      expect(refusal(() => verifyVisitorToken(other, issueVisitorToken(mine, visitorId, now).token, now))?.code).toBe(
        'unauthenticated',
      );
    }),
  );
  fc.assert(
    fc.property(
      key,
      fc.string({ unit: 'binary' }),
      (secret, text) => refusal(() => verifyVisitorToken(secret, text, now))?.code === 'unauthenticated',
    ),
  );
});
