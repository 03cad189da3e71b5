/**
 * HTML that an agent sends or a signature holds, with what can only show something: it is read by other agents and by customers, and
 * nobody's good faith is relied on.
 */
import { hasMoreTags, isReadable, mostLevels } from '@patchbay/channels/email/reading/html-depth';
import { HubError } from '@patchbay/contracts';
import sanitizeHtml from 'sanitize-html';

const length = /^\d{1,4}(?:\.\d+)?(?:px|em|rem|%|pt)?$/;
const colour = /^(?:#[0-9a-f]{3,8}|rgba?\([\d\s.,%]+\)|[a-z]{3,20})$/i;

const options: sanitizeHtml.IOptions = {
  allowedTags: [
    'p',
    'br',
    'div',
    'span',
    'b',
    'strong',
    'i',
    'em',
    'u',
    's',
    'sub',
    'sup',
    'small',
    'ul',
    'ol',
    'li',
    'a',
    'img',
    'blockquote',
    'pre',
    'code',
    'hr',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'font',
    'center',
    'table',
    'caption',
    'thead',
    'tbody',
    'tfoot',
    'tr',
    'th',
    'td',
    'colgroup',
    'col',
  ],
  allowedAttributes: {
    '*': ['style', 'dir', 'lang', 'align', 'title'],
    a: ['href'],
    img: ['src', 'alt', 'width', 'height'],
    table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
    td: ['colspan', 'rowspan', 'width', 'valign', 'bgcolor'],
    th: ['colspan', 'rowspan', 'width', 'valign', 'bgcolor'],
    font: ['color', 'size'],
    ol: ['start'],
  },
  // Nothing that is laid over the page, moves, or is fetched: no positions, no URLs.
  allowedStyles: {
    '*': {
      color: [colour],
      'background-color': [colour],
      'font-weight': [/^(?:bold|normal|[1-9]00)$/],
      'font-style': [/^(?:italic|normal)$/],
      'font-size': [length],
      'text-align': [/^(?:left|right|center|justify)$/],
      'text-decoration': [/^(?:underline|line-through|none)$/],
      width: [length],
      'max-width': [length],
      height: [length],
    },
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['cid', 'http', 'https'] },
  allowProtocolRelative: false,
  nestingLimit: mostLevels,
};

/** Each costs microseconds, in which nothing else runs. */
const mostTags = 50_000;

/** What nests very deep takes minutes to be sanitised. */
export const isSanitisable = (html: string): boolean => !hasMoreTags(html, mostTags) && isReadable(html);

/**
 * `withoutPictures`: Content-IDs of pictures that are taken out (RFC 2392).
 *
 * @throws HubError `unprocessable` for what is not sanitisable
 */
export function sanitisedHtml(html: string, withoutPictures: ReadonlySet<string> = new Set()): string {
  if (!isSanitisable(html)) {
    const message = 'has too many elements, or too many in each other';
    throw new HubError('unprocessable', `html: ${message}`, { issues: [{ path: 'html', message }] });
  }
  if (withoutPictures.size === 0) return sanitizeHtml(html, options).trim();
  const exclusiveFilter = ({ tag, attribs }: sanitizeHtml.IFrame): boolean =>
    tag === 'img' && withoutPictures.has(contentIdOf(attribs['src'] ?? ''));
  return sanitizeHtml(html, { ...options, exclusiveFilter }).trim();
}

function contentIdOf(source: string): string {
  const id = /^\s*cid:(.*?)\s*$/is.exec(source)?.[1] ?? '';
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
