import { expect, test } from 'vitest';
import { payloadOf, replayedEnvelope } from './envelope.ts';

test('an envelope is kept with the bytes, and is what it was', () => {
  const envelope = { from: '', to: ['"a, b"@patchbay.test'], peer: { address: '192.0.2.1', helo: 'mx.example' } };
  const { envelope: kept } = payloadOf(Buffer.from('x'), envelope);
  expect(replayedEnvelope(JSON.parse(JSON.stringify([kept])))).toEqual(envelope);
});

test('the same bytes for several of our addresses are one mail to all of them', () => {
  const [a, b] = [
    { from: 'x@example.org', to: ['a@patchbay.test'] },
    { from: null, to: ['b@patchbay.test'] },
  ];
  expect(replayedEnvelope([a, b, a])).toEqual({ from: 'x@example.org', to: ['a@patchbay.test', 'b@patchbay.test'] });
});

test.each([[[]], [[{}]], [[{ from: 1, to: 'x', peer: [] }]]])('%j is unknown', (envelopes) => {
  expect(replayedEnvelope(envelopes)).toEqual({ from: null, to: [] });
});
