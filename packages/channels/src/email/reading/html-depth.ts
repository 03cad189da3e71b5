/** Which HTML of a mail is read: what nests very deep takes time by the square of it to be built, and the stack to be walked through. */
import { Parser } from 'htmlparser2';

/** Characters. */
const longestHtml = 4_000_000;
/** Levels of elements. Browsers draw half as many. */
export const mostLevels = 1000;

/** Elements in each other, with those that only divide a table or a list: a level of these is up to three elements. */
const mostElements = 3 * mostLevels;
const dividing = /^(?:p|li|dt|dd|option|optgroup|tr|td|th|thead|tbody|tfoot|rt|rp)$/;
/** Characters that are parsed before it is asked again how deep they go. */
const piece = 16 * 1024;

export const isReadable = (html: string): boolean =>
  html.length <= longestHtml && (!hasMoreTags(html, mostLevels) || !nestsDeeper(html));

/** Most HTML has so few that there is nothing to be parsed. */
function hasMoreTags(html: string, most: number): boolean {
  let tags = 0;
  for (let at = html.indexOf('<'); at >= 0 && tags <= most; at = html.indexOf('<', at + 1)) tags += 1;
  return tags > most;
}

/** Counted by the parser that builds it: which elements end which, and what is a tag at all, is as it sees it. */
function nestsDeeper(html: string): boolean {
  let elements = 0;
  let levels = 0;
  let tooDeep = false;
  const step = (name: string, by: number) => {
    elements += by;
    if (!dividing.test(name)) levels += by;
    tooDeep ||= elements > mostElements || levels > mostLevels;
  };
  const parser = new Parser(
    { onopentagname: (name) => step(name, 1), onclosetag: (name) => step(name, -1) },
    { decodeEntities: false },
  );
  for (let start = 0; start < html.length && !tooDeep; start += piece) parser.write(html.slice(start, start + piece));
  return tooDeep;
}
