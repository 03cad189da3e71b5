/** Names in Latin letters. A hint: several names share one spelling, and one name has several. */
import { pinyin } from 'pinyin-pro';
import { otherSpellings, surnameOf } from './chinese-surname.ts';
import { foldText, hasHan } from './text.ts';

/** Russian and Ukrainian letters after folding, in the spelling that passports and newspapers agree on most. */
const letters: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  ґ: 'g',
  д: 'd',
  е: 'e',
  є: 'ie',
  ж: 'zh',
  з: 'z',
  и: 'i',
  і: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
  α: 'a',
  β: 'v',
  γ: 'g',
  δ: 'd',
  ε: 'e',
  ζ: 'z',
  η: 'i',
  θ: 'th',
  ι: 'i',
  κ: 'k',
  λ: 'l',
  μ: 'm',
  ν: 'n',
  ξ: 'x',
  ο: 'o',
  π: 'p',
  ρ: 'r',
  σ: 's',
  ς: 's',
  τ: 't',
  υ: 'y',
  φ: 'f',
  χ: 'ch',
  ψ: 'ps',
  ω: 'o',
};
const FOREIGN = /[\u0370-\u04ff]/gu;

/** How one sound is spelled by different hands, after romanising: Müller and Mueller, Dmitriy and Dmitry, lü and lv. */
const sameSound: readonly (readonly [RegExp, string])[] = [
  [/([aou])e(?=[^aeiou]|$)/gu, '$1'],
  [/^(l|n)(?:v|yu)(?=e|$)/gu, '$1u'],
  [/kh/gu, 'h'],
  [/(?:iy|yi|ij|ii|yy|i|y)+/gu, 'i'],
  [/(?<=[aeou])i(?=[aeou])/gu, 'i'],
  [/tch|tsch/gu, 'ch'],
  [/sch/gu, 'sh'],
  [/w/gu, 'v'],
];

/** Folded Cyrillic and Greek in Latin letters; the rest stays. */
export function romaniseLetters(folded: string): string {
  return folded.replace(FOREIGN, (letter) => letters[letter] ?? letter);
}

const inPinyin = (text: string, surname: boolean, multiple = false) =>
  pinyin(text, {
    toneType: 'none',
    type: 'array',
    ...(surname ? { surname: 'head' } : {}),
    ...(multiple ? { multiple } : {}),
  }).map(foldText);

/** A name in Chinese characters as pinyin without tones and spaces. */
export const pinyinOf = (name: string): string => inPinyin(name, false).join('');

/** The spellings that name one and the same thing, brought to one: what equal sounds compare by. */
export function soundKey(latin: string): string {
  return sameSound.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), latin);
}

/** Readings of a surname: the usual one first, then what its character also reads, then spellings of other places. */
function surnameReadings(surname: string): string[] {
  const usual = inPinyin(surname, true).join('');
  const others = Array.from(surname).length === 1 ? inPinyin(surname, false, true) : [];
  return [...new Set([usual, ...others, ...otherSpellings(usual)])];
}

/** A family or given name without signs, in the spellings it may have. The first is the most usual one. */
export function readingsOf(joined: string, part: 'family' | 'given'): string[] {
  if (!hasHan(joined)) return [soundKey(romaniseLetters(joined))];
  const surname = part === 'family' && surnameOf(joined) === joined;
  const readings = surname ? surnameReadings(joined) : [pinyinOf(joined)];
  return [...new Set(readings.map(soundKey))];
}

/**
 * What is left of a name when vowels and doubled letters go and letters that sound alike become one: Meyer and Maier, Schmidt and
 * Schmitt, 王 and Wang. For blocking, where a key has to be found in spite of spelling.
 */
export function phoneticKey(joined: string, part: 'family' | 'given'): string {
  const [reading = ''] = readingsOf(joined, part);
  const sounds = reading
    .replace(/ph/gu, 'f')
    .replace(/[cq](?![h])|ck/gu, 'k')
    .replace(/[dt]+/gu, 't')
    .replace(/[sz]+/gu, 's')
    .replace(/[bp]/gu, 'p')
    .replace(/h/gu, '');
  const first = sounds.slice(0, 1).replace(/[aeiou]/u, 'a');
  return (
    first +
    sounds
      .slice(1)
      .replace(/[aeiou]/gu, '')
      .replace(/(.)\1+/gu, '$1')
  );
}
