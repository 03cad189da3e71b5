import { expect, it } from 'vitest';
import { ticketTag } from './tags.ts';

it.each([
  ['Late', 'late'],
  ['  big   deal ', 'big deal'],
  ['ＶＩＰ', 'vip'],
  ['退款', '退款'],
  ['a/b:c-1', 'a/b:c-1'],
  ['', null],
  ['<b>', null],
  ['x'.repeat(51), null],
  ['-x', null],
])('%j becomes %j', (text, expected) => expect(ticketTag.safeParse(text).data ?? null).toBe(expected));
