import {
  condition,
  factKinds,
  customerFactNames,
  gradingPolicy,
  numberOperators,
  wordOperators,
  type Condition,
  type FactParameter,
  type FactTest,
  type FactValue,
  type Facts,
  type GradingPolicy,
} from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain, factKey, factsOf, holds } from './condition.ts';
import { defaultGradingPolicy } from './grading-policy.ts';
import { conditionsOf, evaluateCustomer, neededFacts } from './grading.ts';

const now = new Date('2026-03-01T12:00:00Z');
const fresh = { stage: null, stageSince: null, churnSince: null };

const parameters: Record<FactParameter, fc.Arbitrary<unknown>> = {
  currency: fc.constantFrom('EUR', 'CNY'),
  days: fc.constantFrom(30, 365),
  channel: fc.constantFrom('email' as const, 'phone' as const),
  requestType: fc.constantFrom('complaint', 'order'),
  key: fc.constantFrom('city', 'tags'),
};
const anyTest: fc.Arbitrary<FactTest> = fc.constantFrom(...customerFactNames).chain((name) => {
  const { is, takes, needs } = factKinds[name];
  const given = Object.fromEntries(
    takes.map((one) => [one, needs.includes(one) ? parameters[one] : fc.option(parameters[one], { nil: undefined })]),
  );
  const operators: readonly string[] = is === 'number' ? numberOperators : wordOperators;
  return fc.tuple(fc.record(given), fc.constantFrom(...operators)).chain(([narrowed, operator]) => {
    const fact = { name, ...Object.fromEntries(Object.entries(narrowed).filter(([, value]) => value !== undefined)) };
    if (operator === 'known' || operator === 'unknown') return fc.constant({ fact, operator } as FactTest);
    return is === 'number'
      ? fc.integer({ min: -2, max: 6 }).map((number) => ({ fact, operator, number }) as FactTest)
      : fc
          .uniqueArray(fc.constantFrom('a', 'Bonn', '北京'), { minLength: 1 })
          .map((words) => ({ fact, operator, words }) as FactTest);
  });
});
const join = fc.constantFrom('all' as const, 'any' as const);
const anyCondition: fc.Arbitrary<Condition> = fc.record({
  join,
  tests: fc.array(fc.oneof(anyTest, fc.record({ join, tests: fc.array(anyTest, { minLength: 1, maxLength: 3 }) })), {
    minLength: 1,
    maxLength: 4,
  }),
});
const anyValue: fc.Arbitrary<FactValue> = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -3, max: 7 }),
  fc.array(fc.constantFrom('A', 'bonn', '北京', 'other')),
);
/** Facts of any shape, also of one that does not fit, and also none. */
const factsFor = (...conditions: Condition[]): fc.Arbitrary<Facts> =>
  fc.array(fc.option(anyValue, { nil: undefined }), { minLength: 60, maxLength: 60 }).map((values) =>
    Object.fromEntries(
      factsOf(conditions).flatMap((fact, at) => {
        const value = values[at];
        return value === undefined ? [] : [[factKey(fact), value]];
      }),
    ),
  );
const conditionAndFacts = anyCondition.chain((one) => fc.tuple(fc.constant(one), factsFor(one)));

/** Without the facts that a rule may not ask for. */
const withoutState = ({ join: how, tests }: Condition): Condition => {
  const plain = tests
    .flatMap((one) => ('tests' in one ? one.tests : [one]))
    .filter(({ fact }) => !['stage', 'churn', 'grade', 'value', 'loyalty', 'vip'].includes(fact.name));
  return { join: how, tests: plain.length > 0 ? plain : [{ fact: { name: 'age-days' }, operator: 'known' }] };
};
const anyPolicy: fc.Arbitrary<GradingPolicy> = fc
  .tuple(fc.array(anyCondition, { maxLength: 5 }), fc.array(anyCondition, { minLength: 4, maxLength: 4 }), fc.boolean())
  .map(([rules, stages, enabled]) => {
    const [customer, fresher, atRisk, lost] = stages.map(withoutState) as [Condition, Condition, Condition, Condition];
    return {
      ...defaultGradingPolicy,
      rules: rules.map((when, at) => ({
        id: `r${at}`,
        nameEn: 'Rule',
        nameZh: '规则',
        when: withoutState(when),
        outcome: { grade: at % 2 ? 'high' : 'medium', value: 'high', loyalty: 'low', vip: false },
      })),
      stages: { customer, new: fresher, atRisk, lost, wonBackDays: 30 },
      churn: { ...defaultGradingPolicy.churn, enabled },
    };
  });
