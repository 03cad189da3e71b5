const lineEnds = 'br, p, div, tr, li, h1, h2, h3';

/** What a signature in HTML says, line by line. Nothing of it runs or is fetched: the document it is read into is shown nowhere. */
export function wordsOf(html: string): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const end of body.querySelectorAll(lineEnds)) end.after('\n');
  return (body.textContent ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
