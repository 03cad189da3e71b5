/**
 * Which HTML of a mail is read: what nests very deep takes time by the square of it to be built, and the stack to be walked through; what is quoted
 * is gone through once more for each of its quotations.
 */
import { Parser } from 'htmlparser2';

/** Characters. */
const longestHtml = 4_000_000;
/** Levels of elements. Browsers draw half as many. */
export const mostLevels = 1000;

/** Elements in each other, with those that only divide a table or a list: a level of these is up to three elements. */
const mostElements = 3 * mostLevels;
const dividing = /^(?:p|li|dt|dd|option|optgroup|tr|td|th|thead|tbody|tfoot|rt|rp)$/;
/** Each of them goes through all text in it once more. */
const quoting = /^(?:blockquote|ul|ol)$/;
/** Characters that are parsed before it is asked again how deep they go. */
const piece = 16 * 1024;
/** Every tag costs the making of the text some microseconds, in which nothing else runs. */
const mostTags = 110_000;
/** Links in each other, whose text is gone through once more at each level. */
const mostLinks = 100;
/** Of all elements together, how many quotations and lists they stand in; of all characters, in how many of these and of links. */
const mostQuoted = 2_200_000;
const mostWithin = 15_000_000;
/** Characters. In what is shorter no text stands in so many. */
const shortHtml = mostWithin / (2 * mostLinks);

/**
 * Not where its text would take about a second or more to be made.
 *
 * @param quotations in each other whose text is gone through once more at each level
 */
export function isReadable(html: string, quotations = 20): boolean {
  if (html.length > longestHtml || hasMoreTags(html, mostTags)) return false;
  return (html.length <= shortHtml && !hasMoreTags(html, mostLevels)) || !takesLong(html, quotations);
}

/** Most HTML has so few that there is nothing to be parsed. */
export function hasMoreTags(html: string, most: number): boolean {
  let tags = 0;
  for (let at = html.indexOf('<'); at >= 0 && tags <= most; at = html.indexOf('<', at + 1)) tags += 1;
  return tags > most;
}

/** It nests too deep, or has too much in what nests. Counted by the parser that builds it: which elements end which, and what is a tag at all, is as it sees it. */
function takesLong(html: string, mostQuotations: number): boolean {
  const open = { elements: 0, levels: 0, quotations: 0, links: 0 };
  let [quoted, within, from] = [0, 0, 0];
  let tooLong = false;
  const quotations = () => Math.min(open.quotations, mostQuotations);
  const moveTo = (at: number) => {
    within += (Math.min(open.links, mostLinks) + quotations()) * (at - from);
    from = at;
  };
  const step = (name: string, by: number) => {
    if (by > 0) quoted += quotations();
    moveTo(parser.startIndex);
    open.elements += by;
    if (!dividing.test(name)) open.levels += by;
    if (name === 'a') open.links += by;
    else if (quoting.test(name)) open.quotations += by;
    tooLong ||= open.elements > mostElements || open.levels > mostLevels || quoted > mostQuoted || within > mostWithin;
  };
  const parser = new Parser(
    { onopentagname: (name) => step(name, 1), onclosetag: (name) => step(name, -1) },
    { decodeEntities: false },
  );
  for (let start = 0; start < html.length && !tooLong; start += piece) parser.write(html.slice(start, start + piece));
  // What nobody closes goes on to the end.
  moveTo(html.length);
  return tooLong || within > mostWithin;
}
