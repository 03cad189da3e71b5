import { describe, expect, it } from 'vitest';
import { smsLength } from './sms-segments.ts';

describe('the length of a text message', () => {
  it.each([
    ['nothing', '', 'GSM-7', 0, 160],
    ['one character', 'a', 'GSM-7', 1, 159],
    ['a full segment', 'a'.repeat(160), 'GSM-7', 1, 0],
    ['one more', 'a'.repeat(161), 'GSM-7', 2, 145],
    ['two full ones', 'a'.repeat(306), 'GSM-7', 2, 0],
    ['one more than two', 'a'.repeat(307), 'GSM-7', 3, 152],
    ['letters of GSM-7 beyond ASCII', 'äöüßñÉΩ@£¥', 'GSM-7', 1, 150],
    ['characters of the extension table', '€^{}[]~|\\', 'GSM-7', 1, 142],
    ['a segment of them', '€'.repeat(80), 'GSM-7', 1, 0],
    ['one more of them', '€'.repeat(81), 'GSM-7', 2, 143],
    // The two places of one character are never split: the 153rd place stays empty.
    ['one of them at the edge', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 3, 152],
    ['Chinese', '你'.repeat(70), 'UCS-2', 1, 0],
    ['one more', '你'.repeat(71), 'UCS-2', 2, 63],
    ['emoji', '😀'.repeat(35), 'UCS-2', 1, 0],
    ['one more', '😀'.repeat(36), 'UCS-2', 2, 61],
    ['an emoji at the edge', `${'你'.repeat(66)}😀${'你'.repeat(66)}`, 'UCS-2', 3, 66],
    ['a line break', 'a\nb', 'GSM-7', 1, 157],
  ])('%s', (_name, text, encoding, segments, left) => {
    expect(smsLength(text)).toMatchObject({ encoding, segments, left });
  });

  it('names the characters that make it longer', () => {
    expect(smsLength('Voilà, c’est prêt – “oui” ç').culprits).toEqual(['’', 'ê', '–', '“', '”']);
    expect(smsLength('plain').culprits).toEqual([]);
  });
});
