/** Reads CSV as it is found: RFC 4180, with other separators, a byte order mark, or in Latin-1. */
import { readFile } from 'node:fs/promises';

export interface Table {
  header: string[];
  rows: string[][];
}

/** Bytes beyond ASCII come in pairs in Chinese text, and mostly alone between other letters in that of Western Europe. */
const PAIRED = 0.8;

function isPaired(bytes: Uint8Array): boolean {
  let [paired, all] = [0, 0];
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    const from = at;
    while ((bytes[at] ?? 0) >= 0x80) at++;
    all += at - from;
    if (at - from > 1) paired += at - from;
  }
  return paired > all * PAIRED;
}

const read = (bytes: Uint8Array, encoding: string, fatal = false) => new TextDecoder(encoding, { fatal }).decode(bytes);

/** As the byte order mark says; UTF-8 where that fits; GB 18030, which holds GBK, for Chinese; else Windows-1252, which holds Latin-1. */
export function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return read(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return read(bytes, 'utf-16be');
  for (const encoding of isPaired(bytes) ? ['utf-8', 'gb18030'] : ['utf-8']) {
    try {
      return read(bytes, encoding, true);
    } catch {
      // It is none of that encoding; the next one is tried.
    }
  }
  return read(bytes, 'windows-1252');
}

/** The separator that the first line has most of, outside quotes. */
function separatorOf(text: string): string {
  const line = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0].replaceAll(/"(?:[^"]|"")*"/g, '') ?? '';
  const counted = [',', ';', '\t', '|'].map((mark) => ({ mark, count: line.split(mark).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

/** Values are trimmed; a quote after spaces opens a quoted value, as some programs write it. Lines of `#` before the header are skipped. */
export function parseCsv(input: string): string[][] {
  const text = input.replace(/^\uFEFF/, '').replace(/^(?:#[^\n]*\n)+/, '');
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    while (text[at] === ' ' && separator !== ' ') at++;
    let value = '';
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      value = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
    } else {
      const from = at;
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
      value = text.slice(from, at);
    }
    row.push(value.trim());
    if (text[at] === separator) {
      at++;
      if (at < text.length) continue;
      row.push('');
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at < 0 ? text.length : at;
}

export async function readTable(path: string): Promise<Table> {
  const [header = [], ...rows] = parseCsv(decode(await readFile(path)));
  return { header, rows };
}
