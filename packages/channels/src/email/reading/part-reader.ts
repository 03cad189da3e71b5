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
  createNode(head: PartHead): unknown;
  readData(): void;
  endStream(): void;
  /** Calls back in a later turn, or at once with an error. */
  processChunk(piece: Piece, done: (error?: Error) => void): void;
  /** Puts the text together. The last part's decoder has its end. */
  cleanup(done: (error?: Error) => void): void;
}

interface PartNode {
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
  readonly #texts: PartNode[] = [];
  /** Of broken lines, which are joined here. */
  readonly #flowed = new Set<PartHead>();

  constructor(options: MailParserOptions) {
    super(options);
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

  override createNode(head: PartHead): unknown {
    const lines = head.headers.getList();
    if (head.root) restateFields(lines, head.charset || '');
    head.filename =
      (writtenName(lines, head.charset || '') ?? (head.filename || '')).trim().replace(/^'(.+)'$/, '$1') || false;
    head.contentType = meantType(head);
    head.encoding = meantEncoding(head.encoding || '');
    if (head.encoding === 'x-uuencode') head.getDecoder = uudecode;
    if (isText(head) && head.disposition !== 'attachment') this.#readText(head);
    return super.createNode(head);
  }

  #readText(head: PartHead): void {
    if (this.#hasBody && isNamedFile(head)) head.disposition = 'attachment';
    else if (head.contentType === 'text/html') this.#hasHtml = true;
    else this.#hasPlain = true;
    if (head.flowed && head.contentType === 'text/plain') {
      this.#flowed.add(head);
      head.flowed = false;
    }
    this.#hasBody = true;
    if (bodyDecoderOf(head.charset || '')) head.charset = own + (head.charset || '');
    const before = head.root ? '' : textInHead(head.headers.getList());
    if (head.disposition === 'attachment' || (head.encoding !== 'base64' && before === '')) return;
    const decoder = head.getDecoder();
    head.getDecoder = () => textAround(decoder, before, head.encoding || '');
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

/** What does not follow the syntax is plain text (RFC 2045 §5.2), unless it begins like a type or belongs to a file. */
function meantType({ contentType, disposition, filename, parentNode, headers }: PartHead): string | false {
  // A part of a digest that does not say what it is, is a message (RFC 2046 §5.1.5).
  if (
    parentNode &&
    parentNode.contentType === 'multipart/digest' &&
    headers.getList().every(({ key }) => key !== 'content-type')
  )
    return 'message/rfc822';
  if (contentType !== false && /^[\w.+-]+\/[\w.+*-]+$/.test(contentType)) return contentType;
  const begun = /^([\w.+-]+\/[\w.+-]+)[^\w.+/-]/.exec(contentType || '')?.[1];
  if (begun !== undefined) return begun;
  return filename === false && disposition !== 'attachment' ? 'text/plain' : contentType;
}

/** A part without the blank line behind its head has its first lines in that. */
function textInHead(lines: readonly FieldLine[]): string {
  const last = lines.findLastIndex(({ key }) => /^[!-9;-~]+$/.test(key));
  return lines
    .slice(last + 1)
    .map(({ line }) => line)
    .join('\r\n');
}

const isText = ({ contentType }: PartHead): boolean => contentType === 'text/plain' || contentType === 'text/html';

/** Where several are the same in other forms, a name says nothing. */
const isNamedFile = ({ filename, parentNode }: PartHead): boolean =>
  filename !== false && parentNode !== false && parentNode.contentType !== 'multipart/alternative';

/** Everything of a mail at once, as `simpleParser` has it. */
export async function readParts(
  raw: Buffer,
  options: MailParserOptions,
): Promise<ParsedMail & { readonly htmlAlone: boolean; readonly texts: readonly WrittenText[] }> {
  const parser = new PartReader(options);
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
  return Object.assign(whole, { htmlAlone: parser.isHtmlAlone, texts: parser.writtenTexts });
}
