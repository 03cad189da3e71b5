/** Changes of the text at its selection. Pure: what is selected goes in, the text and the new selection come out. */
export interface Selected {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const marks = { bold: '**', italic: '*' } as const;

/** Puts marks around the selection, or takes away those that are there. */
export function markSelection({ text, start, end }: Selected, kind: 'bold' | 'italic' | 'list'): Selected {
  if (kind === 'list') return listOf({ text, start, end });
  const mark = marks[kind];
  const [before, inner, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  if (before.endsWith(mark) && after.startsWith(mark) && !(kind === 'italic' && before.endsWith('**'))) {
    const from = start - mark.length;
    return { text: before.slice(0, from) + inner + after.slice(mark.length), start: from, end: from + inner.length };
  }
  return { text: before + mark + inner + mark + after, start: start + mark.length, end: end + mark.length };
}

/** Each selected line becomes an item. */
function listOf({ text, start, end }: Selected): Selected {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const items = text
    .slice(from, end)
    .split('\n')
    .map((line) => (line.startsWith('- ') ? line : `- ${line}`))
    .join('\n');
  return { text: text.slice(0, from) + items + text.slice(end), start: from + items.length, end: from + items.length };
}

/** Puts words where the selection is. */
export function insertAt({ text, start, end }: Selected, words: string): Selected {
  return {
    text: text.slice(0, start) + words + text.slice(end),
    start: start + words.length,
    end: start + words.length,
  };
}

/** The place of a picture in the text. */
export const pictureToken = (name: string, contentId: string): string =>
  `![${name.replaceAll(/[[\]\n]/g, ' ').slice(0, 200)}](cid:${contentId})`;

/**
 * What was written behind words that were sent. A text that was changed within, or whose last word goes on, stays whole: its writer sees
 * what was sent, and decides.
 */
export function withoutSentWords(now: string, sent: string): string {
  const behind = now.slice(sent.length);
  const isOneWord = /[\p{L}\p{N}]$/u.test(sent) && /^[\p{L}\p{M}\p{N}]/u.test(behind);
  return now.startsWith(sent) && !isOneWord ? behind.trimStart() : now;
}
