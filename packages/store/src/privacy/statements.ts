/** The statements of an erasure, written from the register for the columns as the database has them. */
import type { CatalogueColumn, CatalogueTable } from './catalogue.ts';
import { columnsOf, register, type RegisteredTable } from './register.ts';

export interface Statements {
  readonly table: string;
  /** Replaces or deletes a batch of the person's rows after a key. `$1` customers, `$2` key as JSON or null, `$3` how many. */
  readonly own: string | null;
  /**
   * Reads a batch of all rows after a key and takes out of it what the pattern finds. `$1` customers, `$2` key, `$3` how many, `$4` pattern,
   * `$5` rows that came after this moment are left, `$6` rows above this number.
   */
  readonly walk: string | null;
}

const quoted = (name: string): string => `"${name}"`;

export function statementsFor(table: string, catalogue: CatalogueTable): Statements {
  const entry = register[table];
  if (!entry) throw new Error(`The table ${table} is not in the register of personal data`);
  return { table, own: ownStatement(table, entry, catalogue), walk: walkStatement(table, entry, catalogue) };
}

const keyOf = ({ key }: CatalogueTable) => ({
  columns: key.map(({ column }) => `t.${quoted(column)}`).join(', '),
  json: `jsonb_build_array(${key.map(({ column }) => quoted(column)).join(', ')})`,
  after: `($2::jsonb is null or (${key.map(({ column }) => `t.${quoted(column)}`).join(', ')}) > (${key
    .map(({ type }, index) => `($2::jsonb ->> ${index})::${type}`)
    .join(', ')}))`,
  same: key.map(({ column }) => `t.${quoted(column)} = w.${quoted(column)}`).join(' and '),
});

/** Tables of which a row that mentions the person is the person's, and goes; by what it is found. */
const dropped: Readonly<Record<string, { readonly by: string; readonly id: string }>> = {
  ticket_party: { by: 't.value', id: 't.ticket_id::text' },
  // Written again by whoever goes through the latest messages while the erasure is under way.
  identifier_name: { by: 't.value', id: 'null::text' },
  import_reject: { by: "array_to_string(t.cells, E'\\n')", id: 't.import_id::text' },
};

/** Answers `last` (the key of the last row, null when there is none) and `changed`. */
function ownStatement(table: string, entry: RegisteredTable, catalogue: CatalogueTable): string | null {
  if (!entry.own || (entry.erase !== 'replace' && entry.erase !== 'delete')) return null;
  const key = keyOf(catalogue);
  const page = `with w as materialized (select ${key.columns} from ${quoted(table)} t where (${entry.own}) and ${key.after} order by ${key.columns} limit $3)`;
  const gone =
    entry.erase === 'delete'
      ? `delete from ${quoted(table)} t using w where ${key.same} returning 1`
      : `update ${quoted(table)} t set ${removals(entry, catalogue).join(', ')} from w where ${key.same} returning 1`;
  return `${page}, done as (${gone})
    select (select ${key.json} from w order by ${order(catalogue, 'desc')} limit 1) as last, (select count(*)::int from done) as changed`;
}

const order = ({ key }: CatalogueTable, direction: string) =>
  key.map(({ column }) => `${quoted(column)} ${direction}`).join(', ');

/** What stands in a removed column of the person's own rows. */
function removals(entry: RegisteredTable, { columns, key }: CatalogueTable): string[] {
  const of = (names: readonly string[], value: (column: CatalogueColumn) => string) =>
    names.map((name) => {
      const column = columns.get(name);
      if (!column) throw new Error(`The column ${name} is in the register and not in the database`);
      return `${quoted(name)} = ${value(column)}`;
    });
  return [
    ...of(columnsOf(entry, 'marked'), () => `'[erased]'`),
    ...of(columnsOf(entry, 'text'), ({ nullable }) => (nullable ? 'null' : `''`)),
    ...of(columnsOf(entry, 'texts'), () => `'{}'`),
    ...of(columnsOf(entry, 'json'), ({ nullable }) => (nullable ? 'null' : `'{}'`)),
    ...of(columnsOf(entry, 'bytes', 'file'), ({ nullable }) => (nullable ? 'null' : `''`)),
    ...of(columnsOf(entry, 'foreign'), () => `'erased:' || t.${quoted(key[0]?.column ?? '')}`),
  ];
}

