/** Work that follows the events does each of them once, whatever fails and however many processes are at it. */
import { type EventReader, startEventReaders } from '@patchbay/engine/live/event-readers';
import { watchRush } from '@patchbay/engine/rush';
import { HubError } from '@patchbay/contracts';
import { type Database, openDatabase, relayEvents } from '@patchbay/store';
import { readerStates } from '@patchbay/store/queries/event-readers';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';
import { Feed } from '../support/feed.ts';

const log = { warn: () => undefined, error: () => undefined };

async function openGround() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url }));
  await db.sql.query('create table seen (seq bigint, by text)');
  const owned = stack.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function happen(db: Database, count: number): Promise<void> {
  await db.sql.query(
    `insert into event (type, data) select 'system.alert-cleared', '{"key":"x"}' from generate_series(1, $1::int)`,
    [count],
  );
  await relayEvents(db.sql, 10_000);
}

function writing(by: string, before: (seq: number) => void = () => undefined): EventReader {
  return {
    name: 'test',
    from: 'beginning',
    async read(tx, events) {
      for (const { seq } of events) {
        await tx.query('insert into seen (seq, by) values ($1, $2)', [seq, by]);
        before(seq);
      }
    },
  };
}

/** Starts the reader and answers how to wait until it has come as far as `seq`. */
async function start(db: Database, reader: EventReader, signal: AbortSignal) {
  const commits = new Feed<number>();
  const committed = () =>
    void db.sql
      .query<{ seq: number }>('select seq from event_reader')
      .then(({ rows }) => commits.push(rows[0]?.seq ?? 0));
  const running = await startEventReaders({ db, log, rush: watchRush() }, [{ ...reader, committed }], signal);
  return {
    cameTo: (seq: number) => commits.until((at) => at === seq, `event ${seq}`),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

const seen = async (db: Database) =>
  (await db.sql.query<{ seq: number }>('select seq from seen order by seq')).rows.map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it('two processes share the events of one reader, and what comes later wakes them', async () => {
  await using ground = await openGround();
  const { db } = ground;
  const stopping = new AbortController();
  await happen(db, 1200);
  await using one = await start(db, writing('one'), stopping.signal);
  await using two = await start(db, writing('two'), stopping.signal);
  await happen(db, 300);
  await Promise.race([one.cameTo(1500), two.cameTo(1500)]);
  expect(await seen(db)).toEqual(upTo(1500));
  stopping.abort();
});

it('an event that cannot be worked on is passed over and written down; a database out of reach is waited for', async () => {
  await using ground = await openGround();
  const { db } = ground;
  const stopping = new AbortController();
  await happen(db, 9);
  let lost = 0;
  const reader = writing('one', (seq) => {
    if (seq === 4) throw new Error('rubbish \0');
    if (seq === 7 && lost++ < 2) throw new HubError('unavailable', 'The database does not answer');
  });
  await using running = await start(db, reader, stopping.signal);
  await running.cameTo(9);
  expect(await seen(db)).toEqual([1, 2, 3, 5, 6, 7, 8, 9]);
  expect(lost).toBe(3);
  expect(await readerStates(db.sql)).toEqual([{ name: 'test', behind: 0, failed: 1 }]);
  stopping.abort();
});

it('one that begins now leaves the past alone', async () => {
  await using ground = await openGround();
  const { db } = ground;
  const stopping = new AbortController();
  await happen(db, 3);
  await using running = await start(db, { ...writing('one'), from: 'now' }, stopping.signal);
  await happen(db, 2);
  await running.cameTo(5);
  expect(await seen(db)).toEqual([4, 5]);
  stopping.abort();
});
