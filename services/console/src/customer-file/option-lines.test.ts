import { expect, it } from 'vitest';
import { optionLines, readOptions } from './option-lines.ts';

it('reads options from lines, and writes them back', () => {
  const options = readOptions('tea | Tea | 茶\n\n coffee\nmilk|Milk');
  expect(options).toEqual([
    { value: 'tea', labelEn: 'Tea', labelZh: '茶' },
    { value: 'coffee', labelEn: 'coffee', labelZh: 'coffee' },
    { value: 'milk', labelEn: 'Milk', labelZh: 'Milk' },
  ]);
  expect(readOptions(optionLines(options))).toEqual(options);
});
