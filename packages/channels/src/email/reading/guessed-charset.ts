/**
 * In which character set text is that does not say it: old programs of Eastern Europe and Asia write file names and subjects as they stand. The one is
 * taken in which it reads most like the language: by its most frequent letters, which make up the greater part of any sentence.
 */
import { textIn } from './charset-text.ts';

interface Script {
  readonly charset: string;
  /** Everything that is written in it beyond ASCII. */
  readonly letters: RegExp;
  readonly frequent: ReadonlySet<string>;
  /** Which share of letters would be frequent ones by chance. */
  readonly chance: number;
}

const punctuation = String.raw`\u00a0«»–—“”‘’„…№©®°·•€`;
const wide = String.raw`\u3000-\u303f\uff01-\uff5e–—“”‘’…·`;
const cyrillic = new RegExp(`[А-яЁёЄєІіЇїҐґЎў${punctuation}]`, 'u');
const russian = new Set('оеаинтсрвлкмдпу');
const han = new RegExp(String.raw`[\p{Script=Han}${wide}]`, 'u');
const japanese = new RegExp(String.raw`[\p{Script=Han}\u3041-\u3096\u30a1-\u30ff${wide}]`, 'u');
const kana = new Set(Array.from({ length: 0x30ff - 0x3041 }, (_, at) => String.fromCharCode(0x3041 + at)));

const scripts: readonly Script[] = [
  {
    charset: 'gb18030',
    letters: han,
    frequent: new Set(
      '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打您请订单询价货账户服务谢退',
    ),
    chance: 0.03,
  },
  {
    charset: 'big5',
    letters: han,
    frequent: new Set(
      '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打您請訂單詢價貨帳戶服務謝退',
    ),
    chance: 0.03,
  },
  { charset: 'shift_jis', letters: japanese, frequent: kana, chance: 0.1 },
  { charset: 'euc-jp', letters: japanese, frequent: kana, chance: 0.1 },
  {
    charset: 'euc-kr',
    letters: new RegExp(String.raw`[\p{Script=Hangul}\p{Script=Han}${wide}]`, 'u'),
    frequent: new Set(
      '이다는가에을하의고로지사기은도를한있어인리자대시아해서부나그일정수전으과와보제라만년장주게상원위들성동공조선화경마면비구연유여내안중관발무계세개신미요스적것음소방국없문행실입등오우거합니까습드님감녕견품금결',
    ),
    chance: 0.04,
  },
  { charset: 'windows-1251', letters: cyrillic, frequent: russian, chance: 0.45 },
  { charset: 'koi8-r', letters: cyrillic, frequent: russian, chance: 0.45 },
  {
    charset: 'windows-1253',
    letters: new RegExp(String.raw`[Ά-ώ${punctuation}]`, 'u'),
    frequent: new Set('αοιετσςνηυρκπλά'),
    chance: 0.45,
  },
  {
    charset: 'windows-1255',
    letters: new RegExp(String.raw`[א-ת${punctuation}]`, 'u'),
    frequent: new Set('יוהלאמרתבשםן'),
    chance: 0.4,
  },
];

/** As much as shows a language; whole bodies come here, too. */
const longestLook = 8_192;
/** How much of the text more than by chance must be frequent letters. */
const enough = 0.12;
/** Letters of an alphabet that may be there by chance. */
const fewest = 4;

/** Undefined when nothing speaks for any, and for Western text. */
export function guessedCharset(bytes: Buffer): string | undefined {
  if (!isForeign(bytes)) return undefined;
  const look = bytes.subarray(0, longestLook);
  let best: string | undefined;
  let most = enough;
  for (const script of scripts) {
    const likeness = likenessOf(look, script);
    if (likeness > most) [best, most] = [script.charset, likeness];
  }
  return best;
}

function likenessOf(bytes: Buffer, { charset, letters, frequent, chance }: Script): number {
  // Cut where one may end in the middle of a letter, which is not held against it.
  const text = textIn(charset, bytes).replace(/\ufffd{1,2}$/, '');
  if (text.includes('\ufffd')) return -1;
  let [all, known, odd, previous] = [0, 0, 0, ''];
  for (const letter of text) {
    if (letter > '\u007f') {
      all += 1;
      if (!letters.test(letter)) odd += 1;
      else if (frequent.has(letter.toLowerCase())) known += 1;
      // A capital behind a small letter is another set's small letter.
      if (isSmall(previous) && isCapital(letter)) odd += 1;
    }
    previous = letter;
  }
  if (all === 0 || (chance > 0.3 && all < fewest)) return -1;
  return known / all - chance - (2 * odd) / all;
}

const isSmall = (letter: string): boolean => letter > '\u007f' && letter !== letter.toUpperCase();
const isCapital = (letter: string): boolean => letter !== letter.toLowerCase();

/** Of European words few letters lie beyond ASCII, and they stand alone; of others all do. */
function isForeign(bytes: Buffer): boolean {
  let [beyond, letters, joined, run] = [0, 0, 0, 0];
  for (const byte of bytes.subarray(0, longestLook)) {
    const high = byte > 0x7f;
    if (high) beyond += 1;
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) letters += 1;
    run = high ? run + 1 : 0;
    if (run === fewest) joined += fewest;
    else if (run > fewest) joined += 1;
  }
  return beyond > 2 * letters || joined > 0.7 * beyond;
}
