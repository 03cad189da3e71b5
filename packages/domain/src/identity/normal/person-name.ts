/** Names of people taken apart: which words are the family name depends on script, order and custom. */
import {
  areOneSurname,
  isCompoundSurname,
  isPinyin,
  isRatherLast,
  isRomanisedSurname,
  surnameOf,
} from './chinese-surname.ts';
import { isKorean } from './korean-name.ts';
import { foldText, hasHan, settled, wordsOf } from './text.ts';
import { isVietnamese } from './vietnamese-name.ts';

export interface PersonName {
  /** Given names and initials in their order, folded. */
  given: string[];
  /** Family name with its particles, hyphens taken apart, folded. */
  family: string[];
  /** Junior, the third: tells father from son. Null when none is said. */
  generation: string | null;
}

const titles = new Set(
  (
    'mr mrs ms miss mx dr prof professor sir madam lady lord dame rev reverend capt captain herr frau fraulein hr fr dipl ing mag monsieur madame ' +
    'mme mlle senor senora srta sra don dona signor signora dott ir drs'
  ).split(' '),
);
const degrees = new Set('phd md esq esquire mba msc bsc ma ba jd dds cpa rn mba'.split(' '));
const generations: Readonly<Record<string, string>> = {
  jr: 'jr',
  jnr: 'jr',
  junior: 'jr',
  sr: 'sr',
  snr: 'sr',
  senior: 'sr',
  ii: 'ii',
  iii: 'iii',
  iv: 'iv',
  '2nd': 'ii',
  '3rd': 'iii',
  '4th': 'iv',
};
const particles = new Set(
  "van von vom zu zum zur de der den del della dello dei di da das do dos du des la le les lo ten ter te op bin ibn al el af av st san santa d'".split(
    ' ',
  ),
);
const HONORIFICS = /(?:先生|女士|小姐|太太|夫人|老师|老師|同志|教授|医生|醫生|经理|經理|总监|總監|主任)$/u;
const HAN_NAME = /^[\p{Script=Han}\s·・•]+$/u;
const MIDDLE_DOT = /[·・•]/u;

const isSuffix = (word: string) => word in generations || degrees.has(word);

/** Words without the titles before and the suffixes behind them; one word always stays. */
function bare(words: readonly string[]): { words: string[]; generation: string | null } {
  let [start, end] = [0, words.length];
  let generation: string | null = null;
  while (end - start > 1 && titles.has(words[start] ?? '')) start++;
  while (end - start > 1 && isSuffix(words[end - 1] ?? '')) generation = generations[words[--end] ?? ''] ?? generation;
  return { words: words.slice(start, end), generation };
}

/** True when the words before the last one are the given name in front of a Chinese family name, or behind it. */
function familyFirst(words: readonly string[]): boolean {
  const [first = '', ...rest] = words;
  const last = rest.at(-1) ?? '';
  if (words.length < 2 || words.length > 4 || !isRomanisedSurname(first) || !rest.every(isPinyin)) return false;
  // Two surnames (Wang Li) can be either order; the order of the West is taken, and swapped names are compared as well.
  return !isRomanisedSurname(last) || last.length > 6 || (rest.length === 2 && !isRatherLast(first, last));
}

/** Where a Chinese surname whose syllables are written apart begins: Ou Yang Nana, Nana Ou-Yang. */
function partedSurname(words: readonly string[]): number | null {
  if (words.length < 3 || words.length > 4) return null;
  if (areOneSurname(words[0], words[1]) && words.slice(2).every(isPinyin)) return 0;
  return areOneSurname(words.at(-2), words.at(-1)) ? words.length - 2 : null;
}

/** Where the family name begins in words of Western order. */
function familyStart(words: readonly string[]): number {
  const particle = words.findIndex((word, index) => index > 0 && index < words.length - 1 && particles.has(word));
  return particle > 0 ? particle : words.length - 1;
}

/** `raw`: with the marks that words lose when they are folded. */
function fromWords(words: readonly string[], raw: string): Pick<PersonName, 'given' | 'family'> {
  if (words.length < 2) return { given: [...words], family: [] };
  const parted = partedSurname(words);
  if (parted !== null) return { given: words.toSpliced(parted, 2), family: words.slice(parted, parted + 2) };
  if (familyFirst(words) || isVietnamese(words, raw) || isKorean(words))
    return { given: words.slice(1), family: words.slice(0, 1) };
  const start = familyStart(words);
  return { given: words.slice(0, start), family: words.slice(start) };
}

