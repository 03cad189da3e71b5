/** The marks behind links that say where those really lead: a mail may not hide them. */

/** Marks that are looked at in a mail. */
const mostMarks = 500;
const markClass = 'patchbay-target';

/**
 * Before all sheets of the mail: what is important in the first layer is stronger than all that stands in others. The mark's own box is set
 * by its own style, which is stronger still.
 */
export const targetSheet = `@layer patchbay {
  .${markClass}::before, .${markClass}::after { content: none !important; }
  :not(.${markClass}) { z-index: auto !important; } }`;

const box = (display: 'inline' | 'block') =>
  `all: initial !important; display: ${display} !important; position: relative !important; z-index: 2147483647 !important; font: 700 13px/1.4 sans-serif !important; color: #b42318 !important; background: #fff !important;`;

/** Behind the link, and not in it, where it would be seen no more than the link itself. */
export function markTarget(link: Element, host: string): void {
  const mark = link.ownerDocument.createElement('strong');
  mark.className = markClass;
  mark.setAttribute('style', box('inline'));
  mark.textContent = ` → ${host} `;
  link.after(mark);
}

/** Nothing lies over the marks, and those that the mail keeps from being seen are set above its first words. */
export function freeTargets(mail: Document): void {
  if (!mail.querySelector(`.${markClass}`)) return;
  for (const element of mail.querySelectorAll<HTMLElement>(`[style]:not(.${markClass})`))
    element.style.removeProperty('z-index');
  const marks = [...mail.querySelectorAll<HTMLElement>(`.${markClass}`)].slice(0, mostMarks);
  const hidden = marks.filter((mark) => !isSeen(mark));
  for (const mark of hidden) mark.setAttribute('style', box('block'));
  mail.body.prepend(...hidden);
}

/** What makes the mark another one together with all that is around it, or lets something lie over them. */
const alters = ['filter', 'clipPath', 'maskImage', 'transform', 'perspective', 'isolation'] as const;

function isSeen(mark: HTMLElement): boolean {
  const view = mark.ownerDocument.defaultView;
  const [first] = mark.getClientRects();
  if (!view || !first || !mark.checkVisibility({ visibilityProperty: true })) return false;
  const own = mark.getBoundingClientRect();
  const { clientWidth } = mark.ownerDocument.documentElement;
  if (first.height < 10 || own.right <= 0 || own.bottom + view.scrollY <= 0 || own.left >= 4 * clientWidth)
    return false;
  for (let around = mark.parentElement; around && around !== mark.ownerDocument.body; around = around.parentElement) {
    const style = view.getComputedStyle(around);
    if (Number(style.opacity) < 0.5 || alters.some((property) => !['none', 'auto'].includes(style[property])))
      return false;
    if (style.overflow === 'visible') continue;
    const frame = around.getBoundingClientRect();
    const beyond = own.right > frame.right + 1 || own.left < frame.left - 1;
    if (beyond || own.bottom > frame.bottom + 2 || own.top < frame.top - 2) return false;
  }
  return true;
}
