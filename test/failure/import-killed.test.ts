import { openDatabase } from '@patchbay/store';
import { describe, expect, it } from 'vitest';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { importClient } from '../support/import-client.ts';
import { customerRows } from '../support/import-rows.ts';
import { medianOfFifth, sampleMemory } from '../support/memory.ts';
import { startHubProcess } from '../support/process.ts';

const count = 100_000;
/** So far the hub comes that is killed. */
const killedAt = 80_000;
/** So much more memory than near its beginning a hub may have near the end: what V8 takes for young objects settles meanwhile. */
const mostGrowth = 1.25;

/** The queue only wakes the import, so one backend stands for both. */
describe('an import whose hub is killed in the middle', () => {
  it(`loses and doubles no row of ${count}, lists the bad ones with their reasons, and takes no more memory for them`, async () => {
    await using ground = await createGround('postgres');
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const imports = importClient(api);
    const { csv, bad, settings } = customerRows(count);
    const until = (id: string, rows: number) =>
      eventually(
        () => imports.read(id),
        ({ done, state }) => done >= rows || state === 'failed',
        150_000,
      );
    let id = '';
    // Whatever else looks at new customers is left to a later hub.
    {
      await using hub = await startHubProcess(ground.env, ['--roles=web,worker']);
      ({ id } = await imports.upload('customers', csv));
      const { report } = await imports.check(id, settings);
      expect(report).toMatchObject({ rows: count, created: count - bad.length, rejected: bad.length });
      await imports.move(id, 'start');
      using memory = sampleMemory(hub.child.pid ?? 0, 100);
      await until(id, killedAt);
      await hub.kill('SIGKILL');
      const growth = medianOfFifth(memory.bytes, 5) / medianOfFifth(memory.bytes, 2);
      if (memory.bytes.length > 0) expect(growth).toBeLessThan(mostGrowth);
    }
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 2 });
    const { rows: before } = await db.sql.query<{ done: number }>('select done from data_import where id = $1', [id]);
    expect(before[0]?.done).toBeGreaterThanOrEqual(killedAt);
    expect(before[0]?.done).toBeLessThan(count);

    await using _hub = await startHubProcess(ground.env, ['--roles=web,worker']);
    await until(id, count);
    const done = await imports.until(id, 'done', 'failed');
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
  }, 240_000);
});
