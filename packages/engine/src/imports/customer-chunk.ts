import type { ImportReject } from '@patchbay/contracts';
import {
  planCustomerRow,
  type CustomerRow,
  type FileState,
  type HeldIdentifier,
  type KnownWorld,
  type RowAddition,
} from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import {
  findPeople,
  findPresent,
  findRows,
  lockPeople,
  newCustomerIds,
  readFilesBefore,
  writePeople,
  type PeopleToWrite,
} from '@patchbay/store/queries/import-rows';
import { newValueIds } from '@patchbay/store/queries/sensitive-values';
import { openHeld, sealValue } from '../customer-file/sensitive.ts';
import type { ChunkContext, ChunkResult } from './chunk.ts';
import type { CsvRow } from './csv-source.ts';
import type { DryMemory } from './dry-memory.ts';
import { readPeople } from './read-people.ts';
import type { TextMap } from './text-map.ts';

interface ReadCustomer {
  readonly source: CsvRow;
  readonly row: CustomerRow;
  /** Null where the row names whose it is. */
  readonly rowKey: string | null;
}
type Planned = ReadCustomer & { readonly addition: RowAddition };

/** Rows of people: each becomes a customer, adds to one, or is rejected with what is wrong. */
export async function customerChunk(
  sql: Queryable,
  context: ChunkContext,
  rows: readonly CsvRow[],
): Promise<ChunkResult> {
  const rejects: ImportReject[] = [];
  const read: ReadCustomer[] = [];
  for (const { source, outcome } of await readPeople(context.form, rows)) {
    if ('row' in outcome) read.push({ source, row: outcome.row, rowKey: rowKeyOf(context, outcome.row) });
    else rejects.push({ rowNumber: source.number, reasons: outcome.reasons, cells: source.cells });
  }
  const world = await learnWorld(sql, context, read);
  const ids = context.memory ? dryIds() : (await newCustomerIds(sql, read.length)).values();
  const planned: Planned[] = [];
  for (const one of read) {
    const newId = () => String(ids.next().value);
    const addition = planCustomerRow(one.row, world, { ...context.settings, newId, rowKey: one.rowKey });
    if ('reason' in addition)
      rejects.push({
        rowNumber: one.source.number,
        reasons: [{ column: null, code: addition.reason }],
        cells: one.source.cells,
      });
    else planned.push({ ...one, addition });
  }
  if (context.memory) rememberAll(context.memory, world);
  else
    await writePeople(sql, await sealed(sql, context, toWrite(context, planned)), {
      source: context.settings.source,
      actorId: context.actorId,
      reference: `import:${context.importId}`,
    });
  const count = (outcome: RowAddition['outcome']) =>
    planned.filter(({ addition }) => addition.outcome === outcome).length;
  return {
    counts: { created: count('created'), updated: count('updated'), unchanged: count('unchanged') },
    rejects: rejects.toSorted((a, b) => a.rowNumber - b.rowNumber),
  };
}

/** A digest of what the row says, in whichever order its columns stand: a file that comes once more makes nobody once more. */
const rowKeyOf = ({ blindIndex }: ChunkContext, { externalId, customerId, fields, ...said }: CustomerRow) =>
  externalId === null && customerId === null
    ? blindIndex('import-row', JSON.stringify([said, Object.entries(fields).toSorted(byKey)]))
    : null;
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);

let dryId = 0;
function* dryIds(): Generator<string> {
  for (;;) {
    dryId += 1;
    yield `new-${dryId}`;
  }
}

/** Who the rows may be about. In a real run these people are locked first, and nobody else makes them meanwhile. */
async function learnWorld(
  sql: Queryable,
  { settings, memory, sensitive, vault }: ChunkContext,
  read: readonly ReadCustomer[],
): Promise<KnownWorld> {
  const externalIds = read.flatMap(({ row }) => (row.externalId === null ? [] : [row.externalId]));
  const identifiers = read.flatMap(({ row }) => row.identifiers);
  const settling = identifiers.filter(({ extension }) => settings.vouches || extension !== null);
  const rowKeys = read.flatMap(({ rowKey }) => rowKey ?? []);
  if (!memory) await lockPeople(sql, settings.source, { externalIds, rowKeys, proved: settling });
  const known = await findPeople(sql, settings.source, externalIds, identifiers);
  const rows = await findRows(sql, settings.source, rowKeys);
  const named = read.flatMap(({ row }) => row.customerId ?? []);
  const present = await findPresent(sql, named, !memory);
  const keyOf = ({ kind, value }: { kind: string; value: string }) => `${kind}:${value}`;
  const shared = new Set(known.shared.map(keyOf));
  for (const name of memory ? identifiers.map(keyOf) : []) if (memory?.shared.get(name)) shared.add(name);
  const proved = new Map(
    known.holders.filter((holder) => !shared.has(keyOf(holder))).map((holder) => [keyOf(holder), holder.customerId]),
  );
  const externals = new Map(known.externals.map(({ externalId, customerId }) => [externalId, customerId]));
  const owners = new Set([
    ...externals.values(),
    ...rows.values(),
    ...present.values(),
    ...(settings.vouches ? proved.values() : []),
  ]);
  const files = await readFilesBefore(sql, settings.source, [...owners], !memory);
  const opened = await openHeld(sql, vault, [...owners], sensitive);
  const world: KnownWorld = {
    externals,
    present,
    proved,
    rows,
    shared,
    files: new Map(
      files.map((file) => [
        file.id,
        {
          id: file.id,
          fields: { ...file.fields, ...opened.get(file.id) },
          identifiers: new Map(file.identifiers.map((one) => [keyOf(one), one])),
          organisations: new Set(file.organisations),
          externalIds: new Set(file.externalIds),
        },
      ]),
    ),
  };
  return memory ? recall(memory, world, { externalIds, rowKeys, identifiers: identifiers.map(keyOf) }) : world;
}

