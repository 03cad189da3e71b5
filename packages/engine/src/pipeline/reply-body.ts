/** What an agent wrote, with the signature of who it is from and, below it, what is passed on: as text, and as HTML where it takes HTML. */
import {
  escapeHtml,
  forwardedHtml,
  forwardedText,
  hasMarkup,
  plainAlternative,
  textToHtml,
  type ForwardedMail,
} from '@patchbay/domain';
import { isSanitisable, sanitisedHtml } from './sanitised-html.ts';

export interface BodyParts {
  readonly text: string;
  /** Given by the author; it is sanitised here. */
  readonly html: string | undefined;
  /** The text has markup of which HTML is made. */
  readonly light: boolean;
  /** Pictures of the message that the text may show. */
  readonly pictures: boolean;
  readonly agentName: string;
  readonly signature: { readonly text: string; readonly html: string | null } | null;
  readonly forwarded: {
    readonly mail: ForwardedMail;
    readonly html: string | null;
    /** Content-IDs of its pictures that do not go with it. */
    readonly withoutPictures: ReadonlySet<string>;
  } | null;
}

export interface Body {
  readonly text: string;
  /** The author's own words, where `text` has more than them. */
  readonly replyText: string | null;
  readonly html: string | null;
}

export function replyBody(parts: BodyParts): Body {
  const { signature, forwarded } = parts;
  const own = parts.light || parts.pictures ? plainAlternative(parts.text) : parts.text;
  const signatureText = signature ? signed(signature.text, parts.agentName).trim() : '';
  const blocks = [
    own,
    // The mark by which mail programs know a signature (RFC 3676, 4.3).
    ...(signatureText === '' ? [] : [`-- \n${signatureText}`]),
    ...(forwarded ? [forwardedText(forwarded.mail)] : []),
  ];
  const text = blocks.filter((block, index) => index > 0 || block !== '').join('\n\n');
  return { text, replyText: text === own ? null : own, html: htmlOf(parts, signatureText) };
}

/** Not by a text as replacement: in one `$&` would mean something. */
const signed = (signature: string, agentName: string): string => signature.replaceAll('{{agent}}', () => agentName);

/** Null when the text says all there is to say: plain mail stays plain. */
function htmlOf(parts: BodyParts, signatureText: string): string | null {
  const { signature, forwarded } = parts;
  const shows =
    parts.html !== undefined ||
    parts.pictures ||
    (parts.light && hasMarkup(parts.text)) ||
    Boolean(signature?.html) ||
    Boolean(forwarded?.html);
  if (!shows) return null;
  const own = parts.html === undefined ? textToHtml(parts.text, parts.light) : sanitisedHtml(parts.html);
  const signatureHtml = signature?.html
    ? sanitisedHtml(signed(signature.html, escapeHtml(parts.agentName)))
    : textToHtml(signatureText, false);
  return [
    own,
    ...(signatureHtml === '' ? [] : [`<div>-- <br>\n${signatureHtml}</div>`]),
    ...(forwarded ? [forwardedHtml(forwarded.mail, passedOn(forwarded))] : []),
  ].join('\n');
}

/** Null where it is passed on as its text. */
const passedOn = ({ html, withoutPictures }: NonNullable<BodyParts['forwarded']>): string | null =>
  html !== null && isSanitisable(html) ? sanitisedHtml(html, withoutPictures) : null;
