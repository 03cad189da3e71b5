/** Reads CSV as it is found: RFC 4180, with other separators, a byte order mark, or in Latin-1. */
import { readFile } from 'node:fs/promises';

export interface Table {
  header: string[];
  rows: string[][];
}

/** UTF-8 where that fits, else Windows-1252, which holds Latin-1. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
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
