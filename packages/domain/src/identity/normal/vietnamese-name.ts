/** Vietnamese names in full: the family name stands first, and the last word is what somebody is called. */

/** Surnames that are hardly anything else, without their marks. */
const surnames = new Set(
  'nguyen tran pham hoang huynh phan vu vo dang bui ngo duong dinh truong trinh luong nghiem quach thach'.split(' '),
);
/** Surnames that are other words and names, too. */
const ambiguous = new Set(
  'an cao chau chu dam dao diep do doan ha ho kieu la lai lam le lu luu ly ma mac mai ninh on phung quan quang ta tang thai tieu to ton tong trieu tu vuong vy'.split(
    ' ',
  ),
);
const syllable = /^(?:ngh?|[cgknpt]h|gi|qu|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?$/;
/** Letters that hardly another language in Latin script has. */
const ownLetters = /[ăđơư\u1ea0-\u1ef9]/iu;

/** Whether the words of a text, folded, are a Vietnamese name that begins with the family name. */
export function isVietnamese(words: readonly string[], raw: string): boolean {
  const [first = '', ...rest] = words;
  const last = rest.at(-1) ?? '';
  if (words.length < 2 || words.length > 5 || !rest.every((word) => syllable.test(word))) return false;
  // Two words of which both are surnames can be either order: that of the West is taken.
  if (words.length === 2 && (surnames.has(last) || (ambiguous.has(last) && !surnames.has(first)))) return false;
  return surnames.has(first) || (ambiguous.has(first) && (ownLetters.test(raw.normalize('NFC')) || rest[0] === 'thi'));
}
