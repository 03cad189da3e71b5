/** Korean names in Latin letters, as they are said: the family name, then a given name of two syllables. */

/** Three in four Koreans have one of these. */
const usual = new Set(
  'kim lee yi rhee park pak bak choi choe jung jeong chung kang cho yoon yun jang lim han shin seo suh kwon hwang ahn song hong'.split(
    ' ',
  ),
);
const rarer = new Set(
  'jo chang oh an rim ryu yoo jeon jun ko koh moon mun son yang bae baek paik heo hur nam noh roh shim ha kwak seong sung cha joo ju woo min jin ji eom um chae byun yeo choo yeon myung maeng'.split(
    ' ',
  ),
);
const syllable = String.raw`(?:kk|tt|pp|ss|jj|ch|sh|[bcdghjklmnprst])?(?:yeo|yae|you|wae|woo|eui|weo|ae|ya|eo|oe|ye|wa|yo|wo|we|wi|yu|eu|ui|oo|ee|a|e|o|u|i)(?:ng|[klmnpt])?`;
const given = new RegExp(`^${syllable}${syllable}$`);
const half = new RegExp(`^${syllable}$`);

/** Whether folded words are a Korean name that begins with the family name. Two surnames can be either order: the usual one is taken, else that of the West. */
export function isKorean(words: readonly string[]): boolean {
  const [first = '', second = '', third] = words;
  const last = third ?? second;
  if (words.length > 3 || !(usual.has(first) || rarer.has(first)) || usual.has(last)) return false;
  if (rarer.has(last) && !usual.has(first)) return false;
  return third === undefined ? given.test(second) : half.test(second) && half.test(third);
}
