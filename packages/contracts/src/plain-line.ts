/** Embeddings, overrides and isolates: in a line of their own they serve to show one word as another, and turn round what stands beside it. */
const directions = /[\u202A-\u202E\u2066-\u2069]/g;
/** U+2800 is a braille pattern without a dot. */
const unseen = /^[\s\u2800\p{Default_Ignorable_Code_Point}]*$/u;

/**
 * A name or a subject that somebody else chose, as one line that shows what it says (Unicode TR 36, 2.5 and 3.5): without line breaks, control
 * characters and direction controls; empty when there is nothing in it to be seen.
 */
export function plainLine(text: string): string {
  const line = text
    .replaceAll(directions, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return unseen.test(line) ? '' : line;
}
