import type { HubEvent } from '@patchbay/contracts';
import type { Database } from '@patchbay/store';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createTail } from './tail.ts';

/** The table of events, as far as the tail asks for it. */
function eventTable() {
  const rows: { seq: number; id: number; at: Date; type: string }[] = [];
  let wake = (): void => undefined;
  const query = async (_text: string, values?: readonly unknown[]) => {
    const found = values
      ? rows.filter(({ seq }) => seq > Number(values[0])).map((row) => ({ ...row }))
      : [{ seq: rows.length }];
    return { rows: found, rowCount: found.length };
  };
  const db = {
    sql: { query },
    listen: async (_channel: string, onNotify: () => void) => void (wake = onNotify),
  } as unknown as Database;
  return {
    db,
    append() {
      const seq = rows.length + 1;
      rows.push({ seq, id: seq, at: new Date(0), type: 'ticket.opened' });
      wake();
    },
  };
}

test('a reader that fails costs the others nothing, and is told of what comes next', async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  const table = eventTable();
  const tail = await createTail({ db: table.db, log, signal: stop.signal, pollMs: 60_000 });
  const seen: Record<'failing' | 'sound', number[]> = { failing: [], sound: [] };
  let told: () => void = () => undefined;
  const note = (by: keyof typeof seen, events: readonly HubEvent[]) =>
    seen[by].push(...events.flatMap(({ seq }) => seq ?? []));
  tail.onEvents((events) => {
    note('failing', events);
    throw new Error('cannot show this');
  });
  tail.onEvents((events) => {
    note('sound', events);
    told();
  });
  for (let index = 0; index < 2; index += 1) {
    const next = Promise.withResolvers<void>();
    told = next.resolve;
    table.append();
    await next.promise;
  }
  stop.abort();
  expect(seen).toEqual({ failing: [1, 2], sound: [1, 2] });
  expect(tail.seq).toBe(2);
  expect(lines.map((line) => (JSON.parse(line) as { upTo: number }).upTo)).toEqual([1, 2]);
});
