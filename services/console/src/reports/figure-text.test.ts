import { expect, it } from 'vitest';
import { changeText, figureText } from './figure-text.ts';

it.each([
  [null, 'count', '–'],
  [0, 'count', '0'],
  [12_345, 'count', '12,345'],
  [0.8302, 'ratio', '83%'],
  [0.8269, 'ratio', '82.7%'],
  [125, 'seconds', '2m 5s'],
] as const)('%s as %s is %s', (value, unit, text) => expect(figureText(value, unit, 'en')).toBe(text));

it.each([
  [[3, 2], 'count', '+50%'],
  [[2, 2], 'count', '0%'],
  [[0.8, 0.85], 'ratio', '-5'],
  [[0.8, 0], 'ratio', '+80'],
  [[3, 0], 'count', '–'],
  [[null, 3], 'count', '–'],
  [[3, null], 'ratio', '–'],
  [[30, 60], 'seconds', '-50%'],
] as const)('%j of %s changed by %s', (pair, unit, text) => expect(changeText(pair, unit, 'en')).toBe(text));
