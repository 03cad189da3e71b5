/**
 * The one language in which conditions are written: on customers (rules of grades, stages, signals of churn and segments, service norms
 * G1–G7) and on tickets and their contacts (automation, routing). A condition is a group of tests, all or any of which have to hold; a group may hold further groups, one level deep.
 */
import { z } from 'zod';
import { channelName } from './glossary.ts';
import { requestKey } from './intake.ts';

/** A name that is stored with what refers to it, and so never changes. */
export const slug = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'Lower case letters, digits and hyphens');

export const factName = z.enum([
  'purchase-sum',
  'purchase-count',
  'purchase-trend',
  'days-since-purchase',
  'days-since-first-purchase',
  'contact-count',
  'contact-trend',
  'days-since-contact',
  'complaint-count',
  'score-average',
  'low-score-count',
  'age-days',
  'number-field',
  'field',
  'channels',
  'stage',
  'churn',
  'grade',
  'value',
  'loyalty',
  'vip',
  'contact-channel',
  'address',
  'sender',
  'queue',
  'language',
  'request-type',
  'category',
  'segment',
  'tags',
  'status',
  'priority',
  'assigned',
  'message-kind',
  'subject',
  'text',
  'time-of-day',
  'weekday',
  'business-hours',
]);
export type FactName = z.infer<typeof factName>;

/** What a fact is narrowed by. */
export type FactParameter = 'currency' | 'days' | 'channel' | 'requestType' | 'key';

export interface FactKind {
  /** A number, words of which any may match, or a text in which words are found. */
  readonly is: 'number' | 'words' | 'text';
  readonly takes: readonly FactParameter[];
  /** Which of them have to be given. */
  readonly needs: readonly FactParameter[];
}

const kind = (is: FactKind['is'], takes: readonly FactParameter[] = [], needs: readonly FactParameter[] = []) => ({
  is,
  takes,
  needs,
});

/**
 * Every fact. `days` is a period that ends now, and without it all of the past. A trend divides what happened within the last `days` by
 * what happened within as many days before; it is unknown when that was nothing. Sums are in minor units of the one currency named, and
 * other currencies are left out. A field is a column of the customer's record or a key of one of its objects.
 */
export const factKinds: Readonly<Record<FactName, FactKind>> = {
  'purchase-sum': kind('number', ['currency', 'days'], ['currency']),
  'purchase-count': kind('number', ['days']),
  'purchase-trend': kind('number', ['days'], ['days']),
  'days-since-purchase': kind('number'),
  'days-since-first-purchase': kind('number'),
  'contact-count': kind('number', ['days', 'channel', 'requestType']),
  'contact-trend': kind('number', ['days', 'channel', 'requestType'], ['days']),
  'days-since-contact': kind('number', ['channel', 'requestType']),
  'complaint-count': kind('number', ['days']),
  'score-average': kind('number', ['days']),
  'low-score-count': kind('number', ['days']),
  'age-days': kind('number'),
  'number-field': kind('number', ['key'], ['key']),
  field: kind('words', ['key'], ['key']),
  channels: kind('words'),
  stage: kind('words'),
  churn: kind('words'),
  grade: kind('words'),
  value: kind('words'),
  loyalty: kind('words'),
  vip: kind('words'),
  'contact-channel': kind('words'),
  address: kind('words'),
  sender: kind('text'),
  queue: kind('words'),
  language: kind('words'),
  'request-type': kind('words'),
  category: kind('words'),
  segment: kind('words'),
  tags: kind('words'),
  status: kind('words'),
  priority: kind('number'),
  assigned: kind('words'),
  'message-kind': kind('words'),
  subject: kind('text'),
  text: kind('text'),
  'time-of-day': kind('number'),
  weekday: kind('words'),
  'business-hours': kind('words'),
};

/**
 * What can be asked of a ticket at the moment of an event. `address` is ours, at which the contact arrived; `sender` is the customer's. `queue`
 * is an id, `segment` and `request-type` are keys. `text` is the message that the event is about, else the customer's last; `language` is the
 * one in which the hub acknowledges it, or that a mail declares. `category` is what a mail was taken for. `time-of-day` counts minutes since midnight on the centre's clock.
 */
export const ticketFactNames = [
  'contact-channel',
  'address',
  'sender',
  'queue',
  'language',
  'request-type',
  'category',
  'tags',
  'status',
  'priority',
  'assigned',
  'message-kind',
  'subject',
  'text',
  'time-of-day',
  'weekday',
  'business-hours',
  'grade',
  'stage',
  'vip',
  'segment',
] as const satisfies readonly FactName[];
/** What can be asked of a contact before it is a ticket. */
export const routingFactNames = [
  'contact-channel',
  'address',
  'sender',
  'language',
  'request-type',
  'category',
  'subject',
  'text',
  'time-of-day',
  'weekday',
  'business-hours',
  'grade',
  'stage',
  'vip',
  'segment',
] as const satisfies readonly FactName[];
const ofTickets: readonly FactName[] = ticketFactNames;
/** Facts about a customer that a ticket can be asked for as well. */
const ofBoth: readonly FactName[] = ['grade', 'stage', 'vip'];
export const customerFactNames: readonly FactName[] = factName.options.filter(
  (name) => ofBoth.includes(name) || !ofTickets.includes(name),
);
/** Characters of a text that are looked at. */
export const longestFactText = 4_000;

