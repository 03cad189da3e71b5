/** HTML as the text by which a mail is known (identity.ts), as mailparser 3.14 makes it. Nobody reads it; white space in it does not count. */
import { type Formatter, compile } from 'html-to-text';
import { isReadable, mostLevels } from './html-depth.ts';

/** Of the same elements in each other: each of them goes through all text in it once more. */
const mostInEachOther = 100;

function bounded(format: string, beyond: string): Formatter {
  let within = 0;
  return (element, walk, builder, options) => {
    const formatter = builder.options.formatters[within < mostInEachOther ? format : beyond];
    within += 1;
    try {
      formatter?.(element, walk, builder, options);
    } finally {
      within -= 1;
    }
  };
}

// Lines are broken afterwards: within, it takes time by the square of a word of many cells.
const convert = compile({
  wordwrap: false,
  limits: { maxDepth: mostLevels },
  formatters: { link: bounded('anchor', 'inline'), quotation: bounded('blockquote', 'block') },
  selectors: [
    { selector: 'a', format: 'link' },
    { selector: 'blockquote', format: 'quotation' },
    { selector: 'hr', format: 'horizontalLine', options: { length: 80 } },
  ],
});

/** Empty for HTML that mailparser does not read. */
export function knownTextOf(html: string): string {
  if (!isReadable(html, mostInEachOther)) return '';
  try {
    return convert(html).split('\n').map(broken).join('\n');
  } catch {
    return '';
  }
}

/** Characters of a line. */
const width = 80;

function broken(line: string): string {
  if (line.length <= width) return line;
  const lines: string[] = [];
  let words: string[] = [];
  let left = width;
  for (const word of line.split(' ')) {
    if (words.length > 0 && word.length + 1 > left) {
      lines.push(words.join(' '));
      words = [];
    }
    left = words.length === 0 ? width - word.length : left - word.length - 1;
    words.push(word);
  }
  return [...lines, words.join(' ')].join('\n');
}
