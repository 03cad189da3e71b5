/** The form in which words are compared: one width, one case, no marks on Latin, Greek and Cyrillic letters. */

/** Letters that Unicode does not decompose, as they are spelled without them. */
const spelled: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
};
const SPELLED = new RegExp(`[${Object.keys(spelled).join('')}]`, 'gu');
const MARKS = /[\u0300-\u036f]/gu;
/** What folding would touch: capitals, spaces that are not single, everything beyond ASCII. */
const UNFOLDED = /[^ -@[-~]|  |^ | $/;
/** What stands inside a word and does not part it: O’Brien, rock'n'roll. */
const APOSTROPHES = /['’‘ʼ`´＇]/gu;
const HAN = /\p{Script=Han}/u;

function foldOnce(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(SPELLED, (letter) => spelled[letter] ?? letter)
    .replace(/\s+/gu, ' ')
    .trim();
}

/** More rounds than any text has been seen to need. */
const ROUNDS = 8;

/** Applies a step until it changes nothing any more, so that a normal form of a normal form is itself. */
export function settled<T>(first: T, step: (value: T) => T, same: (a: T, b: T) => boolean = Object.is): T {
  let value = first;
  for (let round = 0; round < ROUNDS; round++) {
    const next = step(value);
    if (same(next, value)) break;
    value = next;
  }
  return value;
}

/** Folded text. Compatibility forms can hide others (a circled letter with a mark), which a second time settles. */
export function foldText(raw: string): string {
  return UNFOLDED.test(raw) ? settled(raw, foldOnce) : raw;
}

/** The words of a text, folded. Apostrophes join, every other sign parts. */
export function wordsOf(raw: string): string[] {
  return (
    foldText(raw)
      .replace(APOSTROPHES, '')
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}

/** True when the text has Chinese characters. */
export const hasHan = (text: string): boolean => HAN.test(text);
