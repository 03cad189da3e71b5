/** Files of values between separators (RFC 4180 and its neighbours): which encoding and separator one has, and how cells are written safely. */
import type { CsvDelimiter, CsvEncoding } from '@patchbay/contracts';

/** How the bytes at the beginning of a file speak for its encoding. `validUtf8`: of the whole file. */
export function detectEncoding(start: Uint8Array, validUtf8: boolean): CsvEncoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const wide = wideEncoding(start);
  if (wide) return wide;
  if (validUtf8) return 'utf-8';
  return looksLikeGb(start) ? 'gb18030' : 'windows-1252';
}

/** Commas, ends of lines and Latin letters of UTF-16 have a zero, on one side of each pair only. Other encodings have none. */
function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [first = 0, second = 0] = zeros;
  if ((first + second) * 20 < bytes.length || Math.min(first, second) * 10 > Math.max(first, second)) return null;
  return first > second ? 'utf-16be' : 'utf-16le';
}

/**
 * In GB 18030 the everyday characters are two bytes of A1–FE each, the first of B0–F7; in a Western text two bytes of that kind hardly
 * ever stand together.
 */
function looksLikeGb(bytes: Uint8Array): boolean {
  let pairs = 0;
  let singles = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte < 0x80) continue;
    const next = bytes[index + 1] ?? 0;
    if (byte >= 0xa1 && byte <= 0xf7 && next >= 0xa1 && next <= 0xfe) {
      pairs += 1;
      index += 1;
    } else singles += 1;
  }
  return pairs > singles * 4;
}

const delimiters: readonly CsvDelimiter[] = [',', ';', '\t', '|'];

/** The separator that cuts the first lines into the most cells of an even number. A comma where none does. */
export function detectDelimiter(text: string): CsvDelimiter {
  let best: { delimiter: CsvDelimiter; cells: number } = { delimiter: ',', cells: 1 };
  for (const delimiter of delimiters) {
    const counts = cellCounts(text, delimiter).slice(0, 20);
    const first = counts[0] ?? 1;
    const even = counts.filter((count) => count === first).length;
    if (first > best.cells && even * 2 > counts.length) best = { delimiter, cells: first };
  }
  return best.delimiter;
}

/** Cells of each line; separators and ends of lines between quotes are none. */
function cellCounts(text: string, delimiter: string): number[] {
  const counts: number[] = [];
  let cells = 1;
  let quoted = false;
  let filled = false;
  for (const sign of text) {
    if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === delimiter) cells += 1;
    else if (!quoted && (sign === '\n' || sign === '\r')) {
      if (filled || cells > 1) counts.push(cells);
      cells = 1;
      filled = false;
      continue;
    }
    filled = true;
  }
  // The last line may be cut short.
  if (counts.length === 0 && filled) counts.push(cells);
  return counts;
}

/** What a spreadsheet takes for a formula (OWASP, CSV injection), and the sign that hides it from it. */
const formula = /^[=+\-@\t\r]/;
const hidden = /^'['=+\-@\t\r]/;

/** A cell that no spreadsheet runs, quoted where it has to be. {@link plainCell} takes the added sign away again. */
export function csvCell(value: string): string {
  const safe = formula.test(value) || hidden.test(value) ? `'${value}` : value;
  return /[",;\t\r\n|]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Numbers are written as they are: a negative one is no formula. */
export function csvLine(values: readonly (string | number)[]): string {
  return `${values.map((value) => (typeof value === 'number' ? String(value) : csvCell(value))).join(',')}\r\n`;
}

/** A cell as it was before {@link csvCell} made it safe. */
export function plainCell(cell: string): string {
  return hidden.test(cell) ? cell.slice(1) : cell;
}
