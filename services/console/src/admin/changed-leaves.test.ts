import { expect, it } from 'vitest';
import { changedLeaves } from './changed-leaves.ts';

it.each([
  [{ limit: 1, on: true }, { limit: 2, on: true }, [{ path: 'limit', before: '1', after: '2' }]],
  [
    { masking: { agent: { email: 'own' }, manager: { email: 'shown' } } },
    { masking: { agent: { email: 'masked' }, manager: { email: 'shown' } } },
    [{ path: 'masking.agent.email', before: 'own', after: 'masked' }],
  ],
  [
    null,
    { name: 'Web', text: '', parts: ['a', 'b'] },
    [
      { path: 'name', before: null, after: 'Web' },
      { path: 'parts', before: null, after: 'a, b' },
    ],
  ],
  [{ options: [{ value: 'x' }] }, null, [{ path: 'options', before: '[{"value":"x"}]', after: null }]],
  [{ a: null }, { a: '' }, []],
])('%j becomes %j', (from, to, leaves) => {
  expect(changedLeaves(from, to)).toEqual(leaves);
});
