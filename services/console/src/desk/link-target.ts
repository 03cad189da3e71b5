/** Where a link of a mail leads, held against what its words say. */

/** Characters. Words that are longer are not looked through, and may name anything. */
const longestWords = 10_000;
/** What nobody sees, and what only changes how other signs are drawn. */
const unseen = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Chinese is written without blanks around what is in other letters. */
const scriptTurn = /(?<=\p{Script=Han})(?=[a-z\d])|(?<=[a-z\d])(?=\p{Script=Han})/giu;
/** Last parts of the names of files, of which none is a domain's. */
const fileEnding =
  /^(?:pdf|docx?|xlsx?|pptx?|odt|ods|csv|txt|rtf|html?|php|aspx?|jsp|jpe?g|png|gif|svg|webp|mp[34]|wav|exe|rar|gz|js|ts|css|json|xml|eml|msg|ics)$/;

/**
 * Whether the `words` of a link name a host, and one that is neither the target's nor one above it: whoever has `shop.example` also has
 * `click.shop.example`.
 */
export function namesOther(words: string, target: URL): boolean {
  if (words.length > longestWords) return true;
  const host = bare(target.hostname);
  return hostsIn(words.replaceAll(unseen, '').normalize('NFKC').replaceAll(scriptTurn, ' ')).some(
    (named) => named !== host && !host.endsWith(`.${named}`),
  );
}

/** In the notation of `URL.hostname`. */
function hostsIn(words: string): string[] {
  return words.split(/[\s<>()[\]{}"'“”„«»‹›|,;!，。；！、（）【】《》]+/u).flatMap((word) => {
    const [before = '', address] = word.replace(/^[^\p{L}\p{N}/\\:@]*\/\//u, '').split('://', 2);
    // Behind the sign of an address there is a host that somebody has mail at.
    if (address === undefined && word.includes('@')) return [];
    const [authority = ''] = (address ?? before).split(/[/?#\\]/u, 1);
    // With what stands before it in a sentence, as in `→www.bank.example`, and the port behind it.
    const [named = ''] =
      authority.slice(authority.lastIndexOf('@') + 1).match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}.-]*/u) ?? [];
    if (address === undefined && !looksLikeHost(named)) return [];
    const host = URL.parse(`http://${named}`)?.hostname.replace(/\.$/, '');
    return host?.includes('.') === true ? [bare(host)] : [];
  });
}

/** `Hello.World` is where somebody forgot a blank. */
function looksLikeHost(named: string): boolean {
  const labels = named.replace(/\.$/, '').split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || labels.includes('') || !/^(?:\p{L}\p{M}*){2,63}$|^xn--/u.test(last)) return false;
  if (/^www$/i.test(labels[0] ?? '')) return true;
  const capital = /^\p{Lu}\p{Ll}/u.test(last);
  return !capital && !fileEnding.test(last.toLowerCase());
}

const bare = (host: string): string => host.replace(/^www\./, '');
