/** What happens to a person's record on its way into another system. */
import { pinyinOf, romaniseLetters } from '@patchbay/domain/identity/normal/romanise';
import { type CultureName, type Dice, home, mailbox, cultureOf, type Person } from './people.ts';

const keyboard: Readonly<Record<string, string>> = {
  a: 'qsz',
  b: 'vn',
  c: 'xv',
  d: 'sf',
  e: 'wr',
  f: 'dg',
  g: 'fh',
  h: 'gj',
  i: 'uo',
  j: 'hk',
  k: 'jl',
  l: 'k',
  m: 'n',
  n: 'bm',
  o: 'ip',
  p: 'o',
  q: 'wa',
  r: 'et',
  s: 'ad',
  t: 'ry',
  u: 'yi',
  v: 'cb',
  w: 'qe',
  x: 'zc',
  y: 'tu',
  z: 'x',
};
const scanner: Readonly<Record<string, string>> = {
  0: 'O',
  1: 'l',
  5: 'S',
  8: 'B',
  o: '0',
  l: '1',
  m: 'rn',
  e: 'c',
  u: 'v',
  h: 'b',
};
const nicknames: Readonly<Record<string, string>> = {
  James: 'Jim',
  Robert: 'Bob',
  Patricia: 'Pat',
  Jennifer: 'Jen',
  Michael: 'Mike',
  David: 'Dave',
  Elizabeth: 'Liz',
  William: 'Bill',
  Barbara: 'Barb',
  Richard: 'Rick',
  Susan: 'Sue',
  Joseph: 'Joe',
  Thomas: 'Tom',
  Charles: 'Chuck',
  Christopher: 'Chris',
  Daniel: 'Dan',
  Matthew: 'Matt',
  Anthony: 'Tony',
  Margaret: 'Peggy',
  Steven: 'Steve',
  Kimberly: 'Kim',
  Andrew: 'Drew',
  Kenneth: 'Ken',
  Edward: 'Ted',
  Rebecca: 'Becky',
  Nicholas: 'Nick',
  Samuel: 'Sam',
  Samantha: 'Sam',
  Katherine: 'Kate',
  Gregory: 'Greg',
  Alexander: 'Alex',
  Catherine: 'Cathy',
  Hans: 'Johannes',
  Александр: 'Саша',
  Дмитрий: 'Дима',
};

/** One slip of the finger or of a scanner. */
function typo(dice: Dice, text: string): string {
  const characters = Array.from(text);
  if (characters.length < 3) return text;
  const at = dice.below(characters.length - 1);
  const letter = characters[at] ?? '';
  switch (dice.below(5)) {
    case 0:
      characters.splice(at, 1);
      break;
    case 1:
      characters.splice(at, 0, letter);
      break;
    case 2:
      characters.splice(at, 2, characters[at + 1] ?? '', letter);
      break;
    case 3:
      characters[at] = /\d/.test(letter)
        ? dice.digits(1)
        : dice.any(Array.from(keyboard[letter.toLowerCase()] ?? letter));
      break;
    default:
      characters[at] = scanner[letter] ?? letter;
  }
  return characters.join('');
}

const umlauts: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue' };

function inLatin(text: string, culture: CultureName): string {
  if (culture === 'chinese') return pinyinOf(text);
  if (culture === 'german') return text.replaceAll(/[äöüßÄÖÜ]/g, (letter) => umlauts[letter] ?? letter);
  return romaniseLetters(text.normalize('NFC').toLowerCase().replaceAll('ё', 'е').replaceAll('й', 'и'));
}

function redate(dice: Dice, iso: string): string {
  const [year = '', month = '', day = ''] = iso.split('-');
  return dice.any([
    iso,
    `${day}.${month}.${year}`,
    `${year}/${month}/${day}`,
    `${year}${month}${day}`,
    `${year}年${Number(month)}月${Number(day)}日`,
  ]);
}

/** How likely each thing is. */
const rates = {
  typo: 0.04,
  missing: 0.18,
  nickname: 0.12,
  latin: 0.3,
  swapped: 0.03,
  moved: 0.15,
  newPhone: 0.15,
  newMail: 0.2,
  married: 0.04,
  wrongDate: 0.03,
};

/** Another record of the same person. */
export function again(dice: Dice, right: Person, culture: CultureName): Person {
  const other = { ...right };
  const from = cultureOf(culture);
  if (dice.chance(rates.nickname)) other.givenName = nicknames[other.givenName] ?? other.givenName;
  if (dice.chance(rates.married)) other.familyName = dice.any(from.family);
  if (dice.chance(rates.moved)) Object.assign(other, home(dice, culture));
  if (dice.chance(rates.newPhone)) other.phone = from.phone(dice);
  if (dice.chance(rates.newMail)) other.email = mailbox(dice, other.givenName, other.familyName);
  if (culture !== 'english' && dice.chance(rates.latin)) {
    other.givenName = inLatin(other.givenName, culture);
    other.familyName = inLatin(other.familyName, culture);
  }
  if (dice.chance(rates.wrongDate)) other.birthDate = typo(dice, other.birthDate.replaceAll('-', ''));
  else other.birthDate = redate(dice, other.birthDate);
  if (dice.chance(rates.swapped)) [other.givenName, other.familyName] = [other.familyName, other.givenName];
  for (const field of [
    'givenName',
    'familyName',
    'street',
    'city',
    'email',
    'phone',
    'accountNumber',
    'postalCode',
  ] as const) {
    if (dice.chance(rates.typo)) other[field] = typo(dice, other[field]);
  }
  return withGaps(dice, other);
}

/** What nobody asked for. Customer numbers are rarely known, names nearly always. */
export function withGaps(dice: Dice, whole: Person): Person {
  const other = { ...whole };
  for (const field of ['birthDate', 'email', 'phone', 'street', 'organisation'] as const) {
    if (dice.chance(rates.missing)) other[field] = '';
  }
  if (dice.chance(0.8)) other.accountNumber = '';
  if (other.street === '') Object.assign(other, { postalCode: '', city: '' });
  if (dice.chance(0.02)) other.givenName = '';
  return other;
}
