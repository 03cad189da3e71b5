/** How many people the names stand for that were given with one identifier. */
import { compareNames, type NamePart, namePart } from './compare/names.ts';
import { parsePersonName } from './normal/person-name.ts';
import { wordsOf } from './normal/text.ts';

interface GivenName {
  words: readonly string[];
  given: NamePart | null;
  family: NamePart | null;
}

/** A name, or the address that a mail program puts in its place. */
function read(raw: string): GivenName {
  const text = raw.replace(/@\S*/u, '').replaceAll(/[._\d]+/gu, ' ');
  const { given, family } = parsePersonName(text);
  return { words: wordsOf(text), given: namePart(given, 'given'), family: namePart(family, 'family') };
}

function alike(a: NamePart | null, b: NamePart | null): boolean {
  return a !== null && b !== null && !['different', 'similar'].includes(compareNames(a, b));
}

/** Anna Schmidt, Anna, Schmidt Anna, annaschmidt. */
function isWithin(less: GivenName, more: GivenName): boolean {
  const [given = '', family = ''] = [more.given?.joined, more.family?.joined];
  const whole = less.words.join('');
  return less.words.every((word) => more.words.includes(word)) || whole === given + family || whole === family + given;
}

const isInitial = (part: NamePart | null) => part?.words.every((word) => word.length === 1) ?? false;

/** Whoever keeps the given name may have married; a family name alone is a family's. */
function mayBeOne(a: GivenName, b: GivenName): boolean {
  if (isWithin(a, b) || isWithin(b, a)) return true;
  if (alike(a.given, b.family) && alike(a.family, b.given)) return true;
  const oneFamily = a.family === null || b.family === null || alike(a.family, b.family);
  return alike(a.given, b.given) && (oneFamily || !(isInitial(a.given) || isInitial(b.given)));
}

/** So many of the names can be no one person's, however they write themselves: orders, initials, nicknames, a married name. */
export function countPeople(names: readonly string[]): number {
  const people: GivenName[] = [];
  for (const name of names.map(read)) {
    if (name.words.length > 0 && !people.some((one) => mayBeOne(one, name))) people.push(name);
  }
  return people.length;
}
