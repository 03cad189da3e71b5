export interface TextPart {
  text: string;
  href?: string;
}

/** Splits plain text at its web addresses; a full stop or bracket that ends the sentence is not part of one. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"'，。！？；：、（）《》“”]+/gu)) {
    const href = withoutEnd(match[0]);
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: href, href });
    from = match.index + href.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

const ends = new Set('.,;:!?)]}');

function withoutEnd(address: string): string {
  let length = address.length;
  while (ends.has(address.charAt(length - 1))) length -= 1;
  return address.slice(0, length);
}
