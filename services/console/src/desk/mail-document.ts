import DOMPurify from 'dompurify';
import type { Attachment } from '@patchbay/contracts';

const style = `
  html { font: 14px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #17212b; }
  body { margin: 0; display: flow-root; overflow-wrap: anywhere; } img { max-width: 100%; height: auto; } table { max-width: 100%; } pre { white-space: pre-wrap; }
  a:focus-visible::after, a:hover::after { content: " [" attr(title) "]"; font-size: 12px; color: #5a6675; }
  blockquote { margin: 8px 0; padding-left: 12px; border-left: 3px solid #d5dce3; color: #5a6675; }`;

/**
 * A whole document for a sandboxed frame. `blocked` counts pictures that would be fetched from elsewhere and tell the
 * sender when and where their mail was read; without `remote` the policy keeps every one of them out, also those in CSS.
 */
export function mailDocument(
  html: string,
  attachments: readonly Attachment[],
  remote: boolean,
  origin: string,
): { document: string; blocked: number } {
  const clean = DOMPurify.sanitize(html, {
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
  // A parsed document is inert: nothing is fetched while its pictures are looked at.
  const { body } = new DOMParser().parseFromString(clean, 'text/html');
  let blocked = 0;
  const inlined: string[] = [];
  for (const image of body.querySelectorAll('img')) {
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
  const images = remote ? 'data: https: http:' : ['data:', ...inlined].join(' ');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src ${images}; form-action 'none'; base-uri 'none'`;
  const head = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><style>${style}</style>`;
  return { document: `<!doctype html><html><head>${head}</head><body>${body.innerHTML}</body></html>`, blocked };
}

/** Where a link really leads, for pointer, keyboard and screen reader; in the open where its text names another host. */
function showTarget(link: Element): void {
  const href = link.getAttribute('href') ?? '';
  if (href === '') return;
  const target = URL.parse(href);
  const shown = (link.textContent ?? '').trim();
  link.setAttribute('title', href);
  if (!target) return;
  const named = /^(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?:[:/?#]|$)/iu.exec(shown)?.[1]?.toLowerCase();
  const host = target.hostname.replace(/^www\./, '');
  if (named === undefined || target.host === '' || named.replace(/^www\./, '') === host) return;
  const warning = link.ownerDocument.createElement('strong');
  // The mail's own style sheet may name the class, and shall not hide it.
  warning.style.cssText = 'all: revert !important; color: #b42318 !important';
  warning.textContent = ` → ${target.host}`;
  link.append(warning);
}

function inlineUrl(source: string, attachments: readonly Attachment[], origin: string): string | null {
  if (!/^cid:/i.test(source)) return null;
  const id = decode(source.slice(4));
  const found = attachments.find((one) => one.contentId === id);
  return found ? policySafe(new URL(found.url, origin).href) : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Within a policy a semicolon or comma would end the address. */
const policySafe = (url: string): string => url.replaceAll(';', '%3B').replaceAll(',', '%2C');
