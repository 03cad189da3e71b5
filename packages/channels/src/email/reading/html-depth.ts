/** Which HTML of a mail is read: what nests very deep takes time by the square of it to be built, and the stack to be walked through. */

/** Characters. */
const longestHtml = 4_000_000;
/** Levels of elements. Browsers draw half as many. */
export const mostLevels = 1000;

const tag = /<(?:!--|(\/?)([\w:-]+))/gi;
/** They hold nothing, or the next of their kind ends them where they are not closed. */
const flat =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|option|optgroup|tr|td|th|thead|tbody|tfoot|rt|rp)$/;

export const isReadable = (html: string): boolean => html.length <= longestHtml && !nestsDeeper(html, mostLevels);

function nestsDeeper(html: string, most: number): boolean {
  const open: string[] = [];
  const counts = new Map<string, number>();
  tag.lastIndex = 0;
  for (let found = tag.exec(html); found; found = tag.exec(html)) {
    const [, slash, written] = found;
    const name = written?.toLowerCase();
    const end = html.indexOf(name === undefined ? '-->' : '>', tag.lastIndex);
    if (end < 0) return false;
    tag.lastIndex = end;
    if (name === undefined) continue;
    if (flat.test(name)) continue;
    if (slash !== '/') {
      open.push(name);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (open.length > most) return true;
    } else if ((counts.get(name) ?? 0) > 0) {
      let closed: string | undefined;
      do {
        closed = open.pop() ?? name;
        counts.set(closed, (counts.get(closed) ?? 1) - 1);
      } while (closed !== name);
    }
  }
  return false;
}
