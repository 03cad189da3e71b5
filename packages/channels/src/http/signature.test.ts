import { HubError } from '@patchbay/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newSecret, signedHeaders, verifySignature } from './signature.ts';

const now = new Date('2026-01-02T03:04:05Z');
const body = Buffer.from('{"test": 2432232314}');

test('agrees with the example of the specification', () => {
  // standardwebhooks.com, "Signature scheme"; the libraries share this vector.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const at = new Date(1614265330 * 1000);
  const headers = signedHeaders([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', at, body);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  expect(() => verifySignature([secret], headers, body, at)).not.toThrow();
});

test.each([
  ['the past edge', -300, true],
  ['the future edge', 300, true],
  ['too old', -301, false],
  ['from the future', 302, false],
])('%s', (_name, seconds, holds) => {
  const secret = newSecret();
  const headers = signedHeaders([secret], 'a', new Date(now.getTime() + seconds * 1000), body);
  const check = () => verifySignature([secret], headers, body, now);
  if (holds) expect(check).not.toThrow();
  else expect(check).toThrow(HubError);
});

test('either secret holds while one takes over from the other', () => {
  const [old, fresh] = [newSecret(), newSecret()];
  for (const signer of [[old], [fresh], [fresh, old]])
    expect(() => verifySignature([fresh, old], signedHeaders(signer, 'a', now, body), body, now)).not.toThrow();
  expect(() => verifySignature([fresh], signedHeaders([old], 'a', now, body), body, now)).toThrow(HubError);
});

test('what was signed holds, and nothing else does', () => {
  const anyHeaders = fc.record({
    'webhook-id': fc.string(),
    'webhook-timestamp': fc.string(),
    'webhook-signature': fc.string(),
  });
  const secret = newSecret();
  fc.assert(
    fc.property(fc.uint8Array(), fc.uuid(), fc.nat(), fc.nat({ max: 255 }), (bytes, id, place, change) => {
      const headers = signedHeaders([secret], id, now, bytes);
      verifySignature([secret], headers, bytes, now);
      const other = Buffer.concat([bytes, Buffer.from([0])]);
      const index = place % other.length;
      other[index] = (other[index] ?? 0) ^ change;
      expect(() => verifySignature([secret], headers, other, now)).toThrow(HubError);
      expect(() => verifySignature([secret], { ...headers, 'webhook-id': `${id}x` }, bytes, now)).toThrow(HubError);
      expect(() => verifySignature([newSecret()], headers, bytes, now)).toThrow(HubError);
    }),
    { numRuns: 60 },
  );
  fc.assert(
    fc.property(anyHeaders, (headers) => {
      expect(() => verifySignature([secret], headers, body, now)).toThrow(HubError);
    }),
  );
});
