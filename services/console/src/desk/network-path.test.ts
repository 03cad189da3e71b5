import { describe, expect, it } from 'vitest';
import { remotePictures } from './mail-document.ts';
import { withScheme, withSchemes } from './network-path.ts';

describe('an address without a scheme', () => {
  it.each([
    ['//cdn.example/a.png', 'https://cdn.example/a.png'],
    ['//cdn.example:8443/a.png?b#c', 'https://cdn.example:8443/a.png?b#c'],
    [' \n//cdn.example/a.png', 'https://cdn.example/a.png'],
    ['//[::1]/a.png', 'https://[::1]/a.png'],
    ['//user@evil.example', 'https://user@evil.example'],
    ['//bücher.example', 'https://bücher.example'],
    ['https://cdn.example//a.png', 'https://cdn.example//a.png'],
    ['http://cdn.example/a.png', 'http://cdn.example/a.png'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
    ['cid:lamp', 'cid:lamp'],
    ['data:image/png;base64,//8=', 'data:image/png;base64,//8='],
    // No host, or none of the web.
    ['/a.png', '/a.png'],
    ['a//b.png', 'a//b.png'],
    ['//', '//'],
    ['///a.png', '///a.png'],
    ['//?a', '//?a'],
    ['\\\\server\\a.png', '\\\\server\\a.png'],
    ['', ''],
  ])('%j is %j', (address, read) => expect(withScheme(address)).toBe(read));
});

describe('addresses without a scheme in styles', () => {
  it.each([
    ['background: url(//cdn.example/a.png)', 'background: url(https://cdn.example/a.png)', 1],
    ['background: URL( "//cdn.example/a.png" )', 'background: URL( "https://cdn.example/a.png" )', 1],
    [
      ".a { background: url('//a.example/a'), url(//b.example/b) } .b { background: url(http://c.example//c) }",
      ".a { background: url('https://a.example/a'), url(https://b.example/b) } .b { background: url(http://c.example//c) }",
      3,
    ],
    ['background: url(data:image/png;base64,//8=)', 'background: url(data:image/png;base64,//8=)', 0],
    ['background: url(/a.png), url(//), url(///b)', 'background: url(/a.png), url(//), url(///b)', 0],
    ['@import url(//cdn.example/a.css);', '@import url(https://cdn.example/a.css);', 0],
    ['color: red // blue', 'color: red // blue', 0],
  ])('%s is %s, with %i pictures', (css, read, pictures) => {
    expect(withSchemes(css)).toBe(read);
    expect(remotePictures(withSchemes(css))).toBe(pictures);
  });

  it.each([
    ['blanks', `url(${' '.repeat(200_000)}`],
    ['addresses that do not begin', 'url( '.repeat(50_000)],
  ])('are looked for in very many %s as quickly', (_what, css) => expect(withSchemes(css)).toBe(css));
});
