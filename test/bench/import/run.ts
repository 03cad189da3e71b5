/**
 * How a large file of customers comes in: `npm run bench:import`. A hundred thousand rows (`BENCH_N`), one in a hundred bad; a dry run, then the import, and in
 * the middle of it the hub is killed and started again. What is in the database is counted afterwards, and the hub's memory is looked at all the while:
 * with `BENCH_HEAP=64` (MiB) there is so little room for garbage that only what is kept would grow. With
 * `BENCH_PROFILE=1` the statements that cost the database most are written to `artifacts/`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importSettings, type DataImport } from '@patchbay/contracts';
import { openDatabase } from '@patchbay/store';
import { createClient, type ApiClient } from '../../support/client.ts';
import { customerLines, customerRows, rowHeader } from '../../support/import-rows.ts';
import { residentBytes } from '../../support/memory.ts';
import { startHubProcess, type HubProcess } from '../../support/process.ts';
import { artifactsFolder, createDatabase, freePort, startPostgres } from '../ground.ts';
import { perItem, totalMs } from '../processor.ts';
import { writeStatements } from '../profile.ts';

const count = Number(process.env['BENCH_N'] ?? 100_000);
const heap = process.env['BENCH_HEAP'];
const profiled = process.env['BENCH_PROFILE'] === '1';
const apiKey = 'bench-key-0123456789abcdef0123456789abcdef';
const say = (text: string) => process.stdout.write(`${text}\n`);
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-bench-import-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = stack.use(await startPostgres(join(folder, 'postgres'), profiled));
  const port = await freePort();
  const env = {
    NODE_ENV: 'test',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SMTP_INLET_PORT: '0',
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: await createDatabase(postgres.url, 'bench_import'),
    PATCHBAY_API_KEY: apiKey,
    PATCHBAY_ADMIN_EMAIL: 'admin@patchbay.test',
    PATCHBAY_ADMIN_PASSWORD: 'correct horse battery',
    LOG_LEVEL: 'warn',
    ...(process.env['HUB_NODE_OPTIONS'] && { NODE_OPTIONS: process.env['HUB_NODE_OPTIONS'] }),
    ...(heap && { NODE_OPTIONS: `--max-old-space-size=${heap}` }),
  };
  const api = createClient(env.PUBLIC_URL, { authorization: `Bearer ${apiKey}` });
  let hub = await startHubProcess(env);
  stack.defer(() => hub[Symbol.asyncDispose]());
  const memory = watchMemory(() => hub, [postgres.pid]);
  stack.defer(() => memory.stop());
  await using statements = await writeStatements(
    { artifacts: await artifactsFolder() },
    env.DATABASE_URL,
    'import',
    profiled,
  );
  const id = await upload(env.PUBLIC_URL, api);
  await memory.phase('dry run', count, () => move(api, id, 'check', 'ready'));
  say(JSON.stringify((await read(api, id)).report?.rejected));
  await memory.phase('first half', count / 2, async () => {
    await api('POST', `/api/v1/imports/${id}/start`);
    await until(api, id, ({ done }) => done >= count / 2);
  });
  await hub.kill('SIGKILL');
  say(`killed in the middle; the hub is started again`);
  hub = await startHubProcess(env);
  await memory.phase('second half', count / 2, () =>
    until(api, id, ({ state }) => state === 'done' || state === 'failed'),
  );
  await statements.write();
  await report(env.DATABASE_URL, await read(api, id));
}

const read = async (api: ApiClient, id: string): Promise<DataImport> =>
  (await api('GET', `/api/v1/imports/${id}`)).body;

async function until(api: ApiClient, id: string, holds: (found: DataImport) => boolean): Promise<void> {
  while (!holds(await read(api, id))) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function move(api: ApiClient, id: string, step: string, state: string): Promise<void> {
  await api('POST', `/api/v1/imports/${id}/${step}`);
  await until(api, id, (found) => found.state === state);
}

async function upload(url: string, api: ApiClient): Promise<string> {
  const { body } = await api('POST', '/api/v1/imports', { kind: 'customers', filename: 'customers.csv' });
  const step = 10_000;
  const rows = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(`${rowHeader.join(',')}\n`)),
    pull(controller) {
      controller.enqueue(Buffer.from(customerLines(this.from, Math.min(count, this.from + step - 1)).lines));
      this.from += step;
      if (this.from > count) controller.close();
    },
    from: 1,
  } as UnderlyingDefaultSource<Uint8Array> & { from: number });
  await fetch(`${url}/api/v1/imports/${body.id}/file`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}` },
    body: rows,
    duplex: 'half',
  } as RequestInit);
  await api('PUT', `/api/v1/imports/${body.id}/settings`, importSettings.parse(customerRows(1).settings));
  return body.id;
}

/** Resident memory of the hub twice a second, and the processor time that it and the database spend on a row. */
function watchMemory(hub: () => HubProcess, others: readonly number[]) {
  let samples: number[] = [];
  const timer = setInterval(() => {
    const bytes = residentBytes(hub().child.pid ?? 0);
    if (bytes > 0) samples.push(bytes);
  }, 500);
  return {
    stop: () => clearInterval(timer),
    async phase(name: string, rows: number, work: () => Promise<void>) {
      samples = [];
      const processes = [hub().child.pid ?? 0, ...others];
      const used = totalMs(processes);
      const began = performance.now();
      await work();
      const seconds = (performance.now() - began) / 1000;
      const parts = Array.from({ length: 10 }, (_, part) => {
        const some = samples.slice(
          Math.floor((part * samples.length) / 10),
          Math.ceil(((part + 1) * samples.length) / 10),
        );
        return mib(Math.max(0, ...some));
      });
      const cost = perItem(used, totalMs(processes), rows);
      say(
        `${name}: ${seconds.toFixed(1)} s, ${(rows / seconds).toFixed(0)} rows a second, ${cost?.toFixed(2) ?? '?'} ms of processors for each; most memory in each tenth of it ${parts.join(', ')}`,
      );
    },
  };
}

async function report(databaseUrl: string, done: DataImport): Promise<void> {
  await using db = openDatabase({ url: databaseUrl, poolSize: 1 });
  const { rows } = await db.sql.query<Record<string, number>>(
    `select (select count(*)::int from customer) as customers, (select count(distinct customer_id)::int from customer_source_key) as people,
       (select count(*)::int from identifier) as identifiers, (select count(*)::int from import_reject) as rejects`,
  );
  const { bad } = customerLines(1, count);
  const good = count - bad.length;
  const expected = { customers: good, people: good, identifiers: 2 * good, rejects: bad.length };
  const { state, created, updated, unchanged, rejected } = done;
  say(JSON.stringify({ state, created, updated, unchanged, rejected, ...rows[0] }));
  const right = JSON.stringify(rows[0]) === JSON.stringify(expected) && state === 'done';
  say(right ? 'nothing lost, nothing doubled' : `expected ${JSON.stringify(expected)}`);
  if (!right) process.exitCode = 1;
}

await main();
