import { expect, test } from 'vitest';
import { chooseWords } from './words.ts';

test('the page decides the language, then the visitor, then English', () => {
  expect(chooseWords('zh-CN', ['en']).language).toBe('zh-CN');
  expect(chooseWords('en-GB', ['zh']).language).toBe('en');
  expect(chooseWords('', ['de', 'zh-Hans-CN', 'en']).language).toBe('zh-CN');
  expect(chooseWords('fr', []).language).toBe('en');
});