const policyAndFacts = anyPolicy.chain((policy) =>
  fc.tuple(fc.constant(policy), factsFor(...conditionsOf(policy, []))),
);

describe('conditions', () => {
  it.each<[string, FactTest, FactValue, boolean]>([
    ['a number at its limit', { fact: { name: 'purchase-count' }, operator: 'at-least', number: 2 }, 2, true],
    ['more than its limit', { fact: { name: 'purchase-count' }, operator: 'more-than', number: 2 }, 2, false],
    ['an unknown number', { fact: { name: 'days-since-purchase' }, operator: 'at-most', number: 9 }, null, false],
    ['unknown', { fact: { name: 'days-since-purchase' }, operator: 'unknown' }, null, true],
    ['zero is known', { fact: { name: 'purchase-count' }, operator: 'known' }, 0, true],
    ['any of the words', { fact: { name: 'field', key: 'tags' }, operator: 'is', words: ['b', 'c'] }, ['a', 'B'], true],
    ['full width', { fact: { name: 'field', key: 'city' }, operator: 'is', words: ['Bonn'] }, ['Ｂｏｎｎ'], true],
    ['none of the words', { fact: { name: 'field', key: 'city' }, operator: 'is-not', words: ['Bonn'] }, null, true],
    ['no words are unknown', { fact: { name: 'channels' }, operator: 'known' }, [], false],
  ])('%s', (_name, test, found, expected) => {
    const one: Condition = { join: 'all', tests: [test] };
    expect(condition.parse(one)).toEqual(one);
    expect(holds(one, { [factKey(test.fact)]: found })).toBe(expected);
  });

  it('are answered whatever the facts, and always alike', () => {
    fc.assert(
      fc.property(conditionAndFacts, ([one, facts]) => {
        expect(condition.safeParse(one).success).toBe(true);
        expect(holds(one, facts)).toBe(holds({ ...one, tests: [...one.tests] }, { ...facts }));
      }),
    );
  });

  it('hold exactly when their explanation, put together by hand, says so', () => {
    fc.assert(
      fc.property(conditionAndFacts, ([one, facts]) => {
        const traced = explain(one, facts);
        const put = (how: string, parts: boolean[]) => (how === 'all' ? !parts.includes(false) : parts.includes(true));
        const each = traced.tests.map((part) =>
          'tests' in part
            ? put(
                part.join,
                part.tests.map((inner) => inner.holds),
              )
            : part.holds,
        );
        expect(put(traced.join, each)).toBe(holds(one, facts));
        for (const part of traced.tests.flatMap((group) => ('tests' in group ? group.tests : [group])))
          expect(part.found).toEqual(facts[factKey(part.test.fact)] ?? null);
      }),
    );
  });

  it.each<[string, unknown]>([
    ['a sum without its currency', { fact: { name: 'purchase-sum' }, operator: 'at-least', number: 1 }],
    ['a number of days that a fact does not take', { fact: { name: 'age-days', days: 3 }, operator: 'known' }],
    ['words for a number', { fact: { name: 'age-days' }, operator: 'at-least', words: ['x'] }],
    ['an operator of words on a number', { fact: { name: 'age-days' }, operator: 'is', number: 3 }],
    ['no threshold', { fact: { name: 'age-days' }, operator: 'at-least' }],
  ])('are refused with %s', (_name, test) => {
    expect(condition.safeParse({ join: 'all', tests: [test] }).success).toBe(false);
  });
});

