/** Chinese surnames, as characters and as they are spelled in Latin letters. */

/** Surnames of two characters. */
const compound = new Set(
  (
    '欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 司徒 东方 東方 独孤 南宫 南宮 夏侯 尉迟 尉遲 公孙 公孫 长孙 長孫 慕容 宇文 皇甫 令狐 淳于 单于 ' +
    '申屠 澹台 轩辕 軒轅 钟离 鍾離 闻人 聞人 呼延 拓跋 端木 百里 东郭 西门 西門 赫连 赫連 第五 公羊 太史 仲孙 万俟 左丘 梁丘'
  ).split(' '),
);

/** Usual spellings beside pinyin: Hong Kong, Taiwan, Singapore. By pinyin. */
const elsewhere: Readonly<Record<string, string>> = {
  cai: 'tsai choi choy',
  cao: 'tsao cho',
  chen: 'chan tan',
  cheng: 'ching',
  deng: 'tang teng',
  du: 'to tu',
  feng: 'fung',
  gao: 'ko kao',
  guo: 'kwok kuo',
  han: 'hon',
  he: 'ho',
  hu: 'wu woo',
  huang: 'wong hwang ng',
  jiang: 'chiang kong',
  li: 'lee lei',
  liang: 'leung',
  lin: 'lam lim',
  liu: 'lau lew low',
  luo: 'law lo',
  lu: 'lui luk',
  ma: 'mah',
  ouyang: 'auyeung auyong',
  pan: 'poon',
  situ: 'seto szeto',
  song: 'sung soong',
  su: 'so soo',
  tang: 'tong',
  wang: 'wong ong',
  wei: 'wai ngai',
  wu: 'ng goh mok',
  xiao: 'siu hsiao',
  xie: 'tse hsieh cheah',
  xu: 'hsu hui tsui koh',
  yang: 'yeung young',
  ye: 'yip yeh ip yap',
  yu: 'yue yee',
  yuan: 'yuen',
  zeng: 'tsang tseng',
  zhang: 'cheung chang cheong teo',
  zhao: 'chiu chao chew',
  zheng: 'cheng tay',
  zhong: 'chung',
  zhou: 'chow chou chau',
  zhu: 'chu choo',
};

const plain =
  'ai an bai ban bao bi bian bo bu cai cao cen chai chang che chen cheng chi chu cui dai dang deng di ding dong dou du duan fan fang fei feng fu ' +
  'gan gao ge geng gong gu guan guo han hao he hong hou hu hua huang huo ji jia jian jiang jiao jin jing ju kang ke kong kuang lai lan lang lei ' +
  'leng li lian liang liao lin ling liu long lou lu luo lv lyu ma mao mei meng mi miao min mo mou mu ni nie ning niu ou ouyang pan pang pei peng ' +
  'pi ping pu qi qian qiao qin qiu qu quan ran rao ren rong ruan shan shang shangguan shao shen sheng shi shu si sima situ song su sui sun tai tan ' +
  'tang tao teng tian tong tu wan wang wei wen weng wu xi xia xiahou xian xiang xiao xie xin xing xiong xu xue xun yan yang yao ye yi yin ying ' +
  'you yu yuan yue yun zang zeng zha zhai zhan zhang zhao zhen zheng zhi zhong zhou zhu zhuang zhuge zhuo zong zou zu zuo';

const romanised = new Set([...plain.split(' '), ...Object.values(elsewhere).flatMap((list) => list.split(' '))]);

/** Spelled apart these two syllables are one surname still; of others the first is a surname more often. */
const spelledApart = new Set(['ou yang', 'au yeung', 'au yong', 'si ma', 'si tu', 'shang guan', 'zhu ge']);

/** Frequent surnames, and those of them that hardly ever end a given name. */
const frequent = new Set('li chen yang wu xu ma zhu hu guo he lin luo liang lam lim ng ho leung cheung'.split(' '));
const frequentOnly = new Set('wang zhang liu huang zhao zhou sun xie chan wong lee lau chow tsang'.split(' '));

/** One syllable of pinyin without tone. */
const SYLLABLE =
  /^(?:(?:[bpm]|f|[dt]|[nl]|[gkh]|[jqx]|[zcs]h?|[ryw])?(?:[aeiouv]|a[inou]|ang|e[inr]|eng|i[aenu]|iao|ian|iang|ing|iong|ong|ou|u[aeino]|uai|uan|uang|[uv]e))$/u;
const SYLLABLES =
  /(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|uang|iong|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ue|ui|er|[aeiouv]))/gu;

/** The surname at the head of a name in Chinese characters. */
export function surnameOf(name: string): string {
  const characters = Array.from(name);
  const two = characters.slice(0, 2).join('');
  return compound.has(two) ? two : (characters[0] ?? '');
}

/** True when folded Latin letters spell a Chinese surname. */
export const isRomanisedSurname = (word: string): boolean => romanised.has(word);

/** True for a surname of two characters. */
export const isCompoundSurname = (characters: string): boolean => compound.has(characters);

/** True when two folded words are the two syllables of one surname. */
export const areOneSurname = (first = '', second = ''): boolean => spelledApart.has(`${first} ${second}`);

/** True when the last of three syllables is the surname rather than the first: Tai Man Chan. */
export const isRatherLast = (first: string, last: string): boolean =>
  frequentOnly.has(last) && !frequentOnly.has(first) && !frequent.has(first);

/** True when folded Latin letters can be read as one to three syllables of pinyin and nothing else. */
export function isPinyin(word: string): boolean {
  const syllables = word.match(SYLLABLES) ?? [];
  return syllables.length <= 3 && syllables.join('') === word && syllables.every((syllable) => SYLLABLE.test(syllable));
}

/** Other spellings of a surname in pinyin. */
export const otherSpellings = (surname: string): readonly string[] => elsewhere[surname]?.split(' ') ?? [];
