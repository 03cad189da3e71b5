/** A multipart mail that names no boundary, or one that its body does not have, would be read as empty: the boundary is found where it stands. */

const longestHead = 262_144;
const longestSearch = 1024 * 1024;
/** A delimiter line (RFC 2046 §5.1.1) with a field of a part below it, or the blank line that stands for none. */
const delimiter = /^--([^\s"\\]{1,70})[ \t]*\r?\n(?:[\w-]{1,60}:|\r?\n)/m;

interface Multipart {
  readonly fields: string[];
  readonly type: string;
  readonly body: Buffer;
}

function multipartIn(raw: Buffer): Multipart | undefined {
  const start = raw.subarray(0, longestHead).toString('latin1');
  const end = /\r?\n\r?\n/.exec(start);
  if (!end) return undefined;
  const fields = start.slice(0, end.index).split(/\r?\n(?![ \t])/);
  const type = fields.find((field) => /^content-type:\s*multipart\//i.test(field));
  return type === undefined ? undefined : { fields, type, body: raw.subarray(end.index + end[0].length) };
}

function mailOf(fields: readonly string[], body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${fields.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

const untyped = (fields: readonly string[]): string[] =>
  fields.filter((field) => !/^content-(type|transfer-encoding):/i.test(field));

/** What only orders the parts: delimiters, fields with what goes on with them, blank lines. */
const order = /^(--|[!-9;-~]{1,60}:|[ \t]|\r?$)/;

/** The same mail as plain text, when it is a multipart in whose body more is written than what orders its parts; what stands before the first is for old programs. */
export function asPlainText(raw: Buffer): Buffer | undefined {
  const mail = multipartIn(raw);
  if (!mail) return undefined;
  const lines = mail.body.subarray(0, longestSearch).toString('latin1').split('\n');
  const first = lines.findIndex((line) => line.startsWith('--'));
  return lines.slice(first + 1).every((line) => order.test(line)) ? undefined : mailOf(untyped(mail.fields), mail.body);
}

/** The same mail with the boundary that its body has, or as plain text where it has none; undefined when it is no multipart. */
export function withFoundBoundary(raw: Buffer): Buffer | undefined {
  const mail = multipartIn(raw);
  if (!mail) return undefined;
  const { fields, type, body } = mail;
  const found = delimiter.exec(body.subarray(0, longestSearch).toString('latin1'))?.[1];
  const plain = type.replace(/\s+/g, ' ').replace(/;\s?boundary\s?=\s?("[^"]*"|[^;]*)/gi, '');
  const kept = fields.filter((field) => !/^content-type:/i.test(field));
  const head = found === undefined ? kept : [...kept, `${plain.replace(/[;\s]{1,20}$/, '')}; boundary="${found}"`];
  return mailOf(head, body);
}
