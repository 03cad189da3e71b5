/**
 * How fast the hub is, as a share of what it is made of: `npm run bench`. Rates of a machine say little about another one, and less when
 * others load it; so bare parts and hub are measured in turn within each round, and the shares are what counts.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureBackend } from './backend.ts';
import { artifactsFolder, endChildren, findProgram, startPostgres } from './ground.ts';
import { tableOf } from './report.ts';
import { settings } from './settings.ts';
import { sharesOf } from './shares.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);
const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(0);

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-bench-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const artifacts = await artifactsFolder();
  const postgres = stack.use(await startPostgres(join(folder, 'postgres'), settings.profile));
  const giveUp = () => {
    endChildren();
    void stack.disposeAsync().finally(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, giveUp);
  const redisServer = findProgram('redis-server');
  if (!redisServer) say('\n*** NOT MEASURED: the queue on Redis, because redis-server is not on this machine ***');

  const results: Record<string, unknown> = {};
  const backends = settings.backends.filter((backend) => backend === 'postgres' || redisServer !== null);
  for (const backend of backends) {
    const progress = (done: number) => say(`  ${backend}: round ${done} of ${settings.rounds} after ${seconds()} s`);
    const machine = { folder, artifacts, postgres, redisServer };
    const rounds = await measureBackend(machine, backend, settings.seconds / backends.length, progress);
    say(tableOf(backend === 'postgres' ? 'PostgreSQL' : 'Redis', rounds, settings.concurrency));
    results[backend] = { shares: { known: sharesOf(rounds, 'known'), new: sharesOf(rounds, 'new') }, rounds };
  }
  const file = join(artifacts, 'bench.json');
  const measuredOn = { processors: cpus().length, model: cpus()[0]?.model, node: process.version };
  await writeFile(
    file,
    `${JSON.stringify({ at: new Date().toISOString(), machine: measuredOn, settings, backends: results }, null, 2)}\n`,
  );
  say(`\n  ${((performance.now() - began) / 1000).toFixed(0)} s; all figures in ${file}`);
}

await main();