describe('grading', () => {
  it('begins with a policy that is one', () => {
    expect(gradingPolicy.parse(defaultGradingPolicy)).toEqual(defaultGradingPolicy);
    const first = evaluateCustomer(defaultGradingPolicy, [], {}, fresh, now);
    expect(first).toMatchObject({ stage: 'prospect', rule: null, outcome: { grade: 'low' }, churn: { warned: false } });
  });

  it('refuses a rule that asks for what is found out later, a grade that is not there, and doubles', () => {
    const [rule] = defaultGradingPolicy.rules;
    if (!rule) throw new Error('The first policy has no rules');
    const tests: Condition['tests'] = [{ fact: { name: 'grade' }, operator: 'is', words: ['vip'] }];
    for (const rules of [
      [{ ...rule, when: { join: 'all' as const, tests } }],
      [{ ...rule, outcome: { ...rule.outcome, grade: 'gold' } }],
      [rule, rule],
    ])
      expect(gradingPolicy.safeParse({ ...defaultGradingPolicy, rules }).success).toBe(false);
  });

  it('gives the grade of the first rule that holds, and explains every rule up to it', () => {
    fc.assert(
      fc.property(policyAndFacts, ([policy, facts]) => {
        const { rule, rules, outcome, stage } = evaluateCustomer(policy, [], facts, fresh, now);
        const first = policy.rules.find(({ when }) => holds(when, { ...facts, stage: [stage] }));
        expect(rule).toBe(first?.id ?? null);
        expect(outcome).toEqual(first?.outcome ?? policy.otherwise);
        expect(rules.map(({ trace }) => trace.holds)).toEqual(rules.map(({ id }) => id === rule));
        expect(rules.length).toBe(first ? policy.rules.indexOf(first) + 1 : policy.rules.length);
      }),
    );
  });

  it('gives the same for the same facts, and moves nobody at a second look', () => {
    fc.assert(
      fc.property(policyAndFacts, ([policy, facts]) => {
        const once = evaluateCustomer(policy, [], facts, fresh, now);
        expect(evaluateCustomer(policy, [], { ...facts }, fresh, now)).toEqual(once);
        const after = { stage: once.stage, stageSince: now, churnSince: once.churn.warned ? now : null };
        const twice = evaluateCustomer(policy, [], facts, after, now);
        expect(twice).toEqual({ ...once, stageCause: null });
      }),
    );
  });

  it('asks for every fact that its conditions name, once', () => {
    fc.assert(
      fc.property(anyPolicy, anyCondition, (policy, one) => {
        const asked = neededFacts(policy, [{ id: 's', condition: one }]).map(factKey);
        expect(new Set(asked).size).toBe(asked.length);
        const named = conditionsOf(policy, [{ id: 's', condition: one }])
          .flatMap(({ tests }) => tests.flatMap((part) => ('tests' in part ? part.tests : [part])))
          .map(({ fact }) => factKey(fact));
        const own = ['stage', 'churn', 'grade', 'value', 'loyalty', 'vip'];
        expect(new Set(asked)).toEqual(new Set(named.filter((key) => !own.includes(key))));
      }),
    );
  });

  it('warns once while a score goes to and fro', () => {
    const policy = { ...defaultGradingPolicy, churn: { ...defaultGradingPolicy.churn, enabled: true } };
    const facts = (scores: number, complaints: number): Facts =>
      Object.fromEntries(
        neededFacts(policy, []).map((fact) => {
          if (fact.name === 'low-score-count') return [factKey(fact), scores];
          return [factKey(fact), fact.name === 'complaint-count' ? complaints : null];
        }),
      );
    const warned = (given: Facts, before: boolean) =>
      evaluateCustomer(policy, [], given, { ...fresh, churnSince: before ? now : null }, now).churn;
    expect(warned(facts(1, 2), false)).toMatchObject({ score: 65, warned: true });
    expect(warned(facts(1, 0), false)).toMatchObject({ score: 30, warned: false });
    expect(warned(facts(1, 0), true)).toMatchObject({ score: 30, warned: true });
    expect(warned(facts(0, 0), true)).toMatchObject({ score: 0, warned: false });
  });
});
