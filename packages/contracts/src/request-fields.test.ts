import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRequest, type RequestField } from './request-fields.ts';

const field = (type: RequestField['type'], more: Partial<RequestField> = {}): RequestField => ({
  key: 'x',
  labelEn: 'X',
  labelZh: '甲',
  type,
  required: false,
  ...more,
});
const options = [{ value: 'a', labelEn: 'A', labelZh: '甲' }];
const several = [...options, { value: 'b', labelEn: 'B', labelZh: '乙' }];

describe('a field', () => {
  test.each([
    ['empty and not needed', field('text'), '', {}],
    ['blank and needed', field('text', { required: true }), '  ', 'required'],
    ['text', field('text'), ' hi ', { x: 'hi' }],
    ['short', field('text', { min: 3 }), 'ab', 'too-short'],
    ['long by characters, not code units', field('text', { max: 2 }), '😀😀', { x: '😀😀' }],
    ['too long', field('text', { max: 2 }), 'abc', 'too-long'],
    ['by pattern', field('text', { pattern: 'A-\\d+' }), 'A-17', { x: 'A-17' }],
    ['only in part by pattern', field('text', { pattern: 'A-\\d+' }), 'xA-17', 'wrong-form'],
    ['number', field('number', { min: 1, max: 5 }), '2.5', { x: 2.5 }],
    ['small number', field('number', { min: 1 }), '0', 'too-small'],
    ['large number', field('number', { max: 1 }), 2, 'too-large'],
    ['no number', field('number'), '1e5', 'not-a-number'],
    ['date', field('date'), '2024-02-29', { x: '2024-02-29' }],
    ['no such day', field('date'), '2023-02-29', 'not-a-date'],
    ['early', field('date', { min: '2024-01-01' }), '2023-12-31', 'too-early'],
    ['late', field('date', { max: '2024-01-01' }), '2024-01-02', 'too-late'],
    ['option', field('choice', { options }), 'a', { x: 'a' }],
    ['no option', field('choice', { options }), 'b', 'not-an-option'],
    ['email', field('email'), 'a@b.example', { x: 'a@b.example' }],
    ['no email', field('email'), 'a@b', 'not-an-email'],
    ['phone', field('phone'), '+49 30 90-18', { x: '+49 30 90-18' }],
    ['no phone', field('phone'), 'call me', 'not-a-phone'],
    ['ticked', field('checkbox'), 'on', { x: true }],
    ['to be ticked', field('checkbox', { required: true }), undefined, 'required'],
    ['an object', field('text'), { a: 1 }, 'wrong-form'],
    ['yes', field('boolean'), '是', { x: true }],
    ['no is an answer', field('boolean', { required: true }), false, { x: false }],
    ['not answered', field('boolean', { required: true }), '', 'required'],
    ['neither yes nor no', field('boolean'), 'perhaps', 'not-an-option'],
    [
      'several options in the order of the definition',
      field('multi-choice', { options: several }),
      ['b', 'a', 'b'],
      { x: ['a', 'b'] },
    ],
    ['several options in one text', field('multi-choice', { options: several }), 'b; a', { x: ['a', 'b'] }],
    ['no options', field('multi-choice', { options: several, required: true }), [], 'required'],
    ['one of them unknown', field('multi-choice', { options: several }), ['a', 'z'], 'not-an-option'],
    ['no list', field('multi-choice', { options: several }), 7, 'wrong-form'],
    ['web address', field('url'), 'https://example.com:8080/a?b#c', { x: 'https://example.com:8080/a?b#c' }],
    ['a script', field('url'), 'javascript:alert(1)', 'not-a-url'],
    ['a name before the host', field('url'), 'https://user@example.com/', 'not-a-url'],
  ])('%s', (_name, definition, given, expected) => {
    const { values, problems } = checkRequest([definition], { x: given });
    if (typeof expected === 'string') expect(problems).toEqual([{ field: 'x', problem: expected }]);
    else expect([values, problems]).toEqual([expected, []]);
  });
  test('that is not defined is told', () => {
    expect(checkRequest([], { y: 1 }).problems).toEqual([{ field: 'y', problem: 'unknown-field' }]);
  });
});

const anyField = fc.record({
  key: fc.constantFrom('a', 'b', 'toString'),
  labelEn: fc.constant('L'),
  labelZh: fc.constant('L'),
  type: fc.constantFrom(
    'text',
    'longtext',
    'number',
    'date',
    'choice',
    'multi-choice',
    'email',
    'phone',
    'url',
    'boolean',
    'checkbox',
  ),
  required: fc.boolean(),
  options: fc.constant(options),
  min: fc.constantFrom(undefined, 1),
  max: fc.constantFrom(undefined, 50),
}) as fc.Arbitrary<RequestField>;
const anyFields = fc.uniqueArray(anyField, { selector: ({ key }) => key });
const anyValues = fc.dictionary(
  fc.constantFrom('a', 'b', 'toString', 'c'),
  fc.oneof(fc.string(), fc.constantFrom('a', '12', 'on', '2024-02-29', 'a@b.example', '+4930901820'), fc.anything()),
);

test('what was let pass once is let pass in its normal form, and after a way through JSON, and stays the same', () => {
  fc.assert(
    fc.property(anyFields, anyValues, (fields, given) => {
      const first = checkRequest(fields, given);
      if (first.problems.length > 0) return;
      const second = checkRequest(fields, JSON.parse(JSON.stringify(first.values)));
      expect(second).toEqual(first);
    }),
  );
});
