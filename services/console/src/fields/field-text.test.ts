import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import { valueText } from './field-text.ts';

const options = [
  { value: 's', labelEn: 'Small', labelZh: '小' },
  { value: 'l', labelEn: 'Large', labelZh: '' },
];
const t = ((key: string) => key) as TFunction;
const words = (value: unknown, resolvedLanguage = 'en') => valueText(t, { resolvedLanguage }, value, { options });

describe('a value in words', () => {
  it.each([
    ['nothing', null, ''],
    ['no value', undefined, ''],
    ['an option', 's', 'Small'],
    ['options', ['s', 'l'], 'Small, Large'],
    ['an option that is gone', 'xl', 'xl'],
    ['yes', true, 'request.yes'],
    ['no', false, 'request.no'],
    ['a number', 0, '0'],
    ['what a source sent', { a: 1 }, '{"a":1}'],
  ])('%s', (_name, value, text) => expect(words(value)).toBe(text));

  it("is in the reader's language, else in the other", () => {
    expect(words(['s', 'l'], 'zh-CN')).toBe('小, Large');
  });
});
