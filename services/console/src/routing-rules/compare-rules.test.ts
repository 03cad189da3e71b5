import type { RoutingRule } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { compareRules } from './compare-rules.ts';

const rule = (id: string, name = id): RoutingRule => ({
  id,
  name,
  enabled: true,
  condition: null,
  result: { queueId: null, priority: 1, requestType: null, tags: [] },
});
const [a, b, c] = [rule('a'), rule('b'), rule('c')];

it.each<[string, RoutingRule[], RoutingRule[], string[]]>([
  ['nothing', [a, b], [a, b], []],
  ['an addition before others moves none', [a, b], [c, a, b], ['added c 0-1']],
  ['a removal', [a, b], [b], ['removed a 1-0']],
  ['a change', [a, b], [a, rule('b', 'other')], ['changed b 2-2']],
  ['an exchange', [a, b], [b, a], ['moved b 2-1', 'moved a 1-2']],
  ['all at once', [a, b], [rule('b', 'x'), c], ['changed b 2-1', 'added c 0-2', 'removed a 1-0']],
])('%s', (_what, before, after, expected) =>
  expect(
    compareRules(before, after).map((one) => `${one.kind} ${(one.after ?? one.before)?.id} ${one.from}-${one.to}`),
  ).toEqual(expected),
);
