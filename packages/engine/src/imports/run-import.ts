/**
 * Runs an import, or its dry run. Rows are done in the order of the file, some at a time, and how far it is stands in the transaction that wrote them:
 * a process that dies loses only what it had not committed, and whoever goes on begins with the next row.
 */
import { randomUUID } from 'node:crypto';
import { HubError, type ImportReject } from '@patchbay/contracts';
import { asRequestField } from '@patchbay/contracts';
import { normaliseIdentifier } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { holdCustomerFields, listCustomFields } from '@patchbay/store/queries/custom-fields';
import {
  advanceCheck,
  advanceImport,
  claimImport,
  finishCheck,
  freeImport,
  holdImport,
  importHeldMs,
  moveImport,
  readImport,
  tellProgress,
  type ClaimedImport,
} from '@patchbay/store/queries/imports';
import { sensitiveKeys } from '../customer-file/sensitive.ts';
import type { Parts } from '../parts.ts';
import { chunkWork, type ChunkContext, type ChunkResult } from './chunk.ts';
import { csvRows, type CsvRow } from './csv-source.ts';
import { emptyMemory } from './dry-memory.ts';
import { importKeyOf, openedFiles, sealReject, sealShown, type ImportKey } from './sealed-import.ts';
import { missingField } from './settings.ts';

/** Rows that are done together, and the characters in them: few rows where they are long. */
const chunkSize = 250;
const chunkLength = 256 * 1024;
/** A process that has not said for so long that it is at work is gone. */
const leaseMs = 10_000;
/** After a lease has ended it is looked at again. Milliseconds. */
const leaseSlackMs = 500;
/** How often whoever looks is told how far it is. */
const tellMs = 1_000;
/** Of a dry run; the others are only counted. */
const shownRejects = 20;

type Run = ClaimedImport & { readonly holder: string; readonly key: ImportKey | null };

export async function runImport(parts: Parts, importId: string, signal: AbortSignal): Promise<void> {
  const holder = randomUUID();
  const claimed = await claimImport(parts.db.sql, importId, holder, leaseMs);
  if (!claimed) {
    // Whoever holds it may be gone: the queue gives a job again before a lease ends.
    const heldMs = await importHeldMs(parts.db.sql, importId);
    if (heldMs !== null) parts.jobs.add('run-import', { importId }, { delayMs: heldMs + leaseSlackMs });
    return;
  }
  const run = { ...claimed, holder, key: importKeyOf(parts.vault, importId, claimed.keySealed) };
  try {
    await (run.state === 'checking' ? check(parts, run, signal) : write(parts, run, signal));
  } catch (error) {
    if (!(error instanceof HubError) || error.retryable) throw error;
    // What a file is made of does not get better by trying again; fields that are not there can be made again.
    await parts.db.transaction(async (tx) => {
      const to = run.state === 'checking' ? 'ready' : error.code === 'conflict' ? 'paused' : 'failed';
      await moveImport(tx, run.id, [run.state], to, null, error.message);
    });
  } finally {
    await freeImport(parts.db.sql, importId, holder).catch((error: unknown) =>
      parts.log.warn({ err: error }, 'import not given back; it goes on when its lease ends'),
    );
    parts.relay.nudge();
  }
}

type ContextAt = (sql: Queryable) => Promise<ChunkContext>;

/**
 * What rows are read by. The fields are looked at anew for some rows at a time, since a long import outlasts changes of them. @throws HubError
 * `conflict` where a field is gone
 */
async function contextsOf(parts: Parts, run: Run): Promise<ContextAt> {
  const memory = run.state === 'checking' ? emptyMemory() : null;
  const filename = (await readImport(parts.db.sql, run.id))?.filename ?? '';
  return async (sql) => {
    const fields = memory ? await listCustomFields(sql, 'customer') : await holdCustomerFields(sql);
    const missing = missingField(run.settings.columns, fields);
    if (missing !== null) throw new HubError('conflict', `There is no field ${missing} any more`);
    return {
      importId: run.id,
      filename,
      settings: run.settings,
      actorId: run.createdBy,
      sensitive: [...sensitiveKeys(fields)],
      vault: parts.vault,
      blindIndex: parts.blindIndex,
      memory,
      form: {
        ...run.settings,
        header: run.header,
        fields: fields.map((field) => asRequestField(field, false)),
        timeZone: parts.config.timeZone,
        toPhone: (text) => normaliseIdentifier('phone', text, parts.config.defaultRegion),
      },
    };
  };
}

/** Rows that are still to be done, some at a time. */
async function* chunksAfter(parts: Parts, run: Run, done: number, signal: AbortSignal): AsyncGenerator<CsvRow[]> {
  let chunk: CsvRow[] = [];
  let length = 0;
  for await (const row of csvRows(openedFiles(parts.files, run.key), run.sha256, run)) {
    if (signal.aborted) return;
    if (row.number <= done) continue;
    chunk.push(row);
    length += row.cells.reduce((sum, cell) => sum + cell.length, 0);
    if (chunk.length < chunkSize && length < chunkLength) continue;
    yield chunk;
    [chunk, length] = [[], 0];
  }
  if (chunk.length > 0) yield chunk;
}

