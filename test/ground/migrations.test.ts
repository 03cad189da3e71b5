/** Databases of earlier releases are taken over. */
import { migrate, openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';

it('a database that has a migration in the other form that it once had is taken over, and one that has it in a third is not', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  const record = async (md5: string) => {
    await db.sql.query('update schemaversion set md5 = $1 where version = 52', [md5]);
    await db.sql.query('delete from schemaversion where version > 54');
  };
  await record('9a14f9124bc444d6597cc9cd5b1a86b7');
  expect(await migrate(database.url)).toMatchObject({ applied: expect.any(Number) });
  await record('0'.repeat(32));
  await expect(migrate(database.url)).rejects.toThrow('The database was made by another release');
});
