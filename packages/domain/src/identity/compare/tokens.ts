/** Likeness of two sets of words, where rare words say more than frequent ones. */
import { jaroWinkler, withinOneEdit } from './strings.ts';

/** Shortest word that may be misspelled and still count. */
const SHORTEST_SOFT = 4;
/** Two words that are alike but not equal count this much of an equal pair. */
const SOFT_SHARE = 0.9;
const CLOSE = 0.93;

/** How much a word says: the logarithm of how rare it is. One for every word where nothing is known. */
export type WordWeight = (word: string) => number;

const evenly: WordWeight = () => 1;

/** Each word once, in one order. */
export function tokenSet(words: readonly string[]): string[] {
  return [...new Set(words)].toSorted((a, b) => (a < b ? -1 : Number(a > b)));
}

const isDigit = (word: string) => word.charCodeAt(0) >= 48 && word.charCodeAt(0) <= 57;

/** True when two words are one, misspelled or abbreviated. */
function alike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < SHORTEST_SOFT || long.length - short.length > 2) return false;
  // Numbers are alike only when they are equal.
  if (isDigit(a) || isDigit(b)) return false;
  return withinOneEdit(a, b) || (a[0] === b[0] && a[1] === b[1] && jaroWinkler(a, b) >= CLOSE);
}

/** The weight that words left over on both sides still share by being alike, taken in the order of the words. */
function softWeight(left: readonly string[], right: string[], weight: WordWeight): number {
  let shared = 0;
  for (const word of left) {
    const at = right.findIndex((other) => alike(word, other));
    if (at < 0) continue;
    const [other = word] = right.splice(at, 1);
    shared += SOFT_SHARE * Math.min(weight(word), weight(other));
  }
  return shared;
}

/**
 * Weighted Dice likeness of two token sets (see {@link tokenSet}), from 0 to 1: twice the weight they share over the weight of both.
 * Misspelled words count almost as equal ones.
 */
export function tokenLikeness(a: readonly string[], b: readonly string[], weight: WordWeight = evenly): number {
  const [inA, inB] = [new Set(a), new Set(b)];
  const total = (words: readonly string[]) => words.reduce((sum, word) => sum + weight(word), 0);
  const both = total(a) + total(b);
  if (both === 0) return 1;
  const leftA = a.filter((word) => !inB.has(word));
  const leftB = b.filter((word) => !inA.has(word));
  const equal = total(a.filter((word) => inB.has(word)));
  const [first, second] = (leftA[0] ?? '') < (leftB[0] ?? '') ? [leftA, leftB] : [leftB, leftA];
  return Math.min(1, (2 * (equal + softWeight(first, [...second], weight))) / both);
}