/** How far the import is after these rows. */
const lastOf = (rows: readonly CsvRow[]): number => rows.at(-1)?.number ?? 0;

async function check(parts: Parts, run: Run, signal: AbortSignal): Promise<void> {
  const contextAt = await contextsOf(parts, run);
  const tell = teller(parts, run.id);
  const report = { rows: 0, created: 0, updated: 0, unchanged: 0, rejected: 0, firstRejects: [] as ImportReject[] };
  let total = 0;
  for await (const rows of chunksAfter(parts, run, 0, signal)) {
    const { counts, rejects } = await chunkWork[run.kind](parts.db.sql, await contextAt(parts.db.sql), rows);
    report.rows += rows.length;
    report.created += counts.created;
    report.updated += counts.updated;
    report.unchanged += counts.unchanged;
    report.rejected += rejects.length;
    report.firstRejects.push(...rejects.slice(0, shownRejects - report.firstRejects.length).map(storableReject));
    total = lastOf(rows);
    if (!(await advanceCheck(parts.db.sql, run.id, run.holder, total, leaseMs))) return;
    await tell();
  }
  if (signal.aborted) return;
  await parts.db.transaction(async (tx) => {
    const kept = sealShown(run.key, 'report', report);
    if (await finishCheck(tx, run.id, run.holder, kept, total))
      await moveImport(tx, run.id, ['checking'], 'ready', null);
  });
}

async function write(parts: Parts, run: Run, signal: AbortSignal): Promise<void> {
  const contextAt = await contextsOf(parts, run);
  const tell = teller(parts, run.id);
  let { done } = run;
  for await (const rows of chunksAfter(parts, run, done, signal)) {
    if (!(await writeRows(parts, run, contextAt, done, rows))) return;
    done = lastOf(rows);
    await tell();
  }
  if (!signal.aborted) await parts.db.transaction((tx) => moveImport(tx, run.id, ['running'], 'done', null));
}

/**
 * One transaction for the rows. Where the database itself refuses one of them the halves are tried, down to the row, which is then rejected. False when
 * somebody else has the import by now.
 */
async function writeRows(
  parts: Parts,
  run: Run,
  contextAt: ContextAt,
  done: number,
  rows: readonly CsvRow[],
): Promise<boolean> {
  try {
    return await withoutDeadlock(parts, run, done, lastOf(rows), async (tx) =>
      chunkWork[run.kind](tx, await contextAt(tx), rows),
    );
  } catch (error) {
    if (!isDataError(error)) throw error;
    const [only] = rows;
    if (rows.length === 1 && only) {
      parts.log.warn({ importId: run.id, row: only.number, code: (error as { code?: string }).code }, 'row not stored');
      const reject = {
        rowNumber: only.number,
        reasons: [{ column: null, code: 'not-stored' }],
        cells: storable(only.cells),
      };
      const counts = { created: 0, updated: 0, unchanged: 0 };
      return withoutDeadlock(parts, run, done, only.number, async () => ({ counts, rejects: [reject] }));
    }
    const middle = Math.ceil(rows.length / 2);
    return (
      (await writeRows(parts, run, contextAt, done, rows.slice(0, middle))) &&
      (await writeRows(parts, run, contextAt, lastOf(rows.slice(0, middle)), rows.slice(middle)))
    );
  }
}

/** Whoever joins people takes the same locks, a merge in another order; who is chosen to give way begins again. */
async function withoutDeadlock(
  parts: Parts,
  run: Run,
  done: number,
  last: number,
  work: (tx: Queryable) => Promise<ChunkResult>,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await parts.db.transaction(async (tx) => {
        if (!(await holdImport(tx, run, run.holder, done))) return false;
        const { counts, rejects } = await work(tx);
        const kept = rejects.map((reject) => sealReject(run.key, storableReject(reject)));
        await advanceImport(tx, run.id, last, counts, kept, leaseMs);
        return true;
      });
    } catch (error) {
      if ((error as { code?: string }).code !== '40P01' || attempt === 5) throw error;
    }
  }
}

/** Data that the database does not take (SQLSTATE classes 22 and 23): the row's fault, not ours. */
const isDataError = (error: unknown): boolean => /^2[23]/.test((error as { code?: string }).code ?? '');

/** A rejected row is kept as it was, but for what cannot be stored at all. */
const storable = (cells: readonly string[]): string[] =>
  cells.map((cell) => cell.replaceAll('\0', '\uFFFD').toWellFormed());
const storableReject = (reject: ImportReject): ImportReject => ({ ...reject, cells: storable(reject.cells) });

function teller(parts: Parts, importId: string): () => Promise<void> {
  let told = 0;
  return async () => {
    const now = performance.now();
    if (now - told < tellMs) return;
    told = now;
    await tellProgress(parts.db.sql, importId);
    parts.relay.nudge();
  };
}
