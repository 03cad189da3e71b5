import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signBounceAddress, verifyBounceAddress } from './bounce-address.ts';
import { signReplyAddress, verifyReplyAddress } from './reply-address.ts';

const key = Buffer.alloc(32, 1);

describe('signed bounce address', () => {
  test('names its message, in upper case too, within the length of a local part', () => {
    fc.assert(
      fc.property(fc.uuid(), (outboundId) => {
        const address = signBounceAddress(outboundId, 'centre.test', key);
        expect(address.indexOf('@')).toBeLessThanOrEqual(64);
        expect(verifyBounceAddress(address.toUpperCase(), key)).toBe(outboundId);
      }),
    );
  });

  test('is no reply address, nor is one a bounce address, whatever its prefix is changed to', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const bounce = signBounceAddress(id, 'centre.test', key);
        const reply = signReplyAddress(id, 'centre.test', key);
        for (const address of [bounce, bounce.replace('bounce', 'reply')])
          expect(verifyReplyAddress(address, key)).toBeUndefined();
        for (const address of [reply, reply.replace('reply', 'bounce')])
          expect(verifyBounceAddress(address, key)).toBeUndefined();
      }),
    );
  });
});
