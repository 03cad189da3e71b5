/** What a reader sees of a mail, line by line, and what its program says of each. */
import { anyMailMark, gmailQuotation, mailMarkOf, ruledHeader, type MailMark } from '@patchbay/contracts/mail-marks';

export interface MailLine {
  /** Its words, as far as the rules for lines look. */
  text: string;
  /** Of what can be seen; in a line of nothing undefined. */
  first?: Node;
  last?: Node;
  letters: number;
  /** It begins in bold. */
  bold: boolean;
  /** The outermost quotation that it stands in. */
  readonly quotation: Element | undefined;
  /** The outermost element that is marked as a whole older mail or as a signature; no quotation around it. */
  readonly apart: { readonly element: Element; readonly mark: 'around' | 'signature' } | undefined;
  /** It introduces an older mail. */
  readonly introduction: Element | undefined;
}

export interface MailLines {
  readonly lines: readonly MailLine[];
  /** Of the lines that begin below a mark of the kind `rest`, outside of quotations. */
  readonly rests: ReadonlySet<number>;
  /** The same, below Word's rule, which may stand above something else. */
  readonly ruled: ReadonlySet<number>;
}

/** Characters of a line; rules look at no longer one. */
const longestLine = 1001;
/** Characters of an attribute that may hold a name. */
const longestNames = 400;
const ownLine =
  /^(address|article|aside|blockquote|caption|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul)$/;
const unseen = /^(head|style|script|title|template|noscript)$/;
const notShown = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;
const tiny = /(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*[01](?:px)?\s*(?:!|;|$)/i;
const unseenSize = new Set(['0', '1', '0px', '1px']);
/** Not blanks, and not what senders of newsletters put between words that only the list of mails shows. */
const seen = /(?!\u034f)[^\s\u00ad\u200b-\u200f\u2060]/;

interface Around {
  readonly quotation?: Element | undefined;
  readonly apart?: MailLine['apart'];
  readonly introduction?: Element | undefined;
  readonly bold?: boolean;
}

/** Reads no more than `most` lines and one. */
export function mailLines(body: Element, most: number): MailLines {
  const lines: MailLine[] = [];
  const rests = new Set<number>();
  const ruled = new Set<number>();
  const holdsQuotation = ancestorsOf(body.querySelectorAll('blockquote'));
  let line: MailLine | undefined;
  /** Of the elements that are open; the last is the one whose children come next. */
  const open: Around[] = [{}];
  /** Whether each of them stands on lines of its own. */
  const alone: boolean[] = [];

  const begin = (): MailLine => {
    const { quotation, apart, introduction } = open.at(-1) ?? {};
    line = { text: '', letters: 0, bold: false, quotation, apart, introduction };
    lines.push(line);
    return line;
  };
  const see = (node: Node, letters: number): void => {
    const here = line ?? begin();
    here.first ??= node;
    here.last = node;
    here.letters += letters;
  };
  const read = (node: Node): void => {
    const text = node.nodeValue ?? '';
    if (!line && !/[^ \t\r\n]/.test(text)) return;
    const here = line ?? begin();
    const visible = seen.test(text);
    if (visible && !here.first) here.bold = open.at(-1)?.bold === true;
    if (here.text.length < longestLine) here.text += text.slice(0, longestLine).replaceAll(/\s+/g, ' ');
    if (visible) see(node, text.length);
  };
  const enter = (element: Element, name: string): void => {
    const around = open.at(-1) ?? {};
    const mark = markOf(element);
    const breaks = mark !== undefined || ownLine.test(name);
    if (breaks) line = undefined;
    if (!around.quotation && !around.apart) {
      if (mark === 'rest') rests.add(lines.length);
      if (ruledHeader.test(element.getAttribute('style') ?? '')) ruled.add(lines.length);
    }
    open.push(inside(element, name, mark, around, holdsQuotation.has(element)));
    alone.push(breaks);
  };
  const leave = (): void => {
    open.pop();
    if (alone.pop()) line = undefined;
  };

  /** @returns whether its children are to be read */
  const meet = (node: Node): boolean => {
    if (node.nodeType === 3) read(node);
    if (node.nodeType !== 1) return false;
    const element = node as Element;
    const name = element.localName;
    if (name === 'br') {
      if (!line) begin();
      line = undefined;
    } else if (name === 'img' && isPicture(element)) see(element, 1);
    if (name === 'br' || name === 'img' || unseen.test(name)) return false;
    if (notShown.test(element.getAttribute('style') ?? '')) return false;
    if ((name === 'td' || name === 'th') && line) line.text += ' ';
    enter(element, name);
    return true;
  };

  // Not by recursion: mails stand a thousand levels deep.
  let node = body.firstChild as Node | null;
  while (node && lines.length <= most) {
    const read = meet(node);
    if (read && node.firstChild) {
      node = node.firstChild;
      continue;
    }
    if (read) leave();
    while (node !== body && !node?.nextSibling) {
      node = node?.parentNode ?? body;
      if (node !== body) leave();
    }
    node = node === body ? null : node.nextSibling;
  }
  return { lines, rests, ruled };
}

function inside(element: Element, name: string, mark: MailMark | undefined, around: Around, holds: boolean): Around {
  const bold = around.bold === true || name === 'b' || name === 'strong';
  if (around.quotation || around.apart) return bold === around.bold ? around : { ...around, bold };
  const isQuotation = name === 'blockquote' || (!holds && isOfGmail(element));
  if (isQuotation) return { quotation: element, bold };
  if (mark === 'signature') return { apart: { element, mark }, bold };
  if (mark === 'around' || (mark === 'withQuotation' && !holds)) return { apart: { element, mark: 'around' }, bold };
  return { ...around, introduction: mark === 'introduction' ? element : around.introduction, bold };
}

/** Each element once, however deep they stand in each other. */
function ancestorsOf(elements: Iterable<Element>): Set<Element> {
  const found = new Set<Element>();
  for (const element of elements) {
    let above = element.parentElement;
    while (above && !found.has(above)) {
      found.add(above);
      above = above.parentElement;
    }
  }
  return found;
}

const named = ['class', 'id', 'name', 'data-smartmail'];
/** Most elements have none of these names, and need not be looked at one by one. */
const anyName = new RegExp(`${anyMailMark.source}|gmail_quote`, 'i');

function markIn<Mark>(element: Element, markOfName: (name: string) => Mark | undefined): Mark | undefined {
  for (const attribute of named) {
    const value = element.getAttribute(attribute);
    if (value === null || value.length > longestNames || !anyName.test(value)) continue;
    for (const name of value.split(/\s+/)) {
      const mark = markOfName(name);
      if (mark !== undefined) return mark;
    }
  }
  return undefined;
}

export const markOf = (element: Element): MailMark | undefined => markIn(element, mailMarkOf);

export const isOfGmail = (element: Element): boolean =>
  markIn(element, (name) => gmailQuotation.test(name) || undefined) === true;

/** And not one that only tells its sender that it was fetched. */
function isPicture(image: Element): boolean {
  const style = image.getAttribute('style') ?? '';
  const small = ['width', 'height'].some((side) =>
    unseenSize.has((image.getAttribute(side) ?? '').replaceAll(/\s/g, '')),
  );
  return !small && !tiny.test(style) && !notShown.test(style);
}
