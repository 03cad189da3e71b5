import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestPartners } from './assignment.ts';
import { addBlocks } from './blocks.ts';
import { linkRecords } from './link.ts';
import { addNeighbours } from './neighbours.ts';
import { PairCollector } from './pairs.ts';
import { numbersFrom } from './strangers.ts';
import { chooseThresholds } from './thresholds.ts';
import { readRecord } from '../score/record.ts';
import type { RecordField } from '../score/fields.ts';

const listed = ({ left, right }: { left: Int32Array; right: Int32Array }) =>
  Array.from(left, (one, at) => `${one}-${right[at]}`);

describe('addBlocks', () => {
  it('pairs what shares a key once, and says which key has too many', () => {
    const pairs = new PairCollector(5, null);
    const skipped = addBlocks([['a', 'x'], ['a', 'b', 'x'], ['b', 'x'], ['x'], []], 3, pairs);
    expect(listed(pairs.take())).toEqual(['0-1', '1-2']);
    expect(skipped).toEqual([{ key: 'x', size: 4 }]);
  });

  it('pairs only across two files', () => {
    const pairs = new PairCollector(4, 2);
    addBlocks([['a'], ['a'], ['a'], ['b']], 10, pairs);
    expect(listed(pairs.take())).toEqual(['0-2', '1-2']);
  });
});

describe('addNeighbours', () => {
  it('prefers who shares rare keys', () => {
    const pairs = new PairCollector(4, null);
    addNeighbours(
      [['often', 'rare'], ['often', 'rare'], ['often'], ['often', 'other']],
      { neighbours: 1, cap: 10 },
      pairs,
      null,
    );
    expect(listed(pairs.take())).toContain('0-1');
  });
});

describe('bestPartners', () => {
  it('gives each record one partner, the best pairs first', () => {
    const pairs = { left: Int32Array.from([0, 0, 1]), right: Int32Array.from([2, 3, 2]) };
    expect(bestPartners(pairs, Float64Array.from([5, 4, 6]), 0)).toEqual([2, 1]);
    expect(bestPartners(pairs, Float64Array.from([5, 4, 6]), 5)).toEqual([2]);
  });
});

describe('chooseThresholds', () => {
  it('keeps `same` at least as strict as `suggest`, whatever the order of the scores', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -20, max: 30, noNaN: true }), { maxLength: 40 }), (scores) => {
        const chosen = chooseThresholds(scores);
        expect(chosen.same).toBeGreaterThanOrEqual(chosen.suggest);
        expect(chooseThresholds(scores.toReversed())).toEqual(chosen);
      }),
    );
    expect(chooseThresholds([])).toEqual({ same: Number.POSITIVE_INFINITY, suggest: Number.POSITIVE_INFINITY });
  });
});

describe('linkRecords', () => {
  const schema: RecordField[] = [
    { name: 'title', kind: 'text' },
    { name: 'year', kind: 'year' },
  ];
  const random = numbersFrom(7);
  const words = Array.from({ length: 300 }, () =>
    Array.from({ length: 6 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(''),
  );
  const titles = Array.from({ length: 200 }, () =>
    Array.from({ length: 5 }, () => words[Math.floor(random() * words.length)] ?? ''),
  );
  const first = titles.map((title, index) =>
    readRecord({ title: title.join(' '), year: String(1980 + (index % 20)) }, schema),
  );
  const second = titles.map((title, index) =>
    readRecord(
      {
        title: title
          .slice(index % 2)
          .toReversed()
          .join(' '),
        year: String(1980 + (index % 20)),
      },
      schema,
    ),
  );
  const input = { schema, first, second, blockingKeys: [...first, ...second].map(() => []) };

  it('finds the pairs of two files without being told any, one to one', () => {
    const { pairs, oneToOne } = linkRecords(input);
    const right = Array.from(pairs.left, (left, at) => left === (pairs.right[at] ?? 0) - first.length).filter(
      Boolean,
    ).length;
    expect(oneToOne).toBe(true);
    expect(right / pairs.left.length).toBeGreaterThan(0.98);
    expect(right / first.length).toBeGreaterThan(0.98);
  });

  it('is the same every time', () => {
    expect(linkRecords(input)).toEqual(linkRecords(input));
  });
});

it('takes nobody for somebody else of one address, or a father of one name, where the data has many of them', () => {
  const schema = (['givenName', 'familyName', 'birthDate', 'phone', 'street'] as const).map((kind) => ({
    name: kind,
    kind,
  }));
  const random = numbersFrom(11);
  const below = (count: number) => Math.floor(random() * count);
  const word = () => Array.from({ length: 7 }, () => String.fromCharCode(97 + below(26))).join('');
  const names = Array.from({ length: 150 }, word);
  const name = () => names[below(names.length)] ?? '';
  const written: { person: number; raw: Record<string, string> }[] = [];
  let people = 0;
  const write = (home: Record<string, string>, from: number) => {
    const person = (people += 1);
    const birthDate = `${from + below(20)}-0${1 + below(9)}-1${below(10)}`;
    for (let times = 1 + below(2); times > 0; times -= 1)
      written.push({ person, raw: { ...home, ...(random() < 0.6 && { birthDate }) } });
  };
  for (let home = 0; home < 500; home += 1) {
    const phone = `+4930${String(10_000_000 + below(89_999_999))}`;
    const one = { givenName: name(), familyName: name(), phone, street: `${word()} ${1 + below(90)}` };
    write(one, 1940);
    if (home % 6 === 0) write(one, 1970);
    else if (home % 6 < 3) write({ ...one, givenName: name() }, 1950);
  }
  const first = written.map(({ raw }) => readRecord(raw, schema));
  const { pairs, scores, thresholds } = linkRecords({ schema, first, second: null, blockingKeys: first.map(() => []) });
  const same = [...scores.keys()].filter((at) => (scores[at] ?? 0) >= thresholds.same);
  const wrong = same.filter((at) => written[pairs.left[at] ?? 0]?.person !== written[pairs.right[at] ?? 0]?.person);
  expect([same.length > 50, wrong.length]).toEqual([true, 0]);
});
