import { expect, it } from 'vitest';
import { amountText } from './amount-text.ts';

it.each([
  [123_456, 'EUR', 'en', '€1,234.56'],
  [1200, 'JPY', 'en', '¥1,200'],
  [-1500, 'KWD', 'en', '-KWD 1.500'],
])('%i of %s in %s', (minor, currency, language, text) => {
  expect(amountText(minor, currency, language).replaceAll('\u00A0', ' ')).toBe(text);
});
