/** Whether mail can be addressed to it, as far as a browser can tell; the hub has the last word. */
export const looksLikeAddress = (text: string): boolean =>
  text.length <= 320 && /^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\]+\.[^\s@<>"(),:;\\.]+$/u.test(text.trim());

/** Addresses out of what was typed or pasted: `Ann <ann@x.example>, bob@x.example`. What is none stays as it is, to be put right. */
export function addressesIn(text: string): string[] {
  const named = text
    .split(/[,;\n]+/u)
    .map((part) => (/<([^<>]+)>/u.exec(part)?.[1] ?? part).trim())
    .filter((part) => part !== '');
  return named.flatMap((part) =>
    /\s/u.test(part) && part.split(/\s+/u).every(looksLikeAddress) ? part.split(/\s+/u) : [part],
  );
}
