/** Mails written to make a rule look for ever: whatever stands wherever in one, it is shown in time in proportion to its size. */
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { addressesIn, looksLikeAddress } from './mail-address.ts';
import { parseColor } from './mail-contrast.ts';
import { tamed } from './mail-document.ts';
import { olderParts } from './mail-older.ts';
import { pictureOf } from './mail-pictures.ts';
import { linkParts } from './link-parts.ts';
import { namesOther } from './link-target.ts';
import { withScheme, withSchemes } from './network-path.ts';
import { subjectAndPreview } from './subject-and-preview.ts';

const units = [
  ' ',
  '\t',
  '\u00a0',
  '\u200b',
  '.',
  '-',
  '=',
  '_',
  '*',
  ':',
  ';',
  ',',
  '@',
  '/',
  '(',
  '[',
  '>',
  '<',
  'a',
  '0',
  '1',
  'И',
  '你',
  '1px',
  'px',
  '1.',
  '.1',
  'a.',
  'a@',
  '; ',
  ': ',
  '> ',
  '- ',
  '[1]',
  'Re',
  'fwd: ',
  'rgb(',
  'https://',
  'url(',
  'www.',
  'http://a.',
  '%41',
  '…',
  'position:',
  'display:',
  'width:',
  'width: 1',
  '100vh',
  '100d',
  'border-top:',
  'gmail_quote ',
  'x_',
  'ydp',
  'On 3 Mar 2026 10:00 ',
];
/** What the runs are to be taken for at first. */
const begins = ['', '1', 'Re', '; width: 1', '; display', '; position', 'cid:', 'rgb(1', 'https://a', 'On Mon', '--'];
interface Size {
  /** Characters of each run. */
  readonly length: number;
  /** Milliseconds. What grows with the square of the length takes many times as much. */
  readonly most: number;
}
/** Of a line there are many, of which no rule looks at more than a thousand characters. */
const inLines: Size = { length: 450, most: 500 };
const inOne: Size = { length: 20_000, most: 300 };
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const readers: Record<string, (text: string) => unknown> = {
  'an attribute': (text) => {
    const { document } = parseHTML('<!doctype html><html><body><p><img>Hello</p></body></html>');
    const image = document.querySelector('img');
    for (const name of ['width', 'height', 'style', 'class', 'id', 'src']) image?.setAttribute(name, text);
    document.querySelector('p')?.setAttribute('style', text);
    document.querySelector('p')?.setAttribute('class', text.slice(0, 399));
    return olderParts(document.body as unknown as HTMLElement, '');
  },
  'the words': (text) => {
    const lines = `<p>${escaped(text)}</p>`.repeat(4);
    const { document } = parseHTML(
      `<!doctype html><html><body><p>Hello</p>${lines}<blockquote>${lines}</blockquote></body></html>`,
    );
    return olderParts(document.body as unknown as HTMLElement, '');
  },
  'the subject': (text) => {
    const { document } = parseHTML('<!doctype html><html><body><p>Hello</p></body></html>');
    return olderParts(document.body as unknown as HTMLElement, text);
  },
  'the preview': (text) => subjectAndPreview(text, text),
  'the words of a link': (text) => namesOther(text.slice(0, 10_000), new URL('https://evil.example')),
  'the plain text': linkParts,
  'a list of addresses': addressesIn,
  'an address': looksLikeAddress,
  'a style': (text) => [tamed(text), withSchemes(text)],
  'an address of the web': withScheme,
  'a colour': parseColor,
  'the address of a picture': (text) => pictureOf(text, []),
};

test.each(Object.entries(readers))(
  'two runs, and a sign that does not fit, in %s',
  (name, read) => {
    const { length, most } = name === 'the words' ? inLines : inOne;
    const slow: string[] = [];
    const time = (text: string) => {
      const begun = performance.now();
      read(text);
      return performance.now() - begun;
    };
    const look = (what: string, text: string) => {
      // Once more, for what only the collector of garbage or another process took.
      const took = time(text) < most ? 0 : Math.min(time(text), time(text));
      if (took > most) slow.push(`${what} ${Math.round(took)} ms`);
    };
    const run = (unit: string) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    for (const first of units) {
      for (const begin of begins) look(JSON.stringify([begin, first]), `${begin}${run(first)}!`);
      for (const second of units) look(JSON.stringify([first, second]), `${run(first)}${run(second)}!`);
    }
    expect(slow).toEqual([]);
  },
  60_000,
);

test('very many lines of dashes', () => {
  const line = `<p>${'-'.repeat(450)}${'И'.repeat(450)}!</p>`;
  const { document } = parseHTML(`<!doctype html><html><body>${line.repeat(1_000)}</body></html>`);
  const begun = performance.now();
  olderParts(document.body as unknown as HTMLElement, '');
  expect(performance.now() - begun).toBeLessThan(2_000);
});
