import { readFile } from 'node:fs/promises';
import { openDatabase } from '@patchbay/store';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';

const schemaFile = new URL('../../packages/store/prisma/schema.prisma', import.meta.url);

interface Column {
  table: string;
  column: string;
  type: string;
  nullable: boolean;
  isList: boolean;
}

/** The PostgreSQL type that stands behind a field without an attribute of its own. */
const nativeTypes: Record<string, string> = {
  String: 'text',
  Int: 'int4',
  BigInt: 'int8',
  Boolean: 'bool',
  Json: 'jsonb',
  Bytes: 'bytea',
  Float: 'float8',
};
const attributeTypes: Record<string, string> = { Uuid: 'uuid', Timestamptz: 'timestamptz', Date: 'date' };

/** The columns that the typed client believes in. Fields of a model's type are relations and have no column. */
async function columnsOfSchema(): Promise<Column[]> {
  const models = [...(await readFile(schemaFile, 'utf8')).matchAll(/^model (\w+) \{\n(.*?)^\}/gms)];
  const names = new Set(models.map(([, name]) => name));
  return models.flatMap(([, name = '', body = '']) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name;
    const fields = [...body.matchAll(/^ {2}(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/gm)];
    return fields
      .filter(([, , type = '']) => !names.has(type))
      .map(([, field = '', type = '', list, optional, rest = '']) => ({
        table,
        column: /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field,
        type: attributeTypes[/@db\.(\w+)/.exec(rest)?.[1] ?? ''] ?? nativeTypes[type] ?? type,
        nullable: optional !== undefined,
        isList: list !== undefined,
      }));
  });
}

async function columnsOfDatabase(url: string): Promise<Column[]> {
  await using db = openDatabase({ url, poolSize: 1 });
  const { rows } = await db.sql.query<Column>(
    `select table_name as "table", column_name as "column", ltrim(udt_name, '_') as type, is_nullable = 'YES' as nullable, data_type = 'ARRAY' as "isList"
     from information_schema.columns where table_schema = 'public' and table_name <> 'schemaversion'`,
  );
  return rows;
}

const sorted = (columns: Column[]) =>
  columns
    .map(({ table, column, type, nullable, isList }) => JSON.stringify({ table, column, type, nullable, isList }))
    .toSorted();

describe('the typed client and the migrated database', () => {
  it('agree column by column', async () => {
    await using database = await createTestDatabase();
    const migrated = await columnsOfDatabase(database.url);
    expect(migrated.length).toBeGreaterThan(150);
    expect(sorted(await columnsOfSchema())).toEqual(sorted(migrated));
  });
});
