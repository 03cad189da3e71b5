/** A multipart mail that names no boundary, or one that its body does not have, would be read as empty: the boundary is found where it stands. */

const longestHead = 262_144;
const longestSearch = 1024 * 1024;
/** A delimiter line (RFC 2046 §5.1.1) with a field of a part below it, or the blank line that stands for none. */
const delimiter = /^--([^\s"\\]{1,70})[ \t]*\r?\n(?:[\w-]{1,60}:|\r?\n)/m;

/** The same mail with the boundary that its body has, or as plain text where it has none; undefined when it is no multipart. */
export function withFoundBoundary(raw: Buffer): Buffer | undefined {
  const start = raw.subarray(0, longestHead).toString('latin1');
  const end = /\r?\n\r?\n/.exec(start);
  if (!end) return undefined;
  const fields = start.slice(0, end.index).split(/\r?\n(?![ \t])/);
  const type = fields.find((field) => /^content-type:\s*multipart\//i.test(field));
  if (type === undefined) return undefined;
  const body = raw.subarray(end.index + end[0].length);
  const found = delimiter.exec(body.subarray(0, longestSearch).toString('latin1'))?.[1];
  const plain = type.replace(/\s+/g, ' ').replace(/;\s?boundary\s?=\s?("[^"]*"|[^;]*)/gi, '');
  const kept = fields.filter((field) => !/^content-type:/i.test(field));
  const head = found === undefined ? kept : [...kept, `${plain.replace(/[;\s]{1,20}$/, '')}; boundary="${found}"`];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
