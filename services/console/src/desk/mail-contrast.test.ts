import { describe, expect, it } from 'vitest';
import { contrast, parseColor, readableOn } from './mail-contrast.ts';

describe('the contrast of words in mail', () => {
  it('is as WCAG counts it', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBe(21);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
    expect(contrast([9, 8, 7], [9, 8, 7])).toBe(1);
  });

  it.each([
    ['rgb(1, 2, 3)', [1, 2, 3]],
    ['rgba(1, 2, 3, 0.9)', [1, 2, 3]],
    ['rgba(0, 0, 0, 0)', null],
    ['color(srgb 1 1 1)', null],
  ])('reads %s', (computed, color) => {
    expect(parseColor(computed)).toEqual(color);
  });

  it('is best with the one of black and white that differs more', () => {
    expect(readableOn([255, 255, 255])).toBe('#17212b');
    expect(readableOn([17, 17, 17])).toBe('#ffffff');
  });
});
