/** HTML of a mail as the text that people read and rules look at: its words in their order and their letters, and where links lead. */
import { type HtmlNode, type TextBuilder, type Walk, compile } from 'html-to-text';
import { isReadable, mostLevels } from './html-depth.ts';
import { quotations } from './html-quotations.ts';
import { formatTable } from './html-tables.ts';

/** Of lists in each other: each of them sets its lines further in. */
const mostLists = 20;
/** Characters. What is longer is no address that anybody would open by hand. */
const longestLink = 2000;

const block = (selector: string) => ({
  selector,
  format: 'block',
  options: { leadingLineBreaks: 1, trailingLineBreaks: 1 },
});
const paragraph = (selector: string) => ({
  selector,
  format: 'block',
  options: { leadingLineBreaks: 2, trailingLineBreaks: 2 },
});
const blocks =
  'address body caption center dd dl dt fieldset figcaption figure head html legend li option td th tr'.split(' ');

/** Of the text that is being made. */
let { format: formatQuotation, signed } = quotations();

const convert = compile({
  wordwrap: false,
  whitespaceCharacters: ' \t\r\n\f',
  // Programs also write what is new outside of `body`.
  baseElements: { selectors: [] },
  encodeCharacters: withoutUnseen,
  limits: { maxDepth: mostLevels },
  formatters: {
    link: formatLink,
    picture: formatPicture,
    list: formatList,
    quotation: (...element) => formatQuotation(...element),
    table: formatTable,
  },
  selectors: [
    { selector: 'a', format: 'link' },
    { selector: 'blockquote', format: 'quotation' },
    { selector: 'img', format: 'picture' },
    { selector: 'ol', format: 'list' },
    { selector: 'ul', format: 'list' },
    { selector: 'table', format: 'table' },
    { selector: 'title', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map(paragraph),
    ...blocks.map(block),
  ],
});

/** Empty for HTML that is longer than 4,000,000 characters or nests deeper than 1,000 levels: what is left is the HTML itself. */
export function textOfHtml(html: string): string {
  if (!isReadable(html)) return '';
  ({ format: formatQuotation, signed } = quotations());
  try {
    return signed(convert(html));
  } catch (error) {
    // The stack ran out.
    if (error instanceof RangeError) return '';
    throw error;
  }
}

/** Where a word may be broken. */
const breaks = /[\u00ad\u200b\u2060\ufeff]/g;
/** Of what is not seen, or is a blank; newsletters fill a preview with rows of it. */
const filling = /[\u034f\u00a0\u2007\u200c-\u200f]{3,}/g;

function withoutUnseen(word: string): string {
  return word.replace(breaks, '').replace(filling, (row) => (/[\u034f\u200c\u200d]/.test(row) ? ' ' : row));
}

/** What it says in its place; where it lies is nothing that somebody wrote. */
function formatPicture({ attribs }: HtmlNode, _walk: Walk, builder: TextBuilder): void {
  builder.addInline(attribs?.['alt'] ?? '', { noWordTransform: true });
}

/** Elements in each other, of the text that is being made. */
const within = { link: 0, list: 0 };

function inOne(kind: keyof typeof within, format: () => void): void {
  within[kind] += 1;
  try {
    format();
  } finally {
    within[kind] -= 1;
  }
}

/** Where it leads, behind its words, unless these are the same or there are none. */
function formatLink({ attribs, children }: HtmlNode, walk: Walk, builder: TextBuilder): void {
  const link = (attribs?.['href'] ?? '').trim();
  if (within.link > 0 || link.length > longestLink || !/^(https?|ftp|mailto|tel|sms):/i.test(link))
    return walk(children, builder);
  const words: string[] = [];
  builder.pushWordTransform((word) => {
    words.push(word);
    return word;
  });
  inOne('link', () => walk(children, builder));
  builder.popWordTransform();
  const text = words.join('');
  const target = link.replace(/^(mailto:[^?]*)\?.*$/is, '$1').replace(/^(mailto|tel|sms):/i, '');
  if (text !== '' && !isSame(target, text)) builder.addInline(` [${target}]`, { noWordTransform: true });
}

const isSame = (target: string, text: string): boolean =>
  bare(target) === bare(text) || (/^\+?[\d\s()/.-]+$/.test(target) && digits(target) === digits(text));

const bare = (link: string): string =>
  link
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/\/$/, '');

const digits = (number: string): string => number.replace(/\D/g, '');

function formatList(element: HtmlNode, walk: Walk, builder: TextBuilder): void {
  const { formatters } = builder.options;
  const start = /^[1-9]\d{0,5}$/.exec(element.attribs?.['start'] ?? '')?.[0] ?? '1';
  const type = /^a$/i.exec(element.attribs?.['type'] ?? '')?.[0] ?? '1';
  const formatter =
    formatters[within.list >= mostLists ? 'block' : element.name === 'ol' ? 'orderedList' : 'unorderedList'];
  const options = { leadingLineBreaks: 2, trailingLineBreaks: 2 };
  inOne('list', () => formatter?.({ ...element, attribs: { start, type } }, walk, builder, options));
}
