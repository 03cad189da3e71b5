/** What the database says of its tables, so that the steps of an erasure are written for the columns as they are. */
import type { Queryable } from '../database.ts';

export interface CatalogueColumn {
  readonly table: string;
  readonly column: string;
  /** `uuid`, `text`, `_text` for an array of text, … */
  readonly type: string;
  readonly nullable: boolean;
}

export interface CatalogueTable {
  readonly columns: ReadonlyMap<string, CatalogueColumn>;
  /** In the order of the index. */
  readonly key: readonly CatalogueColumn[];
}

/** Every table of the hub with its columns and its primary key. */
export async function readCatalogue(sql: Queryable): Promise<ReadonlyMap<string, CatalogueTable>> {
  const { rows } = await sql.query<CatalogueColumn & { position: number | null }>(
    `select c.relname as "table", a.attname as "column", y.typname as type, not a.attnotnull as nullable,
       array_position(k.indkey::int2[], a.attnum) as position
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     join pg_type y on y.oid = a.atttypid
     left join pg_index k on k.indrelid = c.oid and k.indisprimary
     where c.relkind in ('r', 'p') order by c.relname, a.attnum`,
    [],
  );
  const tables = Map.groupBy(rows, (row) => row.table);
  return new Map(
    [...tables].map(([name, columns]) => [
      name,
      {
        columns: new Map(columns.map((column) => [column.column, column])),
        key: columns
          .filter(({ position }) => position !== null)
          .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0)),
      },
    ]),
  );
}
