const lineEnds = 'br, p, div, tr, li, h1, h2, h3';

/** What a signature in HTML says, line by line. Nothing of it runs or is fetched: the document it is read into is shown nowhere. */
export function wordsOf(html: string): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  // As a browser shows it: a line break in the source is a blank, <br> and the end of a block are line breaks.
  const texts = document.createNodeIterator(body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    text.nodeValue = (text.nodeValue ?? '').replaceAll(/[\t\n\f\r ]+/gu, ' ');
  for (const end of body.querySelectorAll(lineEnds)) end.after('\n');
  return (body.textContent ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
