import DOMPurify from 'dompurify';
import type { Attachment } from '@patchbay/contracts';
import { namesOther } from './link-target.ts';
import { olderParts } from './mail-older.ts';
import { pictureOf } from './mail-pictures.ts';
import { withScheme, withSchemes } from './network-path.ts';
import { keepRatio } from './picture-sizes.ts';
import { markTarget, targetSheet } from './mail-targets.ts';

/**
 * Before the mail's own styles, which may differ: the letters of the console. After them, which may not: nothing is wider than the frame
 * unless its words are, and a data table keeps its columns and scrolls.
 */
const before = `
  html { font: 14px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #17212b; background: #fff; }
  body { margin: 0; } p, li, td, th, div, blockquote { unicode-bidi: plaintext; }
  blockquote { margin: 8px 0; padding-inline-start: 12px; border-inline-start: 3px solid #d5dce3; color: #5a6675; }`;
const after = `
  html, body { height: auto !important; min-height: 0 !important; max-height: none !important; width: auto !important; min-width: 0 !important; overflow-y: visible !important; }
  html { overflow-x: auto !important; } body { display: flow-root !important; position: static !important; overflow-wrap: break-word; }
  table, div, center, section, article { max-width: 100% !important; min-width: 0 !important; }
  img { max-width: 100% !important; height: auto !important; } pre { white-space: pre-wrap !important; }`;

/**
 * What a mail's styles may not do in a frame that is as tall as its content: heights by the frame would make it grow without end, and what
 * is fixed to it would lie over the words.
 */
export function tamed(css: string): string {
  return (
    css
      // A number is begun where none goes on: a mail may consist of digits.
      .replaceAll(
        /(?<!\d)(\d+(?:\.\d+)?|\.\d+)[dsl]?v(?:h|b|min|max)\b/gi,
        (_, size: string) => `${(Number(size) * 6).toFixed(1)}px`,
      )
      .replaceAll(/\bposition\s*:\s*(?:fixed|sticky)\b/gi, 'position: absolute')
  );
}

/** A mail's styles as they stand in its document. */
const shownAs = (css: string): string => tamed(withSchemes(css));

/** How many pictures from elsewhere styles ask for. Sheets and fonts from elsewhere are never fetched, and so not waited for. */
export function remotePictures(css: string): number {
  const own = css.replaceAll(/@import\b[^;{}]*|@font-face\s*\{[^{}]*/gi, '');
  return own.match(/\burl\(\s*(?:["']\s*)?https?:/gi)?.length ?? 0;
}

/** A mail's HTML without what could do harm, of which `mailDocument` makes what is shown. */
export function sanitised(html: string): string {
  return DOMPurify.sanitize(html, {
    // With the head, whose styles belong to the mail, and the body itself, whose colours do.
    WHOLE_DOCUMENT: true,
    FORBID_TAGS: [
      'form',
      'input',
      'button',
      'textarea',
      'select',
      'iframe',
      'object',
      'embed',
      'base',
      'link',
      'meta',
      'audio',
      'video',
      'svg',
      'math',
    ],
    FORBID_ATTR: ['srcset', 'ping', 'action', 'formaction'],
    // Schemes that are shown; the rest of the pattern lets values through that are no addresses at all.
    ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|cid|data):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  });
}

export interface MailView {
  readonly attachments: readonly Attachment[];
  /** Pictures from elsewhere are fetched. */
  readonly remote: boolean;
  /** Of this console. */
  readonly origin: string;
  /** By which a mail that is passed on is known; null for a mail of which nothing is ever left out. */
  readonly subject: string | null;
  /** With the older mail that it quotes, and its signature. */
  readonly whole: boolean;
}

/**
 * A whole document for a sandboxed frame. `blocked` counts pictures in it that would be fetched from elsewhere and tell the
 * sender when and where their mail was read; without `remote` the policy keeps every one of them out, also those in CSS. `trims`: there is
 * something older, which only stands in it when it is `whole`.
 */
export function mailDocument(
  clean: string,
  { attachments, remote, origin, subject, whole }: MailView,
): { document: string; blocked: number; trims: boolean } {
  // A parsed document is inert: nothing is fetched while its pictures are looked at.
  const mail = new DOMParser().parseFromString(clean, 'text/html');
  const { body } = mail;
  for (const name of ['src', 'href', 'background']) readWithScheme(mail, name);
  const older = subject === null ? [] : olderParts(body, subject);
  if (!whole) for (const node of older) node.parentNode?.removeChild(node);
  let blocked = 0;
  const inlined: string[] = [];
  for (const image of body.querySelectorAll('img')) {
    keepRatio(image);
    const source = image.getAttribute('src') ?? '';
    const inline = inlineUrl(source, attachments, origin);
    if (inline) {
      image.setAttribute('src', inline);
      inlined.push(inline);
    } else if (/^https?:/i.test(source)) {
      blocked += 1;
      if (!remote) image.removeAttribute('src');
    } else if (!/^data:/i.test(source)) image.removeAttribute('src');
  }
  for (const link of body.querySelectorAll('a[href], area[href]')) {
    // A relative address would lead into this console.
    if (!/^(?:https?|mailto|tel):/i.test(link.getAttribute('href') ?? '')) link.removeAttribute('href');
    showTarget(link);
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
  }
  const styles = [...mail.querySelectorAll('style')].map((element) => shownAs(element.textContent));
  mail.querySelectorAll('style').forEach((element) => element.remove());
  for (const css of styles) blocked += remotePictures(css);
  for (const element of mail.querySelectorAll('[style], [background]')) {
    const css = shownAs(element.getAttribute('style') ?? '');
    if (css !== '') element.setAttribute('style', css);
    // Often the same picture twice, for programs that know only the one or the other.
    blocked += Math.max(remotePictures(css), /^\s*https?:/i.test(element.getAttribute('background') ?? '') ? 1 : 0);
  }
  if (!body.hasAttribute('dir')) body.setAttribute('dir', mail.documentElement.getAttribute('dir') ?? 'auto');
  const images = remote ? 'data: https: http:' : ['data:', ...inlined].join(' ');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src ${images}; form-action 'none'; base-uri 'none'`;
  const sheet = (css: string) => `<style>${css.replaceAll(/<\/style/gi, '')}</style>`;
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="only light">',
    ...[targetSheet, before, ...styles, after].map(sheet),
  ].join('');
  return {
    document: `<!doctype html><html><head>${head}</head>${body.outerHTML}</html>`,
    blocked,
    trims: older.length > 0,
  };
}

function readWithScheme(mail: ParentNode, name: string): void {
  for (const element of mail.querySelectorAll(`[${name}]`)) {
    const given = element.getAttribute(name) ?? '';
    const read = withScheme(given);
    if (read !== given) element.setAttribute(name, read);
  }
}

/** Where a link really leads, for pointer, keyboard and screen reader; in the open where its text names another host. */
function showTarget(link: Element): void {
  const href = link.getAttribute('href') ?? '';
  if (href === '') return;
  const target = URL.parse(href);
  link.setAttribute('title', href);
  if (target && target.host !== '' && namesOther(link.textContent ?? '', target)) markTarget(link, target.host);
}

function inlineUrl(source: string, attachments: readonly Attachment[], origin: string): string | null {
  const found = pictureOf(source, attachments);
  return found ? policySafe(new URL(found.url, origin).href) : null;
}

/** Within a policy a semicolon or comma would end the address. */
const policySafe = (url: string): string => url.replaceAll(';', '%3B').replaceAll(',', '%2C');
