/** What the head of a part is meant to say, and what follows from it: whether the part is a text, or another form of one, or a file. */
import type { Transform } from 'node:stream';
import type { FieldLine } from './written-heads.ts';

/** A part's head as the splitter below mailparser has read it. */
export interface PartHead {
  readonly root: boolean;
  readonly parentNode: PartHead | false;
  contentType: string | false;
  disposition: string | false;
  encoding: string | false;
  charset: string | false;
  filename: string | false;
  flowed: boolean;
  readonly delSp: boolean;
  readonly headers: { getList(): FieldLine[] };
  getDecoder(): Transform;
}

/** `"base64"`, `base64;` and `base-64` are meant as what they nearly are. */
export function meantEncoding(written: string): string {
  const word = /^["'\s]*([\w-]+)/.exec(written)?.[1] ?? '';
  if (/^(x-)?uu(e|encode)?$/.test(word)) return 'x-uuencode';
  return word === 'base-64' ? 'base64' : word;
}

/** Files under `text`; whatever else stands there is to be shown as plain text (RFC 2046 §4.1.4). */
const textFile =
  /^text\/(calendar|csv|tab-separated-values|v?card|directory|rfc822-headers|xml|xsl|rtf|css|(java|ecma)script|json|sgml|yaml|troff|x?html?|watch-html|x-(?!(markdown|plain|text|txt|unknown)$).*)$/;

/** What does not follow the syntax is plain text (RFC 2045 §5.2), unless it begins like a type or belongs to a file. */
export function meantType(head: PartHead): string | false {
  const { contentType, disposition, filename, parentNode, headers } = head;
  // A part of a digest that does not say what it is, is a message (RFC 2046 §5.1.5).
  if (
    parentNode &&
    parentNode.contentType === 'multipart/digest' &&
    headers.getList().every(({ key }) => key !== 'content-type')
  )
    return 'message/rfc822';
  const isFile = filename !== false || disposition === 'attachment';
  if (!isFile && contentType && (contentType === 'plain/text' || (head.root && isUnknownText(contentType))))
    return 'text/plain';
  if (contentType !== false && /^[\w.+-]+\/[\w.+*-]+$/.test(contentType)) return contentType;
  const begun = /^([\w.+-]+\/[\w.+-]+)[^\w.+/-]/.exec(contentType || '')?.[1];
  if (begun !== undefined) return begun;
  return isFile ? contentType : 'text/plain';
}

const isUnknownText = (type: string): boolean => /^text\/[\w.+-]+$/.test(type) && !textFile.test(type);

/** A part without the blank line behind its head has its first lines in that. */
export function textInHead(lines: readonly FieldLine[]): string {
  const last = lines.findLastIndex(({ key }) => /^[!-9;-~]+$/.test(key));
  return lines
    .slice(last + 1)
    .map(({ line }) => line)
    .join('\r\n');
}

export const isText = ({ contentType }: PartHead): boolean =>
  contentType === 'text/plain' || contentType === 'text/html';

/** For a watch, for a page with programs in it, or as its writer had typed it. Others are files: an invitation stands beside its text, too. */
export const isForm = ({ contentType, disposition, filename, parentNode }: PartHead): boolean =>
  parentNode !== false &&
  parentNode.contentType === 'multipart/alternative' &&
  filename === false &&
  disposition !== 'attachment' &&
  /^text\/(x-amp-html|watch-html|enriched|richtext|(x-)?markdown)$/.test(contentType || '');

/** Where several are the same in other forms, a name says nothing. */
export const isNamedFile = ({ filename, parentNode }: PartHead): boolean =>
  filename !== false && parentNode !== false && parentNode.contentType !== 'multipart/alternative';

/** Programs call their texts so, too. */
const nameOfText = /^[^.]*$|\.(te?xt|html?)$/i;

export const hasNameOfFile = ({ disposition, filename }: PartHead): boolean =>
  disposition !== false && filename !== false && !nameOfText.test(filename);
