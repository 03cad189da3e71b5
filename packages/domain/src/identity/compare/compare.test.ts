import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordsOf } from '../normal/text.ts';
import { compareAmounts, compareDates, compareReferences } from './digits.ts';
import { compareNames, namePart } from './names.ts';
import { editDistance, jaroWinkler, withinOneEdit } from './strings.ts';
import { tokenLikeness, tokenSet } from './tokens.ts';

const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '王'), maxLength: 9 });

describe('jaroWinkler', () => {
  it.each([
    ['martha', 'marhta', 0.961],
    ['dixon', 'dicksonx', 0.813],
    ['dwayne', 'duane', 0.84],
    ['abc', 'xyz', 0],
    ['', '', 1],
  ])('%s, %s', (a, b, likeness) => expect(jaroWinkler(a, b)).toBeCloseTo(likeness, 2));

  it('is symmetric, one on equal texts, and between nothing and one', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        const likeness = jaroWinkler(a, b);
        expect(likeness).toBe(jaroWinkler(b, a));
        expect(likeness).toBeGreaterThanOrEqual(0);
        expect(likeness).toBeLessThanOrEqual(1);
        expect(jaroWinkler(a, a)).toBe(1);
      }),
    );
  });
});

describe('editDistance', () => {
  it.each([
    ['abc', 'acb', 1],
    ['abc', 'ab', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['ca', 'abc', 3],
  ])('%s, %s', (a, b, edits) => expect(editDistance(a, b)).toBe(edits));

  it('is symmetric, stops at its limit, and agrees with the quick test for one edit', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        const edits = editDistance(a, b);
        expect(edits).toBe(editDistance(b, a));
        expect(edits === 0).toBe(a === b);
        expect(editDistance(a, b, 2)).toBe(Math.min(edits, 3));
        expect(withinOneEdit(a, b)).toBe(edits <= 1);
      }),
    );
  });
});

describe('compareDates', () => {
  it.each([
    ['19800512', '19800512', 'equal'],
    ['19800512', '19801205', 'swapped'],
    ['19800512', '19800521', 'mistyped'],
    ['19800512', '19810512', 'mistyped'],
    ['19800512', '19800530', 'two-parts'],
    ['19800512', '19801130', 'year'],
    ['19800512', '19711130', 'different'],
  ])('%s, %s: %s', (a, b, likeness) => {
    expect(compareDates(a, b)).toBe(likeness);
    expect(compareDates(b, a)).toBe(likeness);
  });
});

describe('compareReferences and compareAmounts', () => {
  it.each([
    ['12345678', '12345687', 'mistyped'],
    ['12345678', '1234568', 'mistyped'],
    ['12345678', '12345', 'different'],
    ['12345678', '12354687', 'similar'],
    ['12', '13', 'different'],
  ])('%s, %s: %s', (a, b, likeness) => expect(compareReferences(a, b)).toBe(likeness));
  it.each([
    [100, 100, 'equal'],
    [100, 100.5, 'within-1%'],
    [100, 104, 'within-5%'],
    [100, 110, 'within-20%'],
    [0, 5, 'different'],
  ])('%d, %d: %s', (a, b, likeness) => expect(compareAmounts(a, b)).toBe(likeness));
});

describe('tokenLikeness', () => {
  const like = (a: string, b: string, weight?: (word: string) => number) =>
    tokenLikeness(tokenSet(wordsOf(a)), tokenSet(wordsOf(b)), weight);

  it('takes words in any order, and misspelled ones for almost equal', () => {
    expect(like('Grand Hotel Berlin', 'Berlin Hotel Grand')).toBe(1);
    expect(like('Grand Hotel Berlin', 'Grand Hotl Berlin')).toBeCloseTo(0.97, 2);
    expect(like('one', 'two')).toBe(0);
  });

  it('lets rare words say more', () => {
    const rare = (word: string) => (word === 'the' ? 1 : 10);
    expect(like('the adlon', 'the ritz', rare)).toBeLessThan(0.2);
    expect(like('the adlon', 'adlon', rare)).toBeGreaterThan(0.9);
  });

  it('is symmetric, and one on equal sets', () => {
    const words = fc.array(fc.constantFrom('anna', 'annna', 'anne', 'bert', 'berta', 'hotel', 'hotels', '12', '13'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(words, words, (a, b) => {
        const [one, other] = [tokenSet(a), tokenSet(b)];
        expect(tokenLikeness(one, other)).toBeCloseTo(tokenLikeness(other, one), 10);
        expect(tokenLikeness(one, one)).toBe(1);
      }),
    );
  });
});

describe('compareNames', () => {
  const compare = (part: 'family' | 'given', a: string, b: string) => {
    const [one, other] = [namePart(wordsOf(a), part), namePart(wordsOf(b), part)];
    if (!one || !other) throw new Error('No name');
    expect(compareNames(other, one)).toBe(compareNames(one, other));
    return compareNames(one, other);
  };
  it.each([
    ['given', 'Anna', 'ANNA', 'equal'],
    ['given', 'Bob', 'Robert', 'nickname'],
    ['given', 'J.', 'James', 'part'],
    ['given', 'Anna', 'Anna Maria', 'part'],
    ['given', 'Jonathan', 'Jonathon', 'close'],
    ['given', '小明', 'Xiaoming', 'transliterated'],
    ['given', 'Sergey', 'Сергей', 'transliterated'],
    ['given', 'Anna', 'Robert', 'different'],
    ['family', '欧阳', 'Ouyang', 'transliterated'],
    ['family', '王', 'Wong', 'transliterated'],
    ['family', '张', '張', 'transliterated'],
    ['family', 'Müller', 'Mueller', 'transliterated'],
    ['family', "O'Brien", 'OBrien', 'equal'],
    ['family', 'Smith', 'Smith-Jones', 'part'],
    ['family', 'Peterson', 'Petersen', 'close'],
    ['family', '王', '李', 'different'],
  ] as const)('%s: %s, %s', (part, a, b, likeness) => expect(compare(part, a, b)).toBe(likeness));
});
