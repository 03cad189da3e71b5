/** How well records of any file are linked: `npm run identity:evaluate -- records.csv [second.csv] pairs.csv --map map.json`. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { blockingKeys } from '@patchbay/domain/identity/blocking-keys';
import { linkRecords, type Linkage } from '@patchbay/domain/identity/linkage/link';
import type { Reading, RecordField } from '@patchbay/domain/identity/score/fields';
import { type RawRecord, readRecord } from '@patchbay/domain/identity/score/record';
import { type ColumnMap, columnMapOf } from './column-map.ts';
import { readTable, type Table } from './csv.ts';
import { lineOf, measuresOf } from './measures.ts';
import { Truth } from './truth.ts';

const USAGE = 'Usage: npm run identity:evaluate -- records.csv [second.csv] pairs.csv --map map.json';
const note = (text: string) => process.stderr.write(`${text}\n`);

interface Source {
  table: Table;
  map: ColumnMap;
}

function positionsOf({ table, map }: Source): Map<string, number> {
  return new Map(table.rows.map((row, index) => [row[map.id] ?? '', index]));
}

/** A record is known by its id: one without, or with another's, is left out, since no pair can name it. */
function withIds({ table, map }: Source, file: string): Source {
  const seen = new Set(['']);
  const rows = table.rows.filter((row) => {
    const id = row[map.id] ?? '';
    const fresh = !seen.has(id);
    seen.add(id);
    return fresh;
  });
  if (rows.length === 0) throw new Error(`${file} has no records with an id in column ${table.header[map.id] ?? ''}`);
  const left = table.rows.length - rows.length;
  if (left > 0) note(`${file}: ${left} records left out that have no id, or one that an earlier record has`);
  if (map.unknown.length > 0) note(`${file} has no column for what the map calls ${map.unknown.join(', ')}`);
  return { table: { ...table, rows }, map };
}

async function readMap(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${path} is no map in JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** A column called a name that holds titles, firms or products is compared by its words. */
function holdsPersons(values: readonly string[]): boolean {
  const filled = values.filter((value) => value !== '');
  const odd = filled.filter((value) => /\d|&/.test(value) || value.split(/\s+/).length > 4);
  return odd.length <= filled.length * 0.05;
}

function settleNames(sources: readonly Source[]): void {
  for (const { table, map } of sources) {
    for (const column of map.columns) {
      if (column.field !== 'fullName' || holdsPersons(table.rows.map((row) => row[column.position] ?? ''))) continue;
      for (const other of sources) {
        for (const same of other.map.columns) {
          if (same.field === 'fullName') same.field = { name: 'fullName', kind: 'text' };
        }
      }
      note('The names are no names of persons: compared by their words');
    }
  }
}

/** The fields that any of the files has. */
function schemaOf(sources: readonly Source[]): RecordField[] {
  const schema = new Map<string, RecordField>();
  for (const { field } of sources.flatMap(({ map }) => map.columns)) {
    const parts = (['givenName', 'familyName', 'generation'] as const).map((kind) => ({ name: kind, kind }));
    for (const one of field === 'fullName' ? parts : [field]) schema.set(one.name, one);
  }
  return [...schema.values()];
}

function rawRecord(row: readonly string[], { columns }: ColumnMap): RawRecord {
  const record: Record<string, string[]> = {};
  for (const { position, field } of columns) {
    const value = row[position] ?? '';
    if (value !== '') (record[field === 'fullName' ? field : field.name] ??= []).push(value);
  }
  return record;
}

/** Which of day and month is first, where the file has dates that leave no choice. */
function dateOrderOf(sources: readonly Source[]): Pick<Reading, 'order'> {
  const values = sources.flatMap(({ table, map }) =>
    map.columns.flatMap(({ position, field }) =>
      field !== 'fullName' && field.kind === 'birthDate' ? table.rows.map((row) => row[position] ?? '') : [],
    ),
  );
  const over = (pattern: RegExp) => values.filter((value) => Number(pattern.exec(value)?.[1] ?? 0) > 12).length;
  return { order: over(/^\d{1,2}\D(\d{1,2})\D\d/) > over(/^(\d{1,2})\D\d{1,2}\D\d/) ? 'month-first' : 'day-first' };
}

function readingOf(map: Readonly<Record<string, unknown>>, sources: readonly Source[]): Reading {
  const said = (['day-first', 'month-first'] as const).find((order) => order === map.dateOrder);
  const reading: Reading = said === undefined ? dateOrderOf(sources) : { order: said };
  return typeof map.region === 'string' ? { ...reading, region: map.region } : reading;
}

function link(sources: readonly Source[], reading: Reading): Linkage {
  const schema = schemaOf(sources);
  note(`Fields: ${schema.map(({ name, kind }) => (name === kind ? name : `${name} (${kind})`)).join(', ')}`);
  const raw = sources.map(({ table, map }) => table.rows.map((row) => rawRecord(row, map)));
  const [first = [], second = null] = raw.map((list) => list.map((record) => readRecord(record, schema, reading)));
  return linkRecords({
    schema,
    first,
    second,
    blockingKeys: raw.flat().map((record) => blockingKeys(record, reading)),
  });
}

function report(linkage: Linkage, truth: Truth, firstSize: number | null): void {
  const { pairs, scores, thresholds } = linkage;
  for (const outcome of ['same', 'suggest'] as const) {
    let [right, taken] = [0, 0];
    for (const [at, score] of scores.entries()) {
      if (score < thresholds[outcome]) continue;
      taken++;
      if (truth.has(pairs.left[at] ?? 0, (pairs.right[at] ?? 0) - (firstSize ?? 0))) right++;
    }
    process.stdout.write(`${outcome} ${lineOf(measuresOf(right, taken, truth.size), thresholds[outcome])}\n`);
  }
}

async function main(): Promise<void> {
  const began = performance.now();
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { map: { type: 'string' } } });
  const [records, ...others] = positionals;
  const pairsFile = others.pop();
  if (values.map === undefined || records === undefined || pairsFile === undefined || others.length > 1)
    throw new Error(USAGE);
  const map = await readMap(values.map);
  const files = [records, ...others];
  const tables = await Promise.all(files.map(readTable));
  const sources = tables.map((table, index) =>
    withIds({ table, map: columnMapOf(map, table.header, index === 0 ? 'first' : 'second') }, files[index] ?? ''),
  );
  settleNames(sources);
  const [first = new Map(), second = null] = sources.map(positionsOf);
  const pairs = await readTable(pairsFile);
  const truth = new Truth([pairs.header, ...pairs.rows], first, second);
  if (truth.size === 0)
    throw new Error(
      `No line of ${pairsFile} names two records by their ids, which are like ${[...first.keys()].slice(0, 3).join(', ')}`,
    );
  const linkage = link(sources, readingOf(map, sources));
  note(
    `${sources.map(({ table }) => table.rows.length).join(' and ')} records, ${truth.size} true pairs (${truth.unknown} of unknown ids), ` +
      `${linkage.compared} pairs compared, ${linkage.skipped.length} blocks too large, ${linkage.oneToOne ? 'one to one, ' : ''}` +
      `${((performance.now() - began) / 1000).toFixed(1)} s, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
  report(linkage, truth, second === null ? null : (sources[0]?.table.rows.length ?? null));
}

await main().catch((error: unknown) => {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
