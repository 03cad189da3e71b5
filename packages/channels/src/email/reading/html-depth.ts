/** How deep the elements of a mail's HTML stand in each other: to build what nests very deep takes time by the square of it, and to walk through it, the stack. */

const tag = /<(?:!--|(\/?)([a-z][\w:-]*))/gi;
/** They hold nothing, or the next of their kind ends them where they are not closed. */
const flat =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|option|optgroup|tr|td|th|thead|tbody|tfoot|rt|rp)$/;

export function nestsDeeper(html: string, most: number): boolean {
  const open: string[] = [];
  const counts = new Map<string, number>();
  tag.lastIndex = 0;
  for (let found = tag.exec(html); found; found = tag.exec(html)) {
    const [, slash, written] = found;
    const name = written?.toLowerCase();
    if (name === undefined) {
      const end = html.indexOf('-->', tag.lastIndex);
      if (end < 0) return false;
      tag.lastIndex = end;
    } else if (flat.test(name)) continue;
    else if (slash !== '/') {
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
