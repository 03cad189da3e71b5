/**
 * A text as the database can keep it, and no longer than `most` characters: without NUL, and without surrogates that lack their other
 * half. For what other programs say, which may be cut anywhere and be made of anything.
 */
export function storableText(text: string, most = 1000): string {
  const clean = text.replaceAll('\0', '').toWellFormed();
  // Cut between code points: half an emoji is no text any more.
  return clean.length <= most
    ? clean
    : Array.from(clean.slice(0, most * 2))
        .slice(0, most)
        .join('')
        .toWellFormed();
}
