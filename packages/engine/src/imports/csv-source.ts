/** A file of rows as a stream: never held whole, however large it is. */
import { csvEncoding, HubError, type CsvDelimiter, type CsvEncoding } from '@patchbay/contracts';
import { detectDelimiter, detectEncoding, plainCell } from '@patchbay/domain';
import { CsvError, parse } from 'csv-parse';
import { Readable } from 'node:stream';
import type { HubFiles } from '../files/store.ts';

/** Characters of a row. More is a quote that was never closed. */
const longestRow = 1024 * 1024;
/** Bytes at the beginning of a file by which it is recognised. */
export const startSize = 64 * 1024;
const sampleRows = 5;
const mostColumns = 500;

export interface CsvForm {
  readonly encoding: CsvEncoding;
  readonly delimiter: CsvDelimiter;
}

/** Learns of a file while it passes: whether all of it is UTF-8, and how it begins. */
export function createInspector() {
  const start: Uint8Array[] = [];
  let kept = 0;
  let valid = true;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const check = (chunk?: Uint8Array) => {
    try {
      if (valid) decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      valid = false;
    }
  };
  return {
    look(chunk: Uint8Array) {
      check(chunk);
      if (kept < startSize) start.push(chunk.slice(0, startSize - kept));
      kept += chunk.byteLength;
    },
    form(chosen: Partial<CsvForm> = {}): CsvForm {
      check();
      return recognise(Buffer.concat(start), valid, chosen);
    },
  };
}

/** Workbooks of spreadsheets: in a ZIP archive, and as they were before 2007. */
const workbooks = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
] as const;

/** `chosen`: what a person says of it holds. @throws HubError `unprocessable` for a workbook */
export function recognise(start: Uint8Array, validUtf8: boolean, chosen: Partial<CsvForm>): CsvForm {
  if (workbooks.some((sign) => sign.every((byte, index) => start[index] === byte)))
    throw new HubError('unprocessable', 'The file is a workbook; save it as CSV first');
  const encoding = chosen.encoding ?? detectEncoding(start, validUtf8);
  const text = new TextDecoder(encoding).decode(start);
  return { encoding, delimiter: chosen.delimiter ?? detectDelimiter(text) };
}

async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: CsvEncoding): AsyncGenerator<string> {
  // Takes the byte order mark away; what the encoding does not have becomes U+FFFD, by which its row is rejected.
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

export interface CsvRow {
  /** Rows after the header, which is 0; empty lines count, as they do in a spreadsheet. */
  readonly number: number;
  readonly cells: string[];
}

const isEmpty = (cells: readonly string[]): boolean => cells.length === 1 && cells[0] === '';

/** The rows of a file that are not empty, its header first. @throws HubError `unprocessable` where a quote is never closed or a row has no end */
export async function* csvRows(
  files: Pick<HubFiles, 'stream'>,
  sha256: string,
  { encoding, delimiter }: CsvForm,
  range?: { end: number },
): AsyncGenerator<CsvRow> {
  const parser = parse({
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: longestRow,
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  const bytes = files.stream(sha256, range);
  const source = Readable.from(decoded(bytes, csvEncoding.parse(encoding)));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    let number = -1;
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (number >= 0 || !isEmpty(cells)) number += 1;
      if (!isEmpty(cells)) yield { number, cells };
    }
  } catch (error) {
    throw translate(error);
  } finally {
    source.destroy();
    bytes.destroy();
    parser.destroy();
  }
}

function translate(error: unknown): unknown {
  if (error instanceof CsvError) {
    const line = 'lines' in error && typeof error.lines === 'number' ? error.lines : null;
    return new HubError(
      'unprocessable',
      `The file cannot be read${line === null ? '' : ` past line ${line}`}: a quotation mark is never closed, or the row does not end`,
      { cause: error },
    );
  }
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return new HubError('gone', 'The file is no longer there', { cause: error });
  return error;
}

/** Header and first rows of a file. @throws HubError `unprocessable` when it has none */
export async function readHead(
  files: Pick<HubFiles, 'stream'>,
  sha256: string,
  form: CsvForm,
): Promise<{ header: string[]; sample: string[][] }> {
  const rows: string[][] = [];
  for await (const { cells } of csvRows(files, sha256, form)) {
    rows.push(cells);
    if (rows.length > sampleRows) break;
  }
  const clean = (text: string) => plainCell(text).replaceAll('\0', '').toWellFormed();
  const [first = [], ...sample] = rows;
  const header = first.map((name) => clean(name).trim());
  if (header.every((name) => name === '')) throw new HubError('unprocessable', 'The file has no header');
  if (header.length > mostColumns) throw new HubError('unprocessable', `The file has more than ${mostColumns} columns`);
  return {
    header,
    sample: sample.map((row) => row.map((cell) => clean(cell).slice(0, 200))),
  };
}