/** What the evaluation itself finds out; everything else is gathered from the records. */
export const stateFacts = ['stage', 'churn', 'grade', 'value', 'loyalty', 'vip'] as const satisfies readonly FactName[];
export type StateFact = (typeof stateFacts)[number];

export const fact = z
  .object({
    name: factName,
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    days: z.int().min(1).max(3650).optional(),
    channel: channelName.optional(),
    requestType: requestKey.optional(),
    key: z
      .string()
      .regex(/^[A-Za-z_][\w-]{0,59}$/)
      .optional(),
  })
  .superRefine((given, context) => {
    const { takes, needs } = factKinds[given.name];
    for (const name of ['currency', 'days', 'channel', 'requestType', 'key'] as const) {
      if (given[name] === undefined ? needs.includes(name) : !takes.includes(name))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `${given.name} ${given[name] === undefined ? 'needs' : 'does not take'} ${name}`,
        });
    }
  });
export type Fact = z.infer<typeof fact>;

export const numberOperators = ['at-least', 'at-most', 'more-than', 'less-than', 'known', 'unknown'] as const;
export const wordOperators = ['is', 'is-not', 'known', 'unknown'] as const;
export const textOperators = ['contains', 'contains-not', 'known', 'unknown'] as const;
export const operator = z.enum([
  'at-least',
  'at-most',
  'more-than',
  'less-than',
  'is',
  'is-not',
  'contains',
  'contains-not',
  'known',
  'unknown',
]);
export type Operator = z.infer<typeof operator>;

/** The operators of each kind of fact. */
export const operatorsOf: Readonly<Record<FactKind['is'], readonly Operator[]>> = {
  number: numberOperators,
  words: wordOperators,
  text: textOperators,
};

/**
 * A fact against a threshold. An unknown fact passes `unknown`, `is-not` and `contains-not` and nothing else. `is` and `contains`: any of the
 * words.
 */
export const factTest = z
  .object({
    fact,
    operator,
    number: z.number().optional(),
    words: z.array(z.string().min(1).max(200)).min(1).max(50).optional(),
  })
  .superRefine((given, context) => {
    const { is } = factKinds[given.fact.name];
    if (!operatorsOf[is].includes(given.operator))
      context.addIssue({ code: 'custom', path: ['operator'], message: `Not an operator of ${given.fact.name}` });
    const compares = !['known', 'unknown'].includes(given.operator);
    if ((given.number !== undefined) !== (compares && is === 'number'))
      context.addIssue({ code: 'custom', path: ['number'], message: compares ? 'Enter a number' : 'Takes no number' });
    if ((given.words !== undefined) !== (compares && is !== 'number'))
      context.addIssue({ code: 'custom', path: ['words'], message: compares ? 'Enter a word' : 'Takes no words' });
  });
export type FactTest = z.infer<typeof factTest>;

const join = z.enum(['all', 'any']);
export type Join = z.infer<typeof join>;
export const testGroup = z.object({ join, tests: z.array(factTest).min(1).max(20) });
export type TestGroup = z.infer<typeof testGroup>;
const anyCondition = z.object({
  join,
  tests: z
    .array(z.union([testGroup, factTest]))
    .min(1)
    .max(20),
});
export type Condition = z.infer<typeof anyCondition>;

const conditionOn = (what: string, facts: readonly FactName[]) =>
  anyCondition.superRefine((given, context) => {
    for (const { fact: asked } of testsOf(given))
      if (!facts.includes(asked.name))
        context.addIssue({ code: 'custom', path: ['tests'], message: `${asked.name} is no fact about a ${what}` });
  });
/** On customers. */
export const condition = conditionOn('customer', customerFactNames);
export const ticketCondition = conditionOn('ticket', ticketFactNames);
/** On contacts that open a ticket. */
export const routingCondition = conditionOn('contact that opens a ticket', routingFactNames);

/** What is known of a customer, by the keys of the facts. */
export type FactValue = number | readonly string[] | null;
export type Facts = Readonly<Record<string, FactValue>>;

const factValue = z.union([z.number(), z.array(z.string()), z.null()]);
/** Why a condition holds or does not: every test with what was found. */
export const testTrace = z.object({ test: factTest, found: factValue, holds: z.boolean() });
export type TestTrace = z.infer<typeof testTrace>;
export const groupTrace = z.object({ join, holds: z.boolean(), tests: z.array(testTrace) });
export const conditionTrace = z.object({ join, holds: z.boolean(), tests: z.array(z.union([groupTrace, testTrace])) });
export type ConditionTrace = z.infer<typeof conditionTrace>;

/** All tests of a condition, in order. */
export const testsOf = ({ tests }: Condition): FactTest[] =>
  tests.flatMap((one) => ('tests' in one ? one.tests : [one]));
