/** Names of organisations without what says only which legal form they have. */
import { foldText, hasHan, settled, wordsOf } from './text.ts';

/** After full stops are gone: `G.m.b.H.` is `gmbh`. */
const legalForms = new Set(
  (
    'ab ag aps as asa bhd bv bvba co company corp corporation cv doo eg ek eurl eu ev gbr gesmbh gmbh inc incorporated jsc kft kg kgaa ' +
    'kk lda limited llc llp lp ltd ltda nv ohg oao ooo oy oyj pao plc pte pty pvt sa sarl sas se sl sp spa srl sro ug zao zoo ооо оао зао пао'
  ).split(' '),
);
const CHINESE_FORM = /(?:(?:集团)?(?:股份|责任)?有限(?:责任)?公司|股份公司|有限合伙|公司|株式会社|股份有限公司)$/u;
const CHINESE_START = /^株式会社/u;

function chineseCore(text: string): string {
  const joined = wordsOf(text).join('').replace(CHINESE_START, '');
  return settled(joined, (core) => core.replace(CHINESE_FORM, '') || core);
}

function coreOf(folded: string): string {
  if (hasHan(folded)) return chineseCore(folded);
  const undotted = folded.replaceAll(/\.(?=\p{L}(?:\.|\b))|(?<=\b\p{L})\./gu, '');
  const words = wordsOf(undotted).filter((word) => word !== 'and' && word !== 'und');
  if (words[0] === 'the' && words.length > 1) words.shift();
  while (words.length > 1 && legalForms.has(words.at(-1) ?? '')) words.pop();
  return words.join(' ');
}

/**
 * The words that tell it from others: `Müller & Söhne GmbH & Co. KG` is `muller sohne`, `北京大华科技有限公司` is `北京大华科技`. Null
 * when there are none.
 */
export function normaliseOrganisation(raw: string): string | null {
  return settled(foldText(raw), coreOf) || null;
}
