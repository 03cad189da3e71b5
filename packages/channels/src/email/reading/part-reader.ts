/**
 * mailparser, told what it reads otherwise: what a broken type or encoding means, that a text with a file's name is a file, that a text beside HTML
 * is shown with it, and that bytes which are not in the character set that they name, or name none, are in some other.
 */
import type { Readable, Transform } from 'node:stream';
import {
  type Attachment,
  type AttachmentStream,
  MailParser,
  type MailParserOptions,
  type MessageText,
  type ParsedMail,
} from 'mailparser';
import { type Splitter, readDelimitersFreely } from './delimiter-lines.ts';
import { joinedLines, withoutSoftBreaks } from './flowed-text.ts';
import { textAround } from './text-around.ts';
import { bodyDecoderOf, wholeText } from './undeclared-text.ts';
import { uudecode } from './uudecode.ts';
import { type FieldLine, restateFields, writtenName } from './written-heads.ts';

/** A part's head as the splitter below mailparser has read it. */
interface PartHead {
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

interface Decoders {
  decodeStream(charset: string): Transform;
}

// What mailparser calls and has within. It is not among its types; `schema.test.ts` fails if it is no longer so.
const Parser = MailParser as unknown as new (options: MailParserOptions) => MailParser & Within;

interface Within {
  decoder: Decoders;
  readonly splitter: Transform & Splitter;
  readonly endReceived: boolean;
  readonly waitingEnd: false | ((error: Error) => void);
  readonly waitUntilAttachmentEnd: boolean;
  readonly curnode: false | PartNode;
  readonly tree: PartNode;
  readonly hasText: boolean;
  hasFailed: boolean;
  reading: boolean;
  createNode(head: PartHead): PartNode;
  readData(): void;
  endStream(): void;
  /** Calls back in a later turn, or at once with an error. */
  processChunk(piece: Piece, done: (error?: Error) => void): void;
  /** Puts the text together. The last part's decoder has its end. */
  cleanup(done: (error?: Error) => void): void;
}

interface PartNode {
  readonly headers: unknown;
  readonly decoder?: Transform;
  /** What comes out of all decoders of a text. */
  readonly contentStream?: Readable;
  readonly node: PartHead;
  readonly root: boolean;
  readonly contentType: string | false;
  /** What has come out of them. */
  readonly textContent: string | false;
  readonly children?: readonly PartNode[];
}

/** A part of the text, as it stands in the mail. */
export interface WrittenText {
  readonly html: boolean;
  readonly text: string;
  /** By which the mail is known: white space in it does not count. */
  readonly known: string;
}

/** A part's head, or bytes of its body, or what stands between bodies. */
interface Piece {
  readonly type: string;
}

const piecesATurn = 64;

/** Before the name of a character set that is read here. */
const own = 'x-own-';

class PartReader extends Parser {
  #hasBody = false;
  #hasHtml = false;
  #hasPlain = false;
  #hasUnnamed = false;
  #hasFileFirst = false;
  readonly #texts: PartNode[] = [];
  /** What has a text that is shown in it. */
  readonly #aroundText = new Set<PartHead>();
  /** By their fields: parts that may be a text in another form, each with what it is in. */
  readonly #forms = new Map<unknown, PartHead>();
  /** Of broken lines, which are joined here. */
  readonly #flowed = new Set<PartHead>();

  readonly #fileFirst: boolean;

  /** @param fileFirst a text that has a file's name is a file where it stands first, too */
  constructor(options: MailParserOptions, fileFirst: boolean) {
    super(options);
    this.#fileFirst = fileFirst;
    const { decoder } = this;
    this.decoder = {
      decodeStream(charset) {
        const decode = charset.startsWith(own) ? bodyDecoderOf(charset.slice(own.length)) : undefined;
        return decode ? wholeText(decode) : decoder.decodeStream(charset);
      },
    };
    readDelimitersFreely(this.splitter);
  }

  /**
   * Reads on in the same turn of the event loop as long as nobody has to be waited for: under load each turn more is a wait. So many pieces in
   * one turn at the most, that a mail of many parts lets others in between.
   */
  override readData(): void {
    for (let left = piecesATurn; left > 0; left -= 1) {
      if (this.hasFailed) return;
      this.reading = true;
      const piece = this.splitter.read() as Piece | null;
      if (piece === null) {
        this.reading = false;
        if (this.endReceived) this.endStream();
        return;
      }
      let waits = true;
      this.processChunk(piece, (error) => {
        if (error) this.#fail(error);
        else if (waits) this.readData();
      });
      if (piece.type === 'node' && this.curnode && this.curnode.contentStream) this.#texts.push(this.curnode);
      waits = this.#waits(piece);
      if (waits) return;
    }
    setImmediate(() => this.readData());
  }

