/**
 * Whether who somebody is takes longer to find among more customers: `npm run bench:identity-size`. Contacts are resolved (the snapshot under
 * its locks, and the decision) and suggestions looked for among ten thousand and among a million customers, by turns in one run.
 * BENCH_LARGE and BENCH_N change the size and the number of turns.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { inboundContact } from '@patchbay/contracts';
import { resolveCustomer } from '@patchbay/domain';
import { blockingKeys } from '@patchbay/domain/identity/blocking-keys';
import { customerRecord, readCustomer } from '@patchbay/domain/identity/customer-record';
import { frequencyOfNames, nameFrequencyKeys } from '@patchbay/domain/identity/name-frequency';
import { likeness } from '@patchbay/domain/identity/suggestion';
import { ingestSnapshot, migrate, openDatabase } from '@patchbay/store';
import type { Database } from '@patchbay/store';
import { countKeys, estimateCustomers, readCandidates, readIdentityRecords } from '@patchbay/store/queries/suggestions';
import { artifactsFolder, createDatabase, startPostgres } from '../ground.ts';
import { emailOf, phoneOf, populate } from './population.ts';

const sizes = { small: 10_000, large: Number(process.env['BENCH_LARGE'] ?? 1_000_000) };
const turns = Number(process.env['BENCH_N'] ?? 3_000);
const warmUp = 500;
/** A contact among a million may take twice what it takes among ten thousand, at the 99th percentile. */
const aim = 2;
const continuationMs = 72 * 3600_000;
const countLimit = 2_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** By turns: a known address, a known number, somebody new, an address that is only claimed. */
function contactOf(turn: number, customers: number) {
  const n = 1 + ((turn * 7919) % customers);
  const identifiers = [
    [{ kind: 'email', value: emailOf(n), grade: 'known' }],
    [{ kind: 'phone', value: phoneOf(n), grade: 'known' }],
    [{ kind: 'email', value: `new.${turn}@y.example`, grade: 'known' }],
    [
      { kind: 'visitor', value: '00000000-0000-4000-8000-000000000000', grade: 'verified' },
      { kind: 'email', value: emailOf(n), grade: 'claimed' },
    ],
  ][turn % 4];
  return inboundContact.parse({
    channel: 'email',
    channelAccount: 'email',
    externalId: `<${turn}@bench>`,
    kind: 'customer',
    identifiers,
    from: 'somebody',
    to: [],
    text: '',
    receivedAt: new Date().toISOString(),
  });
}

async function resolveOnce(db: Database, turn: number, customers: number): Promise<void> {
  const contact = contactOf(turn, customers);
  await db.transaction(async (tx) => {
    const snapshot = await ingestSnapshot(tx, contact, continuationMs);
    const { outcome } = resolveCustomer(contact.identifiers, snapshot.customers, snapshot.addressee);
    if (outcome !== (turn % 4 < 2 ? 'same' : 'new')) throw new Error(`Turn ${turn} was resolved as ${outcome}`);
  });
}

/** As the job does for each customer. */
async function suggestOnce(db: Database, customerId: string): Promise<number> {
  const [file] = await readIdentityRecords(db.sql, [customerId]);
  if (!file) throw new Error('A customer is gone');
  const customer = { id: file.id, file, record: readCustomer(file) };
  const { pairs } = await readCandidates(db.sql, [{ customerId, keys: blockingKeys(customerRecord(file)) }]);
  const others = await readIdentityRecords(db.sql, [...new Set(pairs.map(({ otherId }) => otherId))]);
  const population = await estimateCustomers(db.sql);
  const counts = await countKeys(db.sql, nameFrequencyKeys(customer.record), countLimit);
  const options = { population, frequency: frequencyOfNames(counts, { population, countLimit }) };
  return others.filter(
    (other) => likeness(customer, { id: other.id, file: other, record: readCustomer(other) }, options).score >= 0.6,
  ).length;
}

function quantile(times: readonly number[], q: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

async function prepare(server: string, name: string, customers: number) {
  const url = await createDatabase(server, name);
  await migrate(url);
  const began = performance.now();
  await populate(url, customers);
  say(`${customers} customers made in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const db = openDatabase({ url, poolSize: 2 });
  const { rows } = await db.sql.query<{ id: string }>(
    `select distinct customer_id as id from identifier where value = any ($1)`,
    [Array.from({ length: 2_000 }, (_, index) => emailOf(1 + ((index * 7919) % customers)))],
  );
  return { db, customers, ids: rows.map(({ id }) => id), resolve: [] as number[], suggest: [] as number[] };
}
type Side = Awaited<ReturnType<typeof prepare>>;

async function timed(times: number[], work: () => Promise<unknown>, counts: boolean): Promise<void> {
  const began = performance.now();
  await work();
  if (counts) times.push(performance.now() - began);
}

async function turn(side: Side, index: number): Promise<void> {
  const counts = index >= warmUp;
  await timed(side.resolve, () => resolveOnce(side.db, index, side.customers), counts);
  await timed(side.suggest, () => suggestOnce(side.db, side.ids[index % side.ids.length] ?? ''), counts);
}

const folder = await mkdtemp(join(tmpdir(), 'patchbay-bench-identity-'));
await using stack = new AsyncDisposableStack();
stack.defer(() => rm(folder, { recursive: true, force: true }));
const postgres = stack.use(await startPostgres(join(folder, 'postgres'), false));
const small = await prepare(postgres.url, 'bench_small', sizes.small);
stack.use(small.db);
const large = await prepare(postgres.url, 'bench_large', sizes.large);
stack.use(large.db);
for (let index = 0; index < turns + warmUp; index += 1) {
  // Whoever goes first finds the caches as the other left them, so they take turns at that, too.
  for (const side of index % 2 ? [small, large] : [large, small]) await turn(side, index);
}

const figures = (['resolve', 'suggest'] as const).map((what) => {
  const of = (side: Side) => ({ p50: quantile(side[what], 0.5), p99: quantile(side[what], 0.99) });
  const [few, many] = [of(small), of(large)];
  return { what, small: few, large: many, ratio: many.p99 / few.p99 };
});
for (const { what, small: few, large: many, ratio } of figures)
  say(
    `${what}: p50 ${few.p50.toFixed(2)} / ${many.p50.toFixed(2)} ms, p99 ${few.p99.toFixed(2)} / ${many.p99.toFixed(2)} ms among ${sizes.small} / ${sizes.large} customers: ${ratio.toFixed(2)} times`,
  );
await writeFile(
  join(await artifactsFolder(), 'identity-size.json'),
  JSON.stringify({ sizes, turns, figures }, null, 2),
);
if (figures.some(({ ratio }) => ratio >= aim)) process.exitCode = 1;
