import { describe, expect, it } from 'vitest';
import { tamed } from './mail-document.ts';

describe('styles of a mail', () => {
  it.each([
    ['height:100vh', 'height:600.0px'],
    ['min-height: calc(50dvh - 2px)', 'min-height: calc(300.0px - 2px)'],
    ['width: 50vmax', 'width: 300.0px'],
    ['margin: .5vh', 'margin: 3.0px'],
    ['width: 100vw; height: 10px', 'width: 100vw; height: 10px'],
    ['POSITION : Fixed; top: 0', 'position: absolute; top: 0'],
    ['background-position: center', 'background-position: center'],
  ])('%s becomes %s', (css, shown) => {
    expect(tamed(css)).toBe(shown);
  });
});
