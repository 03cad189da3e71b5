/** The evaluator of conditions: total, and the same facts give the same answer. Explaining is evaluating. */
import {
  factKinds,
  longestFactText,
  stateFacts,
  testsOf,
  type Condition,
  type ConditionTrace,
  type Fact,
  type FactTest,
  type FactValue,
  type Facts,
  type TestTrace,
} from '@patchbay/contracts';

/** A fact's name with what it is narrowed by: equal facts have equal keys. */
export function factKey(fact: Fact): string {
  const parameters = factKinds[fact.name].takes.map((name) => fact[name] ?? '');
  return [fact.name, ...parameters].join(':');
}

/** The facts that have to be gathered from the records for these conditions, each once, in a stable order. */
export function factsOf(conditions: readonly Condition[]): Fact[] {
  const found = new Map<string, Fact>();
  for (const { fact } of conditions.flatMap(testsOf))
    if (!stateFacts.some((name) => name === fact.name)) found.set(factKey(fact), fact);
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
}

/** Every test of a condition with what was found, and whether the whole of it holds. */
export function explain(condition: Condition, facts: Facts): ConditionTrace {
  const tests = condition.tests.map((one) =>
    'tests' in one
      ? grouped(
          one.join,
          one.tests.map((inner) => trace(inner, facts)),
        )
      : trace(one, facts),
  );
  return grouped(condition.join, tests);
}

export const holds = (condition: Condition, facts: Facts): boolean => explain(condition, facts).holds;

function grouped<T extends { holds: boolean }>(join: Condition['join'], tests: T[]) {
  const passes = ({ holds: one }: T) => one;
  return { join, holds: join === 'all' ? tests.every(passes) : tests.some(passes), tests };
}

function trace(test: FactTest, facts: Facts): TestTrace {
  const found = facts[factKey(test.fact)] ?? null;
  return { test, found: Array.isArray(found) ? [...found] : (found as number | null), holds: passes(test, found) };
}

function passes(test: FactTest, found: FactValue): boolean {
  const known = Array.isArray(found) ? found.length > 0 : found !== null;
  if (test.operator === 'known') return known;
  if (test.operator === 'unknown') return !known;
  if (typeof found === 'number') return compares(test, found);
  return (factKinds[test.fact.name].is === 'text' ? contains : matches)(test, (found ?? []) as readonly string[]);
}

function compares({ operator, number }: FactTest, found: number): boolean {
  if (number === undefined) return false;
  if (operator === 'at-least') return found >= number;
  if (operator === 'at-most') return found <= number;
  if (operator === 'more-than') return found > number;
  return operator === 'less-than' && found < number;
}

/** Words are compared without regard to case and to full or half width (NFKC). */
function matches({ operator, words = [] }: FactTest, found: readonly string[]): boolean {
  const wanted = new Set(words.map(folded));
  const any = found.some((word) => wanted.has(folded(word)));
  if (operator === 'is') return any;
  return operator === 'is-not' && !any;
}

/** Any of the words anywhere in the text, compared as in {@link matches}; runs of blanks count as one. */
function contains({ operator, words = [] }: FactTest, found: readonly string[]): boolean {
  const text = spaced(found.map((part) => part.slice(0, longestFactText)).join(' '));
  const any = words.some((word) => spaced(word) !== '' && text.includes(spaced(word)));
  if (operator === 'contains') return any;
  return operator === 'contains-not' && !any;
}

const spaced = (text: string): string => folded(text).replaceAll(/\s+/g, ' ');
const folded = (word: string): string => word.normalize('NFKC').trim().toLowerCase();
