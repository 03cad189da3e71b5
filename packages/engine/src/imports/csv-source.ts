/** A file of rows as a stream: never held whole, however large it is. */
import { csvEncoding, HubError, type CsvDelimiter, type CsvEncoding } from '@patchbay/contracts';
import { detectDelimiter, detectEncoding, plainCell } from '@patchbay/domain';
import { CsvError, parse } from 'csv-parse';
import { Readable } from 'node:stream';
import type { HubFiles } from '../files.ts';

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

/** `chosen`: what a person says of it holds. */
export function recognise(start: Uint8Array, validUtf8: boolean, chosen: Partial<CsvForm>): CsvForm {
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

/** The rows of a file, its header first. @throws HubError `unprocessable` where a quote is never closed or a row has no end */
export async function* csvRows(
  files: Pick<HubFiles, 'stream'>,
  sha256: string,
  { encoding, delimiter }: CsvForm,
  range?: { end: number },
): AsyncGenerator<string[]> {
  const parser = parse({
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: longestRow,
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  const bytes = files.stream(sha256, range);
  const source = Readable.from(decoded(bytes, csvEncoding.parse(encoding)));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const row of parser) yield row as string[];
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
  for await (const row of csvRows(files, sha256, form)) {
    rows.push(row);
    if (rows.length > sampleRows) break;
  }
  const [header, ...sample] = rows;
  if (!header || header.every((name) => name.trim() === ''))
    throw new HubError('unprocessable', 'The file has no header');
  if (header.length > mostColumns) throw new HubError('unprocessable', `The file has more than ${mostColumns} columns`);
  const clean = (text: string) => plainCell(text).replaceAll('\0', '').toWellFormed();
  return {
    header: header.map((name) => clean(name).trim()),
    sample: sample.map((row) => row.map((cell) => clean(cell).slice(0, 200))),
  };
}
