/**
 * Links as their author wrote them, where a host on the way has put links of its own in their place to look at what is followed. It writes the recipient into
 * them, so that the copies of one mail to two of our addresses differ (learn.microsoft.com/defender-office-365/safe-links-about, help.proofpoint.com "URL Defense").
 */
const marks = /\.safelinks\.protection\.|\/\/urldefense\./i;
// Each takes all that may be the link, and so no text is gone through twice.
const safeLink = /https:\/\/[a-z0-9-]+\.safelinks\.protection\.[^\s"'<>]*/gi;
const urlDefense = /https:\/\/urldefense\.[^\s"'<>]*/gi;
/** What Outlook writes beside such a link. */
const besideLink = /\s(?:originalsrc|shash)="[^"]*"/gi;

/** @param html whether `&` is written as HTML has it */
export function withoutGuards(text: string, html: boolean): string {
  if (!marks.test(text)) return text;
  const unguarded = text
    .replace(safeLink, (link) => between(link, '?url=', '&', 'reserved=0', (target) => decoded(target, html)))
    .replace(urlDefense, (link) =>
      link.includes('/v3/__')
        ? between(link, '/v3/__', '__;', '$', (target) => target)
        : between(link, '?u=', '&', '&e=', (target) => decoded(target.replaceAll('-', '%').replaceAll('_', '/'), html)),
    );
  return html ? unguarded.replace(besideLink, '') : unguarded;
}

/** The target stands from `start` to `end`, and what is said of the recipient from there to `last`; what follows is no part of the link. */
function between(link: string, start: string, end: string, last: string, read: (target: string) => string): string {
  // HTML has `&amp;`.
  const from = link.indexOf(start);
  const to = link.indexOf(end, from + start.length);
  const over = link.indexOf(last, to);
  const other = over < 0 && last.startsWith('&') ? link.indexOf(last.replace('&', '&amp;'), to) : over;
  if (from < 0 || to < 0 || other < 0) return link;
  const rest = link.slice(other + (over < 0 ? last.length + 'amp;'.length : last.length));
  return read(link.slice(from + start.length, to)) + rest;
}

function decoded(target: string, html: boolean): string {
  try {
    const url = decodeURIComponent(target);
    return html ? url.replaceAll('&', '&amp;') : url;
  } catch {
    return target;
  }
}