/** The surname of a name in Western order, as forms with two boxes make it: 小明 王, 娜娜 欧阳. */
function surnameBehind(folded: string): string | null {
  const [first = '', second = '', ...more] = folded.split(' ');
  if (more.length > 0 || Array.from(first).length < 2 || isCompoundSurname(first)) return null;
  return isCompoundSurname(second) || Array.from(second).length === 1 ? second : null;
}

function fromHan(folded: string): PersonName {
  const name = folded.replaceAll(/\s/g, '');
  if (MIDDLE_DOT.test(name)) {
    const parts = name.split(MIDDLE_DOT).filter((part) => part !== '');
    return { given: parts.slice(0, -1), family: parts.slice(-1), generation: null };
  }
  const polite = name.replace(HONORIFICS, '');
  const core = polite === '' ? name : polite;
  const behind = core === name ? surnameBehind(folded) : null;
  const family = behind ?? surnameOf(core);
  const given = behind === null ? core.slice(family.length) : core.slice(0, -family.length);
  return { given: given === '' ? [] : [given], family: [family], generation: null };
}

/** `WANG Xiaoming`, `Jean DUPONT`: one word in capitals among others is the family name. */
function capitalWord(raw: string): string | null {
  const words = raw.normalize('NFKC').match(/[\p{L}'’-]+/gu) ?? [];
  const capitals = words.filter(
    (word) => word.length > 2 && word === word.toUpperCase() && word !== word.toLowerCase(),
  );
  const [only] = capitals;
  const folded = only === undefined ? '' : foldText(only);
  return words.length > 1 && capitals.length === 1 && !isSuffix(folded) && !titles.has(folded) ? folded : null;
}

function fromCommas(parts: readonly string[], raw: string): PersonName {
  const suffixes = parts.slice(1).filter((part) => part !== '' && wordsOf(part).every(isSuffix));
  const names = parts.filter((part, index) => index === 0 || !suffixes.includes(part));
  const said =
    suffixes
      .flatMap(wordsOf)
      .map((word) => generations[word])
      .find((found) => found !== undefined) ?? null;
  if (names.length === 1) {
    const whole = bare(wordsOf(names[0] ?? ''));
    return { ...fromWords(whole.words, raw), generation: said ?? whole.generation };
  }
  const family = bare(wordsOf(names[0] ?? ''));
  const given = bare(names.slice(1).flatMap(wordsOf));
  return { given: given.words, family: family.words, generation: said ?? given.generation ?? family.generation };
}

function parseOnce(raw: string): PersonName {
  const text = raw.normalize('NFKC').replace(/\([^)]*\)/gu, ' ');
  const folded = foldText(text);
  if (HAN_NAME.test(folded) && hasHan(folded)) return fromHan(folded);
  if (/[,;]/.test(folded))
    return fromCommas(
      folded.split(/[,;]/).map((part) => part.trim()),
      text,
    );
  const { words, generation } = bare(wordsOf(folded));
  const titled = words.length === 1 && titles.has(wordsOf(folded)[0] ?? '') && wordsOf(folded).length > 1;
  if (titled) return { given: [], family: words, generation };
  const capital = capitalWord(text);
  const family = capital === null ? [] : wordsOf(capital);
  const rest = words.filter((word) => !family.includes(word));
  if (family.length > 0 && rest.length > 0) return { given: rest, family, generation };
  return { ...fromWords(words, text), generation };
}

/** `family, given, generation`. Taking it apart and writing it again gives the same text. */
export function formatPersonName({ given, family, generation }: PersonName): string {
  const name = family.length === 0 ? given.join(' ') : `${family.join(' ')}, ${given.join(' ')}`.trim();
  return generation === null ? name : `${name}, ${generation}`;
}

/** Takes a full name apart, in whichever order it is written. Nothing is thrown away but titles, degrees and what stands in brackets. */
export function parsePersonName(raw: string): PersonName {
  return settled(
    parseOnce(raw),
    (name) => parseOnce(formatPersonName(name)),
    (a, b) => formatPersonName(a) === formatPersonName(b),
  );
}
