import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyOfReply } from './reply-key.ts';

it.each([
  ['k', 'k'],
  ['held', 'held'],
  ['held:1', 'caller:held:1'],
  ['acknowledgement:1', 'caller:acknowledgement:1'],
  ['caller:held:1', 'caller:caller:held:1'],
])('%j of a caller is kept as %j', (caller, kept) => expect(keyOfReply({ caller })).toBe(kept));

const callers = fc.oneof(
  fc.string(),
  fc.array(fc.constantFrom('held:', 'acknowledgement:', 'caller:', 'x')).map((parts) => parts.join('')),
);

it('two keys of callers stay two, and none is the hub’s', () => {
  fc.assert(
    fc.property(callers, callers, (one, other) => {
      expect(keyOfReply({ caller: one }) === keyOfReply({ caller: other })).toBe(one === other);
      expect(keyOfReply({ caller: one })).not.toBe(keyOfReply({ heldReplyId: other }));
      expect(keyOfReply({ caller: one })).not.toMatch(/^acknowledgement:/);
    }),
  );
});
