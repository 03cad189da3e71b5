import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { importClient } from '../support/import-client.ts';
import { customerRows } from '../support/import-rows.ts';
import { medianOfFifth, sampleMemory } from '../support/memory.ts';
import { startHubProcess } from '../support/process.ts';

/** The queue only wakes the import, so one of the two is enough for the large file. */
const counts = { postgres: 100_000, redis: 4_000 };
/** So much more memory than at its beginning a hub may have at the end of a long import: what V8 takes for its young objects settles meanwhile. */
const mostGrowth = 1.25;

onBothBackends('an import whose hub is killed in the middle', (backend) => {
  const count = counts[backend];
  it(`loses and doubles no row of ${count}, and lists the bad ones with their reasons`, async () => {
    await using ground = await createGround(backend);
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const imports = importClient(api);
    const { csv, bad, settings } = customerRows(count);
    let id = '';
    {
      await using hub = await startHubProcess(ground.env);
      ({ id } = await imports.upload('customers', csv));
      const { report } = await imports.check(id, settings);
      expect(report).toMatchObject({ rows: count, created: count - bad.length, rejected: bad.length });
      await imports.move(id, 'start');
      await eventually(
        () => imports.read(id),
        ({ done }) => done > 1_000,
      );
      await hub.kill('SIGKILL');
    }
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 2 });
    const { rows: before } = await db.sql.query<{ done: number }>('select done from data_import where id = $1', [id]);
    expect(before[0]?.done).toBeGreaterThan(1_000);
    expect(before[0]?.done).toBeLessThan(count);

    await using again = await startHubProcess(ground.env);
    using memory = sampleMemory(again.child.pid ?? 0, 250);
    const done = await eventually(
      () => imports.read(id),
      ({ state }) => state === 'done' || state === 'failed',
      150_000,
    );
    expect(done).toMatchObject({ state: 'done', done: count, created: count - bad.length, rejected: bad.length });
    const { rows } = await db.sql.query<Record<string, number>>(
      `select (select count(*)::int from customer) as customers, (select count(*)::int from customer_source_key) as numbers,
         (select count(distinct customer_id)::int from customer_source_key) as people, (select count(*)::int from identifier) as identifiers,
         (select count(*)::int from customer_field_value) as fields, (select count(*)::int from event where type = 'customer.created') as told`,
    );
    const good = count - bad.length;
    expect(rows[0]).toEqual({
      customers: good,
      numbers: good,
      people: good,
      identifiers: 2 * good,
      fields: 2 * good,
      told: good,
    });
    const { rows: rejects } = await db.sql.query<{ n: number; code: string }>(
      `select row_number as n, reasons #>> '{0,code}' as code from import_reject where import_id = $1 order by 1`,
      [id],
    );
    expect(rejects).toEqual(bad);
    if (count > 50_000 && memory.bytes.length > 0)
      expect(medianOfFifth(memory.bytes, 5)).toBeLessThan(medianOfFifth(memory.bytes, 2) * mostGrowth);
  }, 240_000);
});
