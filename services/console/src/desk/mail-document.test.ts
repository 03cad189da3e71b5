import { describe, expect, it } from 'vitest';
import { remotePictures, tamed } from './mail-document.ts';

describe('styles of a mail', () => {
  it.each([
    ['height:100vh', 'height:600.0px'],
    ['min-height: calc(50dvh - 2px)', 'min-height: calc(300.0px - 2px)'],
    ['width: 50vmax', 'width: 300.0px'],
    ['margin: .5vh', 'margin: 3.0px'],
    ['height: 00000000000000000000100vh', 'height: 600.0px'],
    ['height: 1.2.3vh', 'height: 1.13.8px'],
    ['width: 100vw; height: 10px', 'width: 100vw; height: 10px'],
    ['POSITION : Fixed; top: 0', 'position: absolute; top: 0'],
    ['background-position: center', 'background-position: center'],
  ])('%s becomes %s', (css, shown) => {
    expect(tamed(css)).toBe(shown);
  });

  // Hours for a pattern that looks for the number anew from each of its digits.
  it.each([
    ['digits', `width: ${'1'.repeat(200_000)}px`],
    ['numbers', `width: ${'1.'.repeat(200_000)}px`],
    ['full stops', `width: ${'.'.repeat(200_000)}px`],
  ])('of very many %s are as they were', (_what, css) => expect(tamed(css)).toBe(css));
});

describe('pictures from elsewhere in styles', () => {
  it.each([
    ['background-image: url(https://shop.example/a.png)', 1],
    ['background: #fff URL( "http://shop.example/a.png" ) no-repeat', 1],
    [".a { background: url('https://shop.example/a.png'), url(https://shop.example/b.png) } .b { color: red }", 2],
    ['.a { background: url(cid:lamp) } .b { background: url(data:image/png;base64,QUJD) }', 0],
    ['color: red', 0],
    // The frame fetches neither, whatever is asked for.
    ['@import url(https://shop.example/a.css); .a { color: red }', 0],
    [
      '@font-face { font-family: A; src: url(https://shop.example/a.woff2) } .a { background: url(https://b.example/b) }',
      1,
    ],
  ])('%s: %i', (css, count) => {
    expect(remotePictures(css)).toBe(count);
  });

  it.each([
    ['blanks', `url(${' '.repeat(200_000)}`],
    ['fonts', '@font-face{'.repeat(50_000)],
    ['sheets', '@import '.repeat(50_000)],
  ])('are looked for in very many %s as quickly', (_what, css) => expect(remotePictures(css)).toBe(0));
});
