/** Everything about a person as one ZIP: JSON for each kind, the files, and an index (GDPR Art. 15 and 20, PIPL Art. 45). */
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomUUID } from 'node:crypto';
import { readCatalogue, type CatalogueTable } from '@patchbay/store/privacy/catalogue';
import { mergedCustomers } from '@patchbay/store/privacy/erase';
import { exportedFiles, exportedRows, exportedTables } from '@patchbay/store/privacy/exported';
import { finishExport, leaseExport } from '@patchbay/store/queries/privacy-requests';
import yazl from 'yazl';
import { openValue } from '../customer-file/sensitive.ts';
import type { Parts } from '../parts.ts';
import { openFields } from '../pipeline/sensitive-request.ts';
import { exportPlace, makeExportFolder } from './export-files.ts';
import { readPrivacySettings } from './settings.ts';

/** Whoever writes an export has so long until another process may begin anew. */
const leaseSeconds = 3_600;

/** Writes the file of an export, whole or not at all. Whoever finds another at it leaves it to that one. */
export async function writeExport(parts: Parts, id: string): Promise<void> {
  const request = await leaseExport(parts.db.sql, id, leaseSeconds);
  if (!request) return;
  await makeExportFolder(parts);
  const place = exportPlace(parts, id);
  const beside = `${place}.${randomUUID()}.part`;
  try {
    const counts = await writeZip(parts, request.customerId, beside);
    const { size } = await stat(beside);
    await rename(beside, place);
    const { exports } = await readPrivacySettings(parts.db.sql);
    await parts.db.transaction(async (tx) => {
      if (!(await finishExport(tx, id, { size, counts, keepDays: exports.keepDays }))) return;
      await tx.query(`insert into event (type, customer_id, actor_id, data) values ('customer.exported', $1, $2, $3)`, [
        request.customerId,
        request.askedBy,
        JSON.stringify({ requestId: id }),
      ]);
    });
  } finally {
    await rm(beside, { force: true });
  }
}

async function writeZip(parts: Parts, customerId: string, path: string): Promise<Record<string, number>> {
  const zip = new yazl.ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(path, { mode: 0o600 }));
  const counts: Record<string, number> = {};
  try {
    await Promise.race([fill(parts, customerId, zip, counts), written]);
    await written;
  } catch (error) {
    zip.outputStream.unpipe();
    await written.catch(() => undefined);
    throw error;
  }
  return counts;
}

async function fill(
  parts: Parts,
  customerId: string,
  zip: InstanceType<typeof yazl.ZipFile>,
  counts: Record<string, number>,
): Promise<void> {
  const customerIds = await mergedCustomers(parts.db.sql, customerId);
  const catalogue = await readCatalogue(parts.db.sql);
  for (const { table, name } of exportedTables()) {
    const described = catalogue.get(table);
    if (!described) continue;
    await added(
      zip,
      `${name}.json`,
      jsonArray(parts, [table, described], customerIds, (n) => void (counts[name] = n)),
    );
  }
  const files: { path: string; found: boolean }[] = [];
  for await (const file of exportedFiles(parts.db.sql, customerIds)) {
    const bytes = file.raw ?? (await parts.files.read(file.sha256 ?? '').catch(() => null));
    const path = safePath(file.path);
    files.push({ path, found: bytes !== null });
    if (bytes) await added(zip, path, [bytes]);
  }
  counts['files'] = files.filter(({ found }) => found).length;
  const index = {
    format: 'patchbay-export-1',
    customerId,
    customerIds,
    madeAt: parts.now().toISOString(),
    kinds: counts,
    files,
  };
  zip.addBuffer(Buffer.from(`${JSON.stringify(index, null, 2)}\n`), 'index.json');
  zip.end();
}

/** One entry after the other, so that only a batch of rows is in memory. */
async function added(
  zip: InstanceType<typeof yazl.ZipFile>,
  path: string,
  content: AsyncIterable<string> | Iterable<Buffer>,
): Promise<void> {
  const stream = Readable.from(content, { objectMode: false });
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('close', resolve);
    stream.once('error', reject);
  });
  zip.addReadStream(stream, path);
  await ended;
}

async function* jsonArray(
  parts: Parts,
  table: readonly [string, CatalogueTable],
  customerIds: readonly string[],
  counted: (rows: number) => void,
): AsyncGenerator<string> {
  let rows = 0;
  for await (const row of exportedRows(parts.db.sql, table, customerIds)) {
    yield `${rows === 0 ? '[\n' : ',\n'}${JSON.stringify(openRow(parts, table[0], row))}`;
    rows += 1;
  }
  counted(rows);
  yield rows === 0 ? '[]\n' : '\n]\n';
}

/** What is sealed of a person is theirs to read. */
function openRow({ vault }: Pick<Parts, 'vault'>, table: string, row: Record<string, unknown>): object {
  if (table === 'customer_field_value') return { ...row, value: openValue(vault, String(row['id']), row['value']) };
  if (table === 'ticket') return { ...row, fields: openFields(vault, row['fields'] as Record<string, unknown>) };
  return row;
}

/** No name leads out of the folder that somebody unpacks it into. */
const safePath = (path: string): string =>
  path
    .split('/')
    .map((part) => part.replaceAll(/[\\:\p{Cc}]/gu, '_').replace(/^\.+/, '_'))
    .join('/');
