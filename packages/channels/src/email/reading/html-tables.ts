/** Tables of a mail's HTML as text. Mails are laid out by tables as well, one in the other, whose cells hold whole paragraphs. */
import type { Formatter, HtmlNode, TableCell, TextBuilder, Walk } from 'html-to-text';

/** Characters. A longer line that stands alone in its row is a paragraph. */
const longestLine = 80;
/** Anything that is seen. */
const shows = /[^\u034f\s\u00ad\u200b-\u200f\u2060\ufeff]/;
const between = new Set(['thead', 'tbody', 'tfoot', 'center', 'form', 'colgroup']);

/** A row is a line, in which a tab stands between cells; a cell of several lines has them for itself. What stands in no cell or row is one of its own. */
export const formatTable: Formatter = (element, walk, builder) => {
  builder.openTable();
  addRows(element, walk, builder);
  builder.closeTable({ tableToString, leadingLineBreaks: 2, trailingLineBreaks: 2 });
};

function addRows(element: HtmlNode, walk: Walk, builder: TextBuilder): void {
  for (const child of element.children ?? []) {
    if (between.has(child.name ?? '')) addRows(child, walk, builder);
    else if (child.name === 'tr' || isSeen(child)) {
      builder.openTableRow();
      if (child.name === 'tr') addCells(child, walk, builder);
      else addCell([child], walk, builder);
      builder.closeTableRow();
    }
  }
}

function addCells(row: HtmlNode, walk: Walk, builder: TextBuilder): void {
  for (const child of row.children ?? []) {
    if (child.name === 'td' || child.name === 'th') addCell(child.children, walk, builder);
    else if (child.name === 'form') addCells(child, walk, builder);
    else if (isSeen(child)) addCell([child], walk, builder);
  }
}

function addCell(nodes: readonly HtmlNode[] | undefined, walk: Walk, builder: TextBuilder): void {
  builder.openTableCell();
  walk(nodes, builder);
  builder.closeTableCell();
}

const isSeen = ({ type, data = '' }: HtmlNode): boolean => type === 'tag' || (type === 'text' && shows.test(data));

interface Block {
  readonly text: string;
  readonly long: boolean;
}

function tableToString(rows: readonly (readonly TableCell[])[]): string {
  return joined(
    rows.flatMap((cells) => rowOf(cells) ?? []),
    (above, below) => above.long || below.long,
  );
}

function rowOf(cells: readonly TableCell[]): Block | undefined {
  const seen = cells.filter(({ text }) => shows.test(text)).map(({ text }) => text.trim());
  if (seen.length === 0) return undefined;
  const blocks: Block[] = [];
  let line: string[] = [];
  for (const text of seen) {
    if (!text.includes('\n')) {
      line.push(text);
      continue;
    }
    if (line.length > 0) blocks.push({ text: line.join('\t'), long: false });
    line = [];
    blocks.push({ text, long: true });
  }
  if (line.length > 0) blocks.push({ text: line.join('\t'), long: false });
  const text = joined(blocks, (above, below) => above.long && below.long);
  return { text, long: blocks.length > 1 || text.includes('\n') || (seen.length === 1 && text.length > longestLine) };
}

/** @param apart whether a blank line stands between two */
function joined(blocks: readonly Block[], apart: (above: Block, below: Block) => boolean): string {
  return blocks
    .map((one, at) => `${at === 0 ? '' : apart(blocks[at - 1] ?? one, one) ? '\n\n' : '\n'}${one.text}`)
    .join('');
}
