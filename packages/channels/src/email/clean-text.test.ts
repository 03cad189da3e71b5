import { describe, expect, test } from 'vitest';
import { cleanFilename, cleanLine, cleanText, clip, clipBytes } from './clean-text.ts';

describe('clean text', () => {
  test('loses NUL, controls and lone surrogates, keeps tabs and line breaks', () => {
    expect(cleanText('a\u0000b\u001b[31m\tc\r\nd\re\ud800')).toBe('ab[31m\tc\nd\ne\ufffd');
  });
  test('lines have no breaks', () => expect(cleanLine(' a\r\n b\u0000 ')).toBe('a b'));
  test('no character is cut in two', () => expect(clip('a😀b', 2)).toBe('a'));
  test('bytes are counted', () => expect(clipBytes('äöü', 5)).toBe('äö'));
  test.each([
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['..', '_'],
    ['a\u202egpj.exe', 'agpj.exe'],
    ['\u200b', ''],
    [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(251)}.pdf`],
  ])('file name %j', (name, clean) => expect(cleanFilename(name)).toBe(clean));
});
