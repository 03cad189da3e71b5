import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeHtml, hasMarkup, picturesIn, plainAlternative, textToHtml } from './light-markup.ts';

describe('light markup', () => {
  test.each([
    ['plain', '<p>plain</p>', false],
    ['a\nb\n\n\nc', '<p>a<br>\nb</p>\n<p>c</p>', false],
    ['**bold** and *it*', '<p><strong>bold</strong> and <em>it</em></p>', true],
    ['2 * 3 * 4', '<p>2 * 3 * 4</p>', false],
    ['a*b*c', '<p>a*b*c</p>', false],
    ['Dear\n- one\n- two\nBye', '<p>Dear</p>\n<ul><li>one</li><li>two</li></ul>\n<p>Bye</p>', true],
    ['1. one\n2) two', '<ol><li>one</li><li>two</li></ol>', true],
    [
      'see https://x.example/a*b*?q=1&r=2.',
      '<p>see <a href="https://x.example/a*b*?q=1&amp;r=2">https://x.example/a*b*?q=1&amp;r=2</a>.</p>',
      false,
    ],
    ['(https://x.example/p)', '<p>(<a href="https://x.example/p">https://x.example/p</a>)</p>', false],
    ['![a "b"](cid:p1@c) <b>', '<p><img src="cid:p1@c" alt="a &quot;b&quot;"> &lt;b&gt;</p>', true],
    ['![x](https://evil.example/)', '<p>![x](<a href="https://evil.example/">https://evil.example/</a>)</p>', false],
    ['![x](cid:a" onerror="x)', '<p>![x](cid:a&quot; onerror=&quot;x)</p>', false],
    ['javascript:alert(1)', '<p>javascript:alert(1)</p>', false],
    ['', '', false],
  ])('%j', (text, html, markup) => {
    expect(textToHtml(text, true)).toBe(html);
    expect(hasMarkup(text)).toBe(markup);
  });

  test('without it the text is taken as it stands', () => {
    expect(textToHtml('**a**\n- b ![p](cid:c)', false)).toBe('<p>**a**<br>\n- b <img src="cid:c" alt="p"></p>');
  });

  test('pictures are found, and named where no HTML is shown', () => {
    const text = 'a ![one](cid:1) ![](cid:2@x) ![one](cid:1)';
    expect(picturesIn(text)).toEqual(['1', '2@x']);
    expect(plainAlternative(text)).toBe('a [one] [image] [one]');
  });

  test('nothing typed becomes an element or an attribute of its own', () => {
    const piece = fc.oneof(
      fc.constantFrom('<', '>', '"', "'", '&', '*', '**', '![', '](cid:', ')', '\n', '- ', 'http://', 'x', ' '),
      fc.string(),
    );
    const own =
      /<\/?(?:p|ul|ol|li|strong|em)>|<br>|<a href="https?:\/\/[^"<>]*">|<\/a>|<img src="cid:[\w.+@-]+" alt="[^"<>]*">/gi;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, light) => {
        expect(textToHtml(pieces.join(''), light).replace(own, '')).not.toMatch(/[<>"]/);
      }),
      { numRuns: 500 },
    );
  });

  test('is escaped', () => expect(escapeHtml(`<a b="c" d='e'>&`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;'));

  test('long lines of half markup take no time', () => {
    for (const piece of ['*', '**a', '![', 'http://!', '![a](cid:', '- ', '*a '])
      textToHtml(piece.repeat(200_000 / piece.length), true);
  });
});