/** What earlier rows of a dry run made counts as well as what is in the database. */
function recall(
  memory: DryMemory,
  world: KnownWorld,
  named: Readonly<Record<'externalIds' | 'rowKeys' | 'identifiers', readonly string[]>>,
): KnownWorld {
  const externals = merged(memory.externals, world.externals, named.externalIds);
  const proved = merged(memory.proved, world.proved, named.identifiers);
  const rows = merged(memory.rows, world.rows, named.rowKeys);
  const files = new Map(world.files);
  for (const id of [...externals.values(), ...proved.values(), ...rows.values(), ...world.present.values()]) {
    const text = memory.files.get(id);
    if (text !== undefined) files.set(id, fileFrom(id, text));
  }
  return { ...world, externals, proved, rows, files };
}

function merged(memory: TextMap, found: ReadonlyMap<string, string>, keys: readonly string[]): Map<string, string> {
  const all = new Map(found);
  for (const key of keys) {
    const earlier = memory.get(key);
    if (earlier !== undefined && !all.has(key)) all.set(key, earlier);
  }
  return all;
}

function rememberAll(memory: DryMemory, world: KnownWorld): void {
  for (const [key, id] of world.externals) memory.externals.set(key, id);
  for (const [key, id] of world.proved) memory.proved.set(key, id);
  for (const [key, id] of world.rows) memory.rows.set(key, id);
  for (const key of world.shared) {
    memory.shared.set(key, 'shared');
    memory.proved.delete(key);
  }
  for (const file of world.files.values()) memory.files.set(file.id, fileText(file));
}

const fileText = ({ fields, identifiers, organisations, externalIds }: FileState): string =>
  JSON.stringify([
    fields,
    [...identifiers].map(([name, { grade, extension }]) => [name, grade, ...(extension === null ? [] : [extension])]),
    [...organisations],
    [...externalIds],
  ]);

type FileText = [FileState['fields'], [string, HeldIdentifier['grade'], string?][], string[], string[]];

function fileFrom(id: string, text: string): FileState {
  const [fields, identifiers, organisations, externalIds] = JSON.parse(text) as FileText;
  return {
    id,
    fields,
    identifiers: new Map(identifiers.map(([name, grade, extension = null]) => [name, { grade, extension }])),
    organisations: new Set(organisations),
    externalIds: new Set(externalIds),
  };
}

function toWrite(context: ChunkContext, planned: readonly Planned[]): PeopleToWrite {
  const byCustomer = Map.groupBy(planned, ({ addition }) => addition.customerId);
  const created = planned.filter(({ addition }) => addition.outcome === 'created');
  const isNew = new Set(created.map(({ addition }) => addition.customerId));
  const fields = lastOfEach(context, planned);
  const own = Map.groupBy(fields, ({ customerId }) => customerId);
  return {
    created: created.map(({ addition, source }) => ({
      id: addition.customerId,
      displayName: addition.displayName,
      reason: `Imported from ${context.settings.source}: ${context.filename}, row ${source.number}`,
      fields: Object.fromEntries(
        (own.get(addition.customerId) ?? []).map(({ key, value }) => [
          key,
          context.sensitive.includes(key) ? { sealed: true } : value,
        ]),
      ),
    })),
    changed: [...byCustomer].flatMap(([id, rows]) => {
      const names = [...new Set(rows.flatMap(({ addition }) => namesOf(addition)))];
      return isNew.has(id) || names.length === 0 ? [] : [{ id, fields: names }];
    }),
    identifiers: planned.flatMap(({ addition }) =>
      addition.identifiers.map((identifier) => ({ ...identifier, customerId: addition.customerId })),
    ),
    externals: planned.flatMap(({ addition: { customerId, externalId } }) =>
      externalId === null ? [] : [{ customerId, externalId }],
    ),
    rows: created.flatMap(({ addition: { customerId, rowKey } }) => (rowKey === null ? [] : [{ customerId, rowKey }])),
    fields,
    memberships: planned.flatMap(({ addition: { customerId, organisations } }) =>
      organisations.map((organisation) => ({ customerId, organisation })),
    ),
  };
}

/** Values of sensitive fields are sealed each for the row that it will be. */
async function sealed(
  sql: Queryable,
  { sensitive, vault }: ChunkContext,
  people: PeopleToWrite,
): Promise<PeopleToWrite> {
  const concerned = people.fields.filter(({ key }) => sensitive.includes(key));
  const ids = (await newValueIds(sql, concerned.length)).values();
  const seal = (field: PeopleToWrite['fields'][number]) => {
    const id = String(ids.next().value);
    return { ...field, id, value: sealValue(vault, id, field.value) };
  };
  return { ...people, fields: people.fields.map((field) => (sensitive.includes(field.key) ? seal(field) : field)) };
}

const namesOf = (addition: RowAddition): string[] => [
  ...addition.fields.map(({ key }) => key),
  ...(addition.identifiers.length > 0 ? ['identifiers'] : []),
  ...(addition.organisations.length > 0 ? ['organisations'] : []),
];

/** When two rows of one chunk say something of the same field, the later one holds. */
function lastOfEach({ importId }: ChunkContext, planned: readonly Planned[]): PeopleToWrite['fields'] {
  const values = new Map<string, PeopleToWrite['fields'][number]>();
  for (const { addition, source } of planned)
    for (const { key, value } of addition.fields)
      values.set(`${addition.customerId} ${key}`, {
        customerId: addition.customerId,
        key,
        value,
        sourceRef: `import:${importId}:${source.number}`,
      });
  return [...values.values()];
}
