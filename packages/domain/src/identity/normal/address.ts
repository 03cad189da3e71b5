/** Postal addresses as tokens that can be compared. */
import { foldText, hasHan, settled, wordsOf } from './text.ts';

/** One word for each way of writing it, in the languages at hand. */
const spellings: Readonly<Record<string, string>> = {
  street: 'st str strasse straat ulitsa ul',
  road: 'rd',
  avenue: 'av ave aven avenu avda avenida',
  boulevard: 'blvd bld boul bvd',
  drive: 'dr drv',
  lane: 'ln',
  court: 'ct crt',
  place: 'pl pla platz plaza plz',
  square: 'sq sqr',
  terrace: 'ter tce terr',
  circuit: 'cct crct',
  crescent: 'cr cres crs',
  close: 'cl',
  parade: 'pde',
  highway: 'hwy hway',
  parkway: 'pkwy pky',
  way: 'wy weg',
  grove: 'gr grv',
  circle: 'cir circ',
  trail: 'trl',
  north: 'n nord',
  south: 's sud',
  east: 'e ost',
  west: 'w',
  apartment: 'apt appt wohnung whg',
  unit: 'un',
  floor: 'fl flr etage og',
  building: 'bldg geb gebaude',
  suite: 'ste',
  saint: 'sankt',
};
const canonical = new Map(
  Object.entries(spellings).flatMap(([word, others]) => others.split(' ').map((other) => [other, word] as const)),
);
/** German writes the kind of street at its end: Hauptstr., Hauptstraße. */
const GERMAN_ENDING = /(?<=\p{L}{3})(?:str|strasse)$/u;
/** Chinese addresses name their levels by suffix: 北京市 朝阳区 建国路 88号. */
const CHINESE_PARTS = /\d+|[a-z]+|[^\s\d,]{1,12}?(?:省|市|区|县|镇|乡|村|路|街|道|巷|弄|号|栋|幢|楼|室|单元)/gu;

export interface AddressTokens {
  /** Words without numbers, in the order written. */
  words: string[];
  /** House, flat and other numbers, with their letter: `12`, `12b`. */
  numbers: string[];
}

function tokenOf(word: string): string {
  return canonical.get(word) ?? word.replace(GERMAN_ENDING, ' street').trim();
}

/** The tokens of a street line or of a whole address. */
export function addressTokens(raw: string): AddressTokens {
  const folded = foldText(raw);
  const parts = hasHan(folded)
    ? (folded.match(CHINESE_PARTS) ?? [folded]).filter((part) => part !== '号')
    : wordsOf(folded.replaceAll('.', ' ')).flatMap((word) => tokenOf(word).split(' '));
  const isNumber = (part: string) => /^\d+\p{L}{0,2}$/u.test(part);
  return { words: parts.filter((part) => !isNumber(part)), numbers: parts.filter(isNumber) };
}

/** Numbers, then words: one text for one address however it was abbreviated. Null when nothing is left. */
export function normaliseAddress(raw: string): string | null {
  const written = (text: string) => {
    const { words, numbers } = addressTokens(text);
    return [...numbers, ...words].join(' ');
  };
  return settled(raw, written) || null;
}

/** A postal code without spaces and hyphens, in upper case, without a US add-on of four digits. Null when nothing is left. */
export function normalisePostalCode(raw: string): string | null {
  const text = foldText(raw).replace(/^(\d{5})-\d{4}$/, '$1');
  return text.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase() || null;
}
