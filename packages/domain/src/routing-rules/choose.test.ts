import type { Condition, Facts, InboundContact, RoutingRule } from '@patchbay/contracts';
import { inboundContact } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRule, type RoutingTargets } from './choose.ts';
import { asksForCustomer, factsOfContact } from './facts.ts';

const is = (name: 'contact-channel' | 'grade' | 'tags' | 'category', ...words: string[]): Condition => ({
  join: 'all',
  tests: [{ fact: { name }, operator: 'is', words }],
});
const rule = (id: string, condition: Condition | null, more: object = {}): RoutingRule => ({
  id,
  name: `Rule ${id}`,
  enabled: true,
  condition,
  result: { queueId: 'q', priority: null, requestType: null, tags: [] },
  ...more,
});
const to = (result: Partial<RoutingRule['result']>) => ({
  result: { queueId: null, priority: null, requestType: null, tags: [], ...result },
});
const targets: RoutingTargets = { queueIds: new Set(['q']), requestTypes: new Set(['refund']) };
const facts: Facts = { 'contact-channel': ['sms'] };
const broken = rule('broken', { join: 'all' } as unknown as Condition);

describe('the rule that routes', () => {
  it.each<[string, RoutingRule[], string | null, string[]]>([
    ['none', [], null, []],
    ['the first that holds', [rule('a', is('contact-channel', 'email')), rule('b', null), rule('c', null)], 'b', []],
    ['none that is switched off', [rule('a', null, { enabled: false }), rule('b', null)], 'b', []],
    ['none whose queue is gone', [rule('a', null, to({ queueId: 'x' })), rule('b', null)], 'b', ['a queue-gone']],
    ['none whose type is gone', [rule('a', null, to({ requestType: 'x' })), rule('b', null)], 'b', ['a type-gone']],
    ['one that only sets a type', [rule('a', null, to({ requestType: 'refund' }))], 'a', []],
    [
      'one that does not hold is no record',
      [rule('a', is('contact-channel', 'email'), to({ queueId: 'x' }))],
      null,
      [],
    ],
    ['none after one that fails', [broken, rule('b', null)], null, ['broken failed']],
    ['one before one that fails', [rule('b', null), broken], 'b', []],
    ['nothing at all for what is no rule', [null as unknown as RoutingRule], null, ['undefined failed']],
  ])('is %s', (_what, rules, chosen, passed) => {
    const found = chooseRule(rules, facts, targets);
    expect([found.rule?.id ?? null, found.passed.map(({ id, why }) => `${id} ${why}`)]).toEqual([chosen, passed]);
  });

  const anyRule = fc.record({
    channel: fc.constantFrom('sms', 'email', null),
    enabled: fc.boolean(),
    queueId: fc.constantFrom('q', 'gone', null),
    broken: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
  });
  const anyRules = fc.array(anyRule, { maxLength: 12 }).map((drawn) =>
    drawn.map((one, at) =>
      one.broken
        ? { ...broken, id: String(at) }
        : rule(String(at), one.channel === null ? null : is('contact-channel', one.channel), {
            enabled: one.enabled,
            ...to({ queueId: one.queueId, tags: ['t'] }),
          }),
    ),
  );

  it('is decided by their order, the same each time, and by nothing that comes after it', () => {
    fc.assert(
      fc.property(anyRules, anyRules, (rules, more) => {
        const found = chooseRule(rules, facts, targets);
        expect(chooseRule([...rules], { ...facts }, targets)).toEqual(found);
        if (found.rule) expect(chooseRule([...rules, ...more], facts, targets)).toEqual(found);
        // None before it could have been taken, and alone it is.
        const before = rules.slice(0, found.rule ? rules.indexOf(found.rule) : 0);
        for (const one of before) expect(chooseRule([one], facts, targets).rule).toBeNull();
        if (found.rule) expect(chooseRule([found.rule], facts, targets)).toEqual({ rule: found.rule, passed: [] });
      }),
    );
  });

  it('is found or not found whatever the rules and the facts are, and never thrown', () => {
    const anything = fc.anything({ maxDepth: 4, withNullPrototype: true });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), fc.dictionary(fc.string(), anything), (rules, odd) => {
        const { passed } = chooseRule(rules as RoutingRule[], odd as Facts, targets);
        expect(passed.length).toBeLessThanOrEqual(rules.length);
        expect(typeof asksForCustomer(rules as RoutingRule[])).toBe('boolean');
      }),
    );
  });
});

describe('what rules ask', () => {
  const contact = (more: object): InboundContact =>
    inboundContact.parse({
      channel: 'email',
      channelAccount: 'email',
      externalId: '1',
      identifiers: [],
      from: 'a@b.test',
      receivedAt: '2026-11-25T12:00:00.000Z',
      ...more,
    });
  const at = new Date('2026-11-25T12:00:00Z');
  const hours = { timeZone: 'UTC', isOpen: () => true };

  it('is of the customer only where a rule that is on says so', () => {
    expect(asksForCustomer([rule('a', is('contact-channel', 'sms')), rule('b', null)])).toBe(false);
    expect(asksForCustomer([rule('a', is('grade', 'a'), { enabled: false }), broken])).toBe(false);
    expect(asksForCustomer([rule('a', { join: 'any', tests: [is('grade', 'a') as never] })])).toBe(true);
  });

  it('is the same of a contact and of the same cut as those are that come together', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1_990, maxLength: 4_100, unit: 'grapheme' }), (text) => {
        const cut = Array.from(text).slice(0, 2_000).join('');
        expect(factsOfContact(contact({ text: cut }), null, at, hours)).toEqual(
          factsOfContact(contact({ text }), null, at, hours),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is what the contact says, and nothing of a customer who is not known', () => {
    const found = factsOfContact(
      contact({
        deliveredTo: ['help@centre.test'],
        subject: 'Hi',
        text: 'quoted',
        replyText: 'own',
        request: { type: 'refund', fields: {} },
        classification: { category: 'mailing-list', rule: 'r', evidence: '' },
        contentLanguage: 'de-DE',
      }),
      null,
      at,
      hours,
    );
    expect(found).toMatchObject({
      'contact-channel': ['email'],
      address: ['help@centre.test', 'email'],
      sender: ['a@b.test'],
      'request-type': ['refund'],
      category: ['mailing-list'],
      text: ['own'],
      language: ['de'],
      grade: null,
      segment: [],
      'business-hours': ['open'],
    });
  });
});