function walkStatement(table: string, entry: RegisteredTable, catalogue: CatalogueTable): string | null {
  const found = columnsOf(entry, 'text', 'marked', 'texts', 'json', 'reference', 'foreign').flatMap((name) => {
    const column = catalogue.columns.get(name);
    return column && ['text', '_text', 'jsonb'].includes(column.type) ? [column] : [];
  });
  const gone = dropped[table];
  if (found.length === 0 && !gone) return null;
  const key = keyOf(catalogue);
  const first = catalogue.key[0];
  // Rows that came after the erasure began are another customer's.
  const bound =
    first?.type === 'uuid'
      ? `and t.${quoted(first.column)} < uuid_v7_floor($5::timestamptz)`
      : first?.type === 'int8'
        ? `and t.${quoted(first.column)} <= $6::bigint`
        : '';
  const page = `with w as materialized (select ${key.columns} from ${quoted(table)} t where ${key.after} ${bound} order by ${key.columns} limit $3)`;
  const work = gone
    ? `delete from ${quoted(table)} t using w where ${key.same} and ${gone.by} ~* $4 returning ${gone.id} as id`
    : masking(table, entry, found, catalogue, key.same);
  return `${page}, done as (${work})
    select (select ${key.json} from w order by ${order(catalogue, 'desc')} limit 1) as last, (select count(*)::int from done) as changed,
      (select coalesce(jsonb_agg(id), '[]') from done) as ids, $1::uuid[] as customers, $5::timestamptz as bound, $6::bigint as top, $4::text as pattern`;
}

function masking(
  table: string,
  entry: RegisteredTable,
  found: readonly CatalogueColumn[],
  catalogue: CatalogueTable,
  same: string,
): string {
  const own = entry.erase === 'walk' && entry.own ? entry.own : 'false';
  const references = columnsOf(entry, 'reference', 'foreign');
  const seen = found.map(({ column, type }) =>
    type === 'text' ? `t.${quoted(column)} ~* $4` : `t.${quoted(column)}::text ~* $4`,
  );
  const masked = found.map(({ column, type }) => {
    const value = `t.${quoted(column)}`;
    if (references.includes(column))
      return `${quoted(column)} = case when ${value} ~* $4 then 'erased:' || md5(${value}) else ${value} end`;
    if (type === '_text') return `${quoted(column)} = masked_texts(${value}, $4)`;
    if (type === 'jsonb') return `${quoted(column)} = ${json(table, value, own)}`;
    return `${quoted(column)} = regexp_replace(${value}, $4, '[erased]', 'gi')`;
  });
  const bytes = columnsOf(entry, 'bytes', 'file').map((name) => {
    const nullable = catalogue.columns.get(name)?.nullable ?? false;
    return `${quoted(name)} = ${nullable ? 'null' : `''`}`;
  });
  // The salt goes with the words that it was for.
  const salt = table === 'audit_entry' ? ['salt = null'] : [];
  const id = catalogue.key.length === 1 ? `t.${quoted(catalogue.key[0]?.column ?? '')}::text` : 'null::text';
  return `update ${quoted(table)} t set ${[...masked, ...bytes, ...salt].join(', ')} from w
    where ${same} and (${own} or ${seen.join(' or ')}) returning ${id} as id`;
}

function json(table: string, value: string, own: string): string {
  if (own === 'false') return `masked_json(${value}, $4)`;
  const type = table === 'event' ? 't.type' : 't.action';
  return `case when ${own} then erased_data(${type}, ${value}) else masked_json(${value}, $4) end`;
}
