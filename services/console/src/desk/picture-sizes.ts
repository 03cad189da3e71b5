/** The sizes that a mail gives its pictures, which it may have drawn with: a line of one dot that is made 600 wide and 1 high. */

/** More makes no sense on any screen, and a mail's attribute may be of any length. */
const size = /^\s{0,3}(\d{1,4})(?:\.\d{1,4})?\s{0,3}(px|%)?\s{0,3}$/i;

function sizeOf(image: HTMLElement, side: 'width' | 'height'): { value: number; relative: boolean } | null {
  const found = size.exec(image.style[side] || (image.getAttribute(side) ?? '').slice(0, 20));
  return found ? { value: Number(found[1]), relative: found[2] === '%' } : null;
}

/**
 * A picture that is wider than the frame is made smaller in the ratio that the mail gave it, which need not be its own. To be asked before
 * the sheet that says so: `height: auto` alone would take its own.
 */
export function keepRatio(image: HTMLElement): void {
  const width = sizeOf(image, 'width');
  const height = sizeOf(image, 'height');
  if (!height || height.relative || height.value === 0) return;
  if (!width || width.relative) image.style.setProperty('height', `${height.value}px`, 'important');
  else if (width.value > 0) image.style.setProperty('aspect-ratio', `${width.value} / ${height.value}`, 'important');
}
