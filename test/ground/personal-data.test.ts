import { openDatabase } from '@patchbay/store';
import { readCatalogue } from '@patchbay/store/privacy/catalogue';
import { columnClasses, columnsOf, register, type ColumnClass } from '@patchbay/store/privacy/register';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';
import { shared } from '../support/shared.ts';

const classes = Object.keys(columnClasses) as ColumnClass[];

describe('the register of personal data', () => {
  const ground = shared(async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await createTestDatabase());
    const db = stack.use(openDatabase({ url: database.url, poolSize: 1 }));
    const catalogue = await readCatalogue(db.sql);
    const owned = stack.move();
    return { db, catalogue, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  });

  it('says of every table and every column what it holds, and knows none that is not there', () => {
    const there = [...ground().catalogue].map(([table, { columns }]) => [table, [...columns.keys()].toSorted()]);
    const known = Object.entries(register).map(([table, entry]) => [table, columnsOf(entry, ...classes).toSorted()]);
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(there));
  });

  it('names the rows of a person wherever a table names a customer', () => {
    const silent = [...ground().catalogue]
      .filter(([table, { columns }]) => columns.has('customer_id') && register[table]?.own === undefined)
      .map(([table]) => table);
    expect(silent).toEqual([]);
  });

  it('says what an erasure does with every row of a person that has words in it', () => {
    const words = (table: string) =>
      columnsOf(
        register[table] ?? { about: 'person', columns: {} },
        'text',
        'marked',
        'texts',
        'json',
        'bytes',
        'file',
        'identifier',
      );
    const untouched = Object.entries(register)
      .filter(([table, { about, erase }]) => about === 'person' && erase === undefined && words(table).length > 0)
      .map(([table]) => table);
    expect(untouched).toEqual([]);
  });

  it('finds rows by conditions that the database understands', async () => {
    for (const [table, { own }] of Object.entries(register)) {
      if (own === undefined) continue;
      const { rows } = await ground().db.sql.query(`select 1 from "${table}" t where ${own}`, [[]]);
      expect(rows, table).toEqual([]);
    }
  });
});
