/** A file that is handed in for an import: stored as it streams in, recognised, and its first rows shown. */
import { HubError, type DataImport } from '@patchbay/contracts';
import { listCustomFields } from '@patchbay/store/queries/custom-fields';
import {
  listRejects,
  readImport,
  readImportFile,
  setImportFile,
  setImportSettings,
} from '@patchbay/store/queries/imports';
import type { ImportReject, ImportSettings } from '@patchbay/contracts';
import type { Cut, Slice } from '@patchbay/store/queries/paging';
import type { Request } from 'express';
import type { Parts } from '../parts.ts';
import { createInspector, readHead, recognise, startSize, type CsvForm } from './csv-source.ts';
import {
  importKeyOf,
  newImportKey,
  openedFiles,
  openImport,
  openReject,
  sealBytes,
  sealShown,
  type ImportKey,
} from './sealed-import.ts';
import { settingsProblems } from './settings.ts';

/** Bytes of a file of rows. */
const largestFile = 1024 * 1024 * 1024;

export async function importOf(parts: Parts, id: string): Promise<DataImport> {
  const found = await readImport(parts.db.sql, id);
  if (!found) throw new HubError('not_found', 'There is no such import');
  return openImport(parts.vault, found);
}

/** Rejected rows in the order of the file. */
export async function rejectsOf(
  { db, vault }: Pick<Parts, 'db' | 'vault'>,
  id: string,
  slice: Slice<number>,
): Promise<Cut<ImportReject, number>> {
  const key = importKeyOf(vault, id, (await readImport(db.sql, id))?.keySealed ?? null);
  const found = await listRejects(db.sql, id, slice);
  return { ...found, items: found.items.map((reject) => openReject(key, reject)) };
}

/** @throws HubError `too_large`, `unprocessable` for what is no table, `conflict` once the import has begun */
export async function takeFile(parts: Parts, id: string, request: Request): Promise<void> {
  const { state } = await importOf(parts, id);
  if (state !== 'draft' && state !== 'ready') throw begun();
  const inspector = createInspector();
  let size = 0;
  const look = async function* (bytes: AsyncIterable<Uint8Array>) {
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      if (size > largestFile) throw new HubError('too_large', 'A file of rows has at most 1 GiB');
      inspector.look(chunk);
      yield chunk;
    }
  };
  const key = newImportKey(parts.vault, id);
  const { sha256 } = await parts.files.putStream(sealBytes(key, look(request)), () => undefined).catch(brokenOff);
  if (size === 0) throw new HubError('invalid_input', 'The file is empty');
  await keep(parts, id, { sha256, size, key }, inspector.form());
}

const begun = () => new HubError('conflict', 'The import has begun already');

/** Whoever sent it stopped in the middle. */
function brokenOff(error: unknown): never {
  const { code } = error as { code?: string };
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    throw new HubError('invalid_input', 'The file was broken off', { cause: error });
  throw error;
}

interface KeptFile {
  readonly sha256: string;
  readonly size: number;
  readonly key: ImportKey | null;
}

async function keep(parts: Parts, id: string, { key, ...file }: KeptFile, form: CsvForm): Promise<void> {
  const { header, sample } = await readHead(openedFiles(parts.files, key), file.sha256, form);
  const kept = { ...file, ...form, header, sample: sealShown(key, 'sample', sample), keySealed: key?.sealed ?? null };
  if (!(await setImportFile(parts.db.sql, id, kept))) throw begun();
}

/** What the columns are. An encoding or a separator that a person chose is tried at once, and the header read anew by it. */
export async function changeSettings(parts: Parts, id: string, settings: ImportSettings): Promise<void> {
  const found = await importOf(parts, id);
  if (found.state !== 'ready') throw begun();
  const other =
    (settings.encoding ?? found.encoding) !== found.encoding ||
    (settings.delimiter ?? found.delimiter) !== found.delimiter;
  if (other) await readOtherwise(parts, found, settings);
  const after = other ? await importOf(parts, id) : found;
  const issues = settingsProblems(after.kind, after.header, settings, await listCustomFields(parts.db.sql, 'customer'));
  if (!other && issues[0]) throw new HubError('invalid_input', `${issues[0].path}: ${issues[0].message}`, { issues });
  if (!(await setImportSettings(parts.db.sql, id, settings))) throw begun();
}

async function readOtherwise(parts: Parts, found: DataImport, chosen: ImportSettings): Promise<void> {
  const sha256 = await readImportFile(parts.db.sql, found.id);
  if (sha256 === null) throw new HubError('conflict', 'The import has no file yet');
  const start: Uint8Array[] = [];
  const stored = await readImport(parts.db.sql, found.id);
  const key = importKeyOf(parts.vault, found.id, stored?.keySealed ?? null);
  const beginning = openedFiles(parts.files, key).stream(sha256, { end: startSize - 1 });
  for await (const chunk of beginning) start.push(chunk as Uint8Array);
  const form = recognise(Buffer.concat(start), found.encoding === 'utf-8', {
    encoding: chosen.encoding ?? found.encoding ?? undefined,
    delimiter: chosen.delimiter ?? found.delimiter ?? undefined,
  } as Partial<CsvForm>);
  await keep(parts, found.id, { sha256, size: found.size, key }, form);
}
