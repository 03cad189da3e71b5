/** Reads the part of XML that TwiML uses: elements, attributes, text, CDATA, comments, and the five named entities. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** The element's own text. */
  text: string;
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.:-]+)\s*>|<([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;
const attribute = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function decode(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (entity, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? entity;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    },
  );
}

function attributesOf(source: string): Record<string, string> {
  return Object.fromEntries(
    [...source.matchAll(attribute)].map(([, name, double, single]) => [name ?? '', decode(double ?? single ?? '')]),
  );
}

/** Every token in order; throws at the first character that begins none. */
function* tokens(source: string): Generator<RegExpExecArray> {
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (match === null) throw new SyntaxError(`Not well-formed XML at character ${at}`);
    const end = token.lastIndex;
    yield match;
    token.lastIndex = end;
  }
}

/** Parses a document. Throws `SyntaxError` when it is not well-formed. */
export function parseXml(source: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  for (const [, cdata, closing, opening, attributes, selfClosing, text] of tokens(source.trim())) {
    const parent = open.at(-1) ?? root;
    if (cdata !== undefined) parent.text += cdata;
    else if (text !== undefined) parent.text += decode(text);
    else if (opening !== undefined) {
      const element: XmlElement = { name: opening, attributes: attributesOf(attributes ?? ''), children: [], text: '' };
      parent.children.push(element);
      if (!selfClosing) open.push(element);
    } else if (closing !== undefined && open.pop()?.name !== closing) throw new SyntaxError(`Unexpected </${closing}>`);
  }
  const [document, ...more] = root.children;
  if (open.length !== 1 || document === undefined || more.length > 0 || root.text.trim() !== '')
    throw new SyntaxError('Not one closed XML element');
  return document;
}

/** The verbs of a TwiML document. Throws `SyntaxError` when it is something else. */
export function parseTwiml(source: string): readonly XmlElement[] {
  const document = parseXml(source);
  if (document.name !== 'Response') throw new SyntaxError(`Expected <Response>, found <${document.name}>`);
  return document.children;
}