  /** For somebody to read the attachment that ends here, or for a decoder that has enough. */
  #waits({ type }: Piece): boolean {
    if (type === 'data') return this.waitUntilAttachmentEnd;
    return type === 'body' && this.curnode !== false && this.curnode.decoder?.writableNeedDrain === true;
  }

  /** A text may be longer on its way through its decoders than what stands behind it. */
  override cleanup(done: (error?: Error) => void): void {
    const coming = this.#texts.find(({ contentStream }) => contentStream?.readableEnded === false);
    if (!coming) return super.cleanup(done);
    coming.contentStream?.once('end', () => this.cleanup(done));
    if (coming.decoder?.writableEnded === false) coming.decoder.end();
  }

  #fail(error: Error): void {
    this.hasFailed = true;
    if (this.waitingEnd) this.waitingEnd(error);
    else this.emit('error', error);
  }

  override createNode(head: PartHead): PartNode {
    const lines = head.headers.getList();
    if (head.root) restateFields(lines, head.charset || '');
    const name = writtenName(lines, head.charset || '', head.filename) ?? (head.filename || '');
    head.filename = name.trim().replace(/^'(.+)'$/, '$1') || false;
    if (/^(\w+\s+)?filename\s*=/.test(head.disposition || '')) head.disposition = 'attachment';
    head.contentType = meantType(head);
    head.encoding = meantEncoding(head.encoding || '');
    if (head.encoding === 'x-uuencode') head.getDecoder = uudecode;
    if (isText(head) && head.disposition !== 'attachment') this.#readText(head);
    const node = super.createNode(head);
    if (isForm(head) && head.parentNode) this.#forms.set(node.headers, head.parentNode);
    return node;
  }

  /** The part is a text that is shown in a form for other programs (RFC 2046 §5.1.4). */
  isOtherForm({ headers }: Pick<Attachment, 'headers'>): boolean {
    const alternative = this.#forms.get(headers);
    return alternative !== undefined && this.#aroundText.has(alternative);
  }

  #readText(head: PartHead): void {
    const isFile = isNamedFile(head) && hasNameOfFile(head);
    if (isNamedFile(head) && (this.#hasBody || (this.#fileFirst && isFile))) {
      head.disposition = 'attachment';
      return;
    }
    this.#hasFileFirst ||= isFile;
    this.#hasUnnamed ||= head.filename === false;
    if (head.contentType === 'text/html') this.#hasHtml = true;
    else this.#hasPlain = true;
    if (head.flowed && head.contentType === 'text/plain') {
      this.#flowed.add(head);
      head.flowed = false;
    }
    this.#hasBody = true;
    for (let around = head.parentNode; around && !this.#aroundText.has(around); around = around.parentNode)
      this.#aroundText.add(around);
    if (bodyDecoderOf(head.charset || '')) head.charset = own + (head.charset || '');
    const before = head.root ? '' : textInHead(head.headers.getList());
    if (head.disposition === 'attachment' || (head.encoding !== 'base64' && before === '')) return;
    const decoder = head.getDecoder();
    head.getDecoder = () => textAround(decoder, before, head.encoding || '');
  }

  /** What was taken for the beginning of the text may be a file that stands before it. */
  get hasFileInText(): boolean {
    return this.#hasFileFirst && this.#hasUnnamed;
  }

  /** The HTML is the only text of the mail. */
  get isHtmlAlone(): boolean {
    return this.#hasHtml && !this.#hasPlain;
  }

  /** What the text is made of: HTML only where the same does not stand in plain text. */
  get writtenTexts(): WrittenText[] {
    const texts: WrittenText[] = [];
    const add = (node: PartNode, alternative: boolean): void => {
      const html = node.contentType === 'text/html';
      const counts = html ? (this.hasText ? !alternative : node.root) : node.contentType === 'text/plain';
      if (node.textContent && counts) texts.push({ html, ...this.#written(node.node, node.textContent) });
      for (const child of node.children ?? []) add(child, alternative || node.contentType === 'multipart/alternative');
    };
    add(this.tree, false);
    return texts;
  }

  #written(head: PartHead, text: string): { text: string; known: string } {
    if (!this.#flowed.has(head)) return { text, known: text };
    return { text: joinedLines(text, head.delSp), known: head.delSp ? withoutSoftBreaks(text) : text };
  }

  /** Only what stands beside HTML is asked for. */
  override textToHtml(text: string): string {
    return this.#hasHtml ? `<div style="white-space:pre-wrap">${escaped(text)}</div>` : '';
  }
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

/** `"base64"`, `base64;` and `base-64` are meant as what they nearly are. */
function meantEncoding(written: string): string {
  const word = /^["'\s]*([\w-]+)/.exec(written)?.[1] ?? '';
  if (/^(x-)?uu(e|encode)?$/.test(word)) return 'x-uuencode';
  return word === 'base-64' ? 'base64' : word;
}

/** Files under `text`; whatever else stands there is to be shown as plain text (RFC 2046 §4.1.4). */
const textFile =
  /^text\/(calendar|csv|tab-separated-values|v?card|directory|rfc822-headers|xml|xsl|rtf|css|(java|ecma)script|json|sgml|yaml|troff|x?html?|watch-html|x-(?!(markdown|plain|text|txt|unknown)$).*)$/;

/** What does not follow the syntax is plain text (RFC 2045 §5.2), unless it begins like a type or belongs to a file. */
function meantType(head: PartHead): string | false {
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
function textInHead(lines: readonly FieldLine[]): string {
  const last = lines.findLastIndex(({ key }) => /^[!-9;-~]+$/.test(key));
  return lines
    .slice(last + 1)
    .map(({ line }) => line)
    .join('\r\n');
}

const isText = ({ contentType }: PartHead): boolean => contentType === 'text/plain' || contentType === 'text/html';

/** For a watch, for a page with programs in it, or as its writer had typed it. Others are files: an invitation stands beside its text, too. */
const isForm = ({ contentType, disposition, filename, parentNode }: PartHead): boolean =>
  parentNode !== false &&
  parentNode.contentType === 'multipart/alternative' &&
  filename === false &&
  disposition !== 'attachment' &&
  /^text\/(x-amp-html|watch-html|enriched|richtext|(x-)?markdown)$/.test(contentType || '');

/** Where several are the same in other forms, a name says nothing. */
const isNamedFile = ({ filename, parentNode }: PartHead): boolean =>
  filename !== false && parentNode !== false && parentNode.contentType !== 'multipart/alternative';

/** Programs call their texts so, too. */
const nameOfText = /^[^.]*$|\.(te?xt|html?)$/i;

const hasNameOfFile = ({ disposition, filename }: PartHead): boolean =>
  disposition !== false && filename !== false && !nameOfText.test(filename);

/**
 * Everything of a mail at once, as `simpleParser` has it.
 *
 * @param fileFirst a text that has a file's name is a file where it stands first, too
 */
export async function readParts(
  raw: Buffer,
  options: MailParserOptions,
  fileFirst = false,
): Promise<
  ParsedMail & {
    readonly htmlAlone: boolean;
    readonly texts: readonly WrittenText[];
    readonly otherForms: ReadonlySet<Attachment>;
  }
> {
  const parser = new PartReader(options, fileFirst);
  const mail = { attachments: [] } as unknown as ParsedMail;
  let open: Readable | undefined;
  let failure: Error | undefined;
  // Whatever fails now, the attachment that is being read has no end.
  parser.once('error', (error) => {
    failure = error;
    open?.destroy(error);
  });
  parser.end(raw);
  for await (const data of parser as AsyncIterable<AttachmentStream | MessageText>) {
    if (data.type === 'text') {
      Object.assign(mail, { text: data.text, html: data.html });
      continue;
    }
    open = data.content as Readable;
    if (failure) throw failure;
    const content = Buffer.concat(await Array.fromAsync<Buffer>(open));
    data.release?.();
    mail.attachments.push({ ...data, content } as Attachment);
  }
  if (parser.hasFileInText) return readParts(raw, options, true);
  const { subject, from, to, cc, replyTo } = parser;
  const whole: ParsedMail = Object.assign(mail, {
    headers: parser.headers || new Map(),
    headerLines: parser.headerLines || [],
    subject,
    from,
    to,
    cc,
    replyTo,
  });
  const otherForms = new Set(mail.attachments.filter((part) => parser.isOtherForm(part)));
  return Object.assign(whole, { htmlAlone: parser.isHtmlAlone, texts: parser.writtenTexts, otherForms });
}
