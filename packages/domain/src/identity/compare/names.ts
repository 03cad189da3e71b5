/** Likeness of given and family names. */
import { readingsOf } from '../normal/romanise.ts';
import { areFormsOfOneName } from '../normal/nicknames.ts';
import { jaroWinkler, withinOneEdit } from './strings.ts';

export interface NamePart {
  /** Folded words. */
  words: readonly string[];
  /** The words without spaces. */
  joined: string;
  /** How it may be spelled in Latin letters, brought to one spelling for each sound. */
  readings: readonly string[];
}

export type NameLikeness = 'equal' | 'transliterated' | 'nickname' | 'part' | 'close' | 'similar' | 'different';

const CLOSE = 0.92;
const SIMILAR = 0.8;
/** Below this length one wrong letter makes another name. */
const SHORTEST_MISSPELLED = 4;

/** Null when there are no words. */
export function namePart(words: readonly string[], part: 'family' | 'given'): NamePart | null {
  const joined = words.join('');
  return joined === '' ? null : { words, joined, readings: readingsOf(joined, part) };
}

const isInitial = (word: string) => Array.from(word).length === 1 && /[a-z\u0370-\u04ff]/u.test(word);

/** An initial for the first word, or one name of several: J. for John, Anna for Anna Maria, Smith for Smith-Jones. */
function isPartOf(a: NamePart, b: NamePart): boolean {
  const [fewer, more] = a.words.length <= b.words.length ? [a, b] : [b, a];
  const [first = ''] = fewer.words;
  if (isInitial(first) || isInitial(more.words[0] ?? '')) return first[0] === more.words[0]?.[0];
  return more.words.length > fewer.words.length && fewer.words.every((word) => more.words.includes(word));
}

function spelling(a: string, b: string): NameLikeness {
  const short = Math.min(a.length, b.length);
  const likeness = jaroWinkler(a, b);
  if (short >= SHORTEST_MISSPELLED && (likeness >= CLOSE || withinOneEdit(a, b))) return 'close';
  return short >= SHORTEST_MISSPELLED - 1 && likeness >= SIMILAR ? 'similar' : 'different';
}

/** The best that two names have in common. */
export function compareNames(a: NamePart, b: NamePart): NameLikeness {
  if (a.joined === b.joined) return 'equal';
  if (a.readings.some((reading) => reading !== '' && b.readings.includes(reading))) return 'transliterated';
  const [firstA = '', firstB = ''] = [a.words[0], b.words[0]];
  if (firstA !== firstB && areFormsOfOneName(firstA, firstB)) return 'nickname';
  if (isPartOf(a, b)) return 'part';
  const written = spelling(a.joined, b.joined);
  if (written !== 'different') return written;
  const [soundA = '', soundB = ''] = [a.readings[0], b.readings[0]];
  // Only where one of them came from another script: otherwise the letters have been compared already.
  const foreign = /[^\p{ASCII}]/u;
  return foreign.test(a.joined) === foreign.test(b.joined) ? 'different' : spelling(soundA, soundB);
}
