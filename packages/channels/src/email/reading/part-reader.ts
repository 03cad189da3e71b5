/**
 * mailparser, told what it reads otherwise: what a broken type or encoding means, that a text with a file's name is a file, that a text beside HTML
 * is shown with it, and that bytes which are not in the character set that they name, or name none, are in some other.
 */
import type { Readable } from 'node:stream';
import type { Attachment, AttachmentStream, MailParserOptions, MessageText, ParsedMail } from 'mailparser';
import { charsetNamedIn, isGuessed } from './charset-names.ts';
import { readDelimitersFreely } from './delimiter-lines.ts';
import { joinedLines, withoutSoftBreaks } from './flowed-text.ts';
import { Parser, type PartNode, type Piece } from './mailparser-within.ts';
import {
  hasNameOfFile,
  isForm,
  isNamedFile,
  isText,
  meantEncoding,
  meantType,
  type PartHead,
  textInHead,
} from './part-head.ts';
import { textAround } from './text-around.ts';
import { bodyDecoderOf, wholeText } from './undeclared-text.ts';
import { uudecode } from './uudecode.ts';
import { restateFields, writtenName } from './written-heads.ts';

/** A part of the text, as it stands in the mail. */
export interface WrittenText {
  readonly html: boolean;
  readonly text: string;
  /** By which the mail is known: white space in it does not count. */
  readonly known: string;
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

  readonly #raw: Buffer;
  #named: string | undefined;
  readonly #fileFirst: boolean;

  /** @param fileFirst a text that has a file's name is a file where it stands first, too */
  constructor(raw: Buffer, options: MailParserOptions, fileFirst: boolean) {
    super(options);
    this.#raw = raw;
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
    const charset = () => (isGuessed(head.charset || '') ? this.#charset : head.charset || '');
    if (head.root) restateFields(lines, charset);
    const name = writtenName(lines, charset, head.filename) ?? (head.filename || '');
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

  /** Of the mail, as far as it names one. */
  get #charset(): string {
    this.#named ??= charsetNamedIn(this.#raw) ?? '';
    return this.#named;
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
  const parser = new PartReader(raw, options, fileFirst);
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
