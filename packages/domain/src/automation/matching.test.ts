import { longestChain, type Facts } from '@patchbay/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { correlationOfRun, matchingRules, runOfCorrelation, type ActiveRule } from './matching.ts';

const rule = (id: string, events: ActiveRule['events'], words?: string[]): ActiveRule => ({
  id,
  version: 1,
  events,
  condition: words === undefined ? null : { join: 'all', tests: [{ fact: { name: 'tags' }, operator: 'is', words }] },
});
const facts: Facts = { tags: ['vip'] };
const rules = [
  rule('a', ['ticket.opened']),
  rule('b', ['ticket.tagged', 'ticket.opened'], ['VIP']),
  rule('c', ['ticket.opened'], ['other']),
];
const ids = (event: string, chain: string[] = []) =>
  matchingRules(rules, event, facts, chain).map(({ ruleId, position }) => `${ruleId}${position}`);

it.each([
  ['ticket.opened', [], ['a0', 'b1']],
  ['ticket.opened', ['a'], ['b0']],
  ['ticket.opened', ['a', 'b'], []],
  ['ticket.tagged', ['a'], ['b0']],
  ['ticket.tagged', ['1', '2', '3', '4', '5'], []],
  ['message.received', [], []],
])('%s after %j wakes %j', (event, chain, expected) => expect(ids(event, chain)).toEqual(expected));

it('every chain ends, whatever wakes what', () => {
  const anyRule = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), seed: fc.nat() });
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 7 }), (drawn) => {
      const all = [...new Set(drawn.map(({ id }) => id))].map((id) => rule(id, ['ticket.tagged', 'ticket.untagged']));
      let chains: (readonly string[])[] = [[]];
      let steps = 0;
      while (chains.length > 0 && steps <= longestChain) {
        steps += 1;
        chains = chains.flatMap((chain) =>
          matchingRules(all, 'ticket.tagged', facts, chain).map((match) => {
            expect(new Set(match.chain).size).toBe(match.chain.length);
            return match.chain;
          }),
        );
      }
      expect(chains).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

it('a run is known by the correlation of what it caused, and by nothing else', () => {
  const id = '01994a4e-3b7c-7000-8000-0123456789ab';
  expect(runOfCorrelation(correlationOfRun(id))).toBe(id);
  for (const other of [null, '', id, 'automation:', `automation:${id}x`, `x${correlationOfRun(id)}`])
    expect(runOfCorrelation(other)).toBeNull();
});
