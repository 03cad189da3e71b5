/** Words that nobody can read: mail made for a dark screen on a white one, or the other way round. */

/** Below it letters are not told from what is behind them; WCAG asks for 4.5, and mail that has half of that can still be read. */
const leastContrast = 2;
/** Elements that are looked at: a mail of many thousands is a table, and is not written white on white. */
const mostElements = 3_000;

type Rgb = readonly [red: number, green: number, blue: number];

/** Relative luminance (WCAG 2.2). */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** From 1, the same, to 21, black and white. */
export function contrast(one: Rgb, other: Rgb): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** `rgb(1, 2, 3)` or `rgba(1, 2, 3, 0.5)` as browsers compute it. Null for what is mostly transparent, or in another notation. */
export function parseColor(computed: string): Rgb | null {
  const [, red, green, blue, alpha] =
    /^rgba?\((\d+(?:\.\d+)?), (\d+(?:\.\d+)?), (\d+(?:\.\d+)?)(?:, (\d*\.?\d+))?\)$/.exec(computed) ?? [];
  if (red === undefined || (alpha !== undefined && Number(alpha) < 0.5)) return null;
  return [Number(red), Number(green), Number(blue)];
}

/** Black or white, whichever is read better on it. */
export function readableOn(background: Rgb): string {
  return contrast(background, [255, 255, 255]) >= contrast(background, [23, 33, 43]) ? '#ffffff' : '#17212b';
}

/** Gives words another colour where theirs is that of what they stand on. Nothing else of the mail is changed. */
export function makeReadable(mail: Document): void {
  const view = mail.defaultView;
  if (!view) return;
  const behind = new Map<Element | null, Rgb | null>([[null, [255, 255, 255]]]);
  // Null: a picture, of which nobody knows the colour.
  const backgroundOf = (element: Element | null): Rgb | null => {
    const known = behind.get(element);
    if (known !== undefined) return known;
    const { backgroundColor, backgroundImage } = view.getComputedStyle(element as Element);
    const own = parseColor(backgroundColor);
    const found = backgroundImage === 'none' ? (own ?? backgroundOf((element as Element).parentElement)) : null;
    behind.set(element, found);
    return found;
  };
  let left = mostElements;
  for (const element of mail.body.querySelectorAll<HTMLElement>('*')) {
    if ((left -= 1) < 0) return;
    repaint(element);
  }
  repaint(mail.body);

  function repaint(element: HTMLElement): void {
    const speaks = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim());
    const background = speaks ? backgroundOf(element) : null;
    const color = background && parseColor(view?.getComputedStyle(element).color ?? '');
    if (background && color && contrast(color, background) < leastContrast)
      element.style.setProperty('color', readableOn(background), 'important');
  }
}
