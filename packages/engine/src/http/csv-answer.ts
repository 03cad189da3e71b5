/** Rows on their way to a spreadsheet: written as they are read, so that any number of them needs no memory. */
import { once } from 'node:events';
import { csvLine } from '@patchbay/domain';
import type { Response } from 'express';
import { disposition } from './file-answer.ts';

/** Without it Excel takes UTF-8 for something else. */
const byteOrderMark = '\uFEFF';

/** Ends early when whoever asked is gone. */
export async function sendCsv(
  response: Response,
  filename: string,
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly string[])[]>,
): Promise<void> {
  response.set({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': disposition('attachment', filename),
    'x-content-type-options': 'nosniff',
  });
  response.write(byteOrderMark + csvLine(header));
  for await (const page of pages) {
    if (response.destroyed) return;
    if (!response.write(page.map(csvLine).join('')))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

/** A value of a field as a cell. */
export function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(cellOf).join('; ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
