/** Running figures are what the events add up to, however they are cut into batches, and whatever fails in between. */
import { randomUUID } from 'node:crypto';
import { localDate, type FactEvent } from '@patchbay/domain';
import { defaultPlan } from '@patchbay/domain/sla/policy';
import { figuresReader } from '@patchbay/engine/figures/reader';
import { recomputeDay, recomputeDayIn } from '@patchbay/engine/figures/recompute';
import { readBatch, type EventReader } from '@patchbay/engine/live/event-readers';
import { relayEvents, type Queryable, type RoutedEvent } from '@patchbay/store';
import { eventsAfter } from '@patchbay/store/queries/events';
import { moveReader, registerReader } from '@patchbay/store/queries/event-readers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTestDatabase } from '../support/backends.ts';
import { rolledBack } from '../support/rolled-back.ts';
import { shared } from '../support/shared.ts';

const parts = {
  config: { timeZone: 'Europe/Berlin' },
  openingHours: {
    timeZone: 'Europe/Berlin',
    intervals: [1, 2, 3, 4, 5, 7].map((weekday) => ({ weekday: weekday as 1, from: '08:00', to: '20:30' })),
  },
};
const silent = { warn: () => undefined, error: () => undefined };

const tickets = Array.from({ length: 4 }, () => randomUUID());
const channels = ['email', 'chat', 'phone', 'sms'] as const;
const queues = [randomUUID(), randomUUID()];
const agents = ['ann', 'bob'];

/** What happens next, to which of the tickets and agents, after how many seconds. */
interface Step {
  readonly what: (typeof kinds)[number];
  readonly ticket: number;
  readonly agent: number;
  readonly after: number;
  readonly to: number;
}
const kinds = [
  'message',
  'answer',
  'assigned',
  'released',
  'queued',
  'reopened',
  'status',
  'call',
  'presence',
  'type',
] as const;
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...kinds),
  ticket: fc.nat(3),
  agent: fc.nat(1),
  // From at once to most of a day, so that histories go over nights, also over the one on which the clocks change.
  after: fc.oneof(fc.nat(30), fc.nat(2_000), fc.nat(60_000)),
  to: fc.nat(6),
});

const states = ['waiting', 'connecting', 'talking', 'held', 'talking', 'ended', 'missed'] as const;
const presences = ['online', 'away', 'busy', 'wrap-up', 'offline', 'online', 'online'] as const;
const statuses = ['open', 'pending', 'resolved', 'closed', 'resolved', 'open', 'resolved'] as const;

function eventOf({ what, ticket, agent, to }: Step): Pick<FactEvent, 'type' | 'data'> & Partial<FactEvent> {
  const agentId = agents[agent] ?? '';
  const channel = channels[ticket] ?? 'email';
  switch (what) {
    case 'message':
      return { type: 'message.received', data: { kind: to === 0 ? 'bounce' : 'customer', channel } };
    case 'answer':
      return {
        type: 'message.created',
        actorId: agentId,
        data: {
          channel,
          kind: 'agent',
          visibility: to === 0 ? 'internal' : 'public',
          direction: 'out',
          firstResponseSeconds: to === 1 ? 12.5 : null,
        },
      };
    case 'assigned':
    case 'released':
      return { type: `ticket.${what}`, agentId, data: { agentId, reason: '' } };
    case 'queued':
      return {
        type: 'ticket.queued',
        data: { queueId: queues[to % 2], fromQueueId: queues[0], fromAgentId: to > 3 ? agentId : null },
      };
    case 'reopened':
      return { type: 'ticket.reopened', agentId: to > 3 ? agentId : null, data: {} };
    case 'status':
      return { type: 'ticket.status-changed', actorId: agentId, data: { from: 'open', to: statuses[to] } };
    case 'call':
      return { type: 'call.changed', agentId, data: { state: states[to], step: '' } };
    case 'presence':
      return { type: 'agent.presence-changed', agentId, data: { agentId, from: 'offline', to: presences[to] } };
    case 'type':
      return { type: 'ticket.request-changed', data: { from: null, to: to > 3 ? 'complaint' : null, changes: [] } };
  }
}

/** Settled at the first contact, and opened again on another day. */
const reopenedLater: Step[] = [
  { what: 'message', ticket: 0, agent: 0, after: 0, to: 1 },
  { what: 'status', ticket: 0, agent: 0, after: 60, to: 2 },
  { what: 'reopened', ticket: 0, agent: 0, after: 200_000, to: 5 },
  { what: 'status', ticket: 0, agent: 1, after: 60, to: 2 },
];

/** Events of the tickets' lives; each begins with its opening. */
function historyOf(steps: readonly Step[]) {
  let at = Date.parse('2026-03-27T20:00:00Z');
  const opened = new Set<number>();
  return steps.flatMap((one) => {
    at += one.after * 1000 + 1;
    const about = { ticketId: one.what === 'presence' ? null : tickets[one.ticket], queueId: queues[one.ticket % 2] };
    const told = { agentId: null, actorId: null, ...about, ...eventOf(one), at: new Date(at).toISOString() };
    if (opened.has(one.ticket) || one.what === 'presence') return [told];
    opened.add(one.ticket);
    const data = { channel: channels[one.ticket], number: one.ticket, reason: '' };
    return [{ ...told, type: 'ticket.opened', agentId: null, actorId: null, data }, told];
  });
}

async function write(tx: Queryable, events: ReturnType<typeof historyOf>): Promise<void> {
  await tx.query(
    `with somebody as (insert into customer (display_name, grade) values ('Somebody', 'gold') returning id)
     insert into ticket (id, subject, channel, channel_account, customer_id, contact_address, created_at, updated_at, status)
     select e."ticketId", '', 'email', '', (select id from somebody), '', min(e.at), max(e.at), 'closed'
     from jsonb_to_recordset($1) as e ("ticketId" uuid, at timestamptz) where e."ticketId" is not null group by 1`,
    [JSON.stringify(events)],
  );
  await tx.query(
    `insert into event (type, at, ticket_id, queue_id, agent_id, actor_id, data)
     select type, at, "ticketId", "queueId", "agentId", "actorId", data
     from jsonb_to_recordset($1) as e (type text, at timestamptz, "ticketId" uuid, "queueId" uuid, "agentId" text, "actorId" text, data jsonb)`,
    [JSON.stringify(events)],
  );
}

async function readAll(tx: Queryable, reader: EventReader, batches: readonly number[]): Promise<void> {
  await registerReader(tx, reader.name, reader.from);
  let seq = 0;
  for (let turn = 0; ; turn += 1) {
    const events: RoutedEvent[] = await eventsAfter(tx, seq, batches[turn % batches.length] ?? 1);
    const last = events.at(-1);
    if (!last) break;
    await reader.read(tx, events);
    seq = last.seq;
  }
  await moveReader(tx, reader.name, seq);
}

const daysOf = (events: ReturnType<typeof historyOf>) => {
  const days = events.map(({ at }) => localDate(new Date(at), parts.config.timeZone));
  return [...new Set(days)];
};

describe('the running figures', () => {
  const ground = shared(openTestDatabase);

  it('are what recomputing each of the days gives, however the relay and the reader cut the events', async () => {
    const agree = async (tx: Queryable, steps: readonly Step[], cut: number, batches: readonly number[]) => {
      const events = historyOf(steps);
      await write(tx, events);
      while ((await relayEvents(tx, cut)) > 0);
      const { rows } = await tx.query<{ dense: boolean }>(
        'select count(seq) = count(*) and coalesce(max(seq), 0) = count(*) as dense from event',
      );
      expect(rows[0]?.dense).toBe(true);
      await readAll(tx, figuresReader(parts), batches);
      for (const day of daysOf(events))
        expect((await recomputeDayIn(tx, parts, day, false)).differences, day).toEqual([]);
    };
    const { db } = ground();
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
        (steps, cut, batches) => rolledBack(db, (tx) => agree(tx, steps, cut, batches)),
      ),
      { numRuns: 40, examples: [[reopenedLater, 50, [20]]] },
    );
  }, 60_000);

  it('count business time by the usual calendar, as it was published by then', async () => {
    const calendar = { key: 'usual', nameEn: 'Usual', nameZh: '常用', timeZone: 'Europe/Berlin', holidays: null };
    const week = [1, 2, 3, 4, 5].map((weekday) => ({ weekday: weekday as 1, from: '09:00', to: '17:00' }));
    const closed = [{ date: '2026-03-31', name: 'Stocktaking', intervals: [] }];
    const plan = (version: number, days: typeof closed) => [
      version,
      JSON.stringify(defaultPlan({ ...calendar, intervals: week, days })),
      // The second, which knows of the day off, comes after the first ticket was settled and before the second was.
      version === 1 ? '2026-03-01T00:00:00Z' : '2026-04-01T08:00:00Z',
    ];
    const settle = (ticket: number, after: number): Step => ({ what: 'status', ticket, agent: 0, after, to: 2 });
    await rolledBack(ground().db, async (tx) => {
      // Opened on Friday at nine in the evening; settled on Wednesday at half past nine, and at eleven.
      const asks = [0, 1].map((ticket): Step => ({ what: 'message', ticket, agent: 0, after: 0, to: 1 }));
      const events = historyOf([...asks, settle(0, 4.5 * 86_400 - 3_600 + 1_800), settle(1, 5_400)]);
      await write(tx, events);
      for (const version of [plan(1, []), plan(2, closed)])
        await tx.query(
          `insert into service_plan (version, plan, note, published_at) values ($1, $2, '', $3::timestamptz)`,
          version,
        );
      while ((await relayEvents(tx, 500)) > 0);
      await readAll(tx, figuresReader(parts), [7]);
      const { rows } = await tx.query<{ hours: number }>(
        `select round((seconds / 3600)::numeric, 2)::float as hours from figure_entry where fact = 'resolutionBusiness' order by at`,
      );
      expect(rows.map(({ hours }) => hours)).toEqual([16.5, 10]);
      for (const day of daysOf(events))
        expect((await recomputeDayIn(tx, parts, day, false)).differences, day).toEqual([]);
    });
  });

  it('add up from quarters to days and from days to months', async () => {
    const sums = 'sum(offered) as offered, sum(staffed_ms) as staffed, sum(talk_ms) as talk, sum(received) as received';
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) =>
        rolledBack(ground().db, async (tx) => {
          await write(tx, historyOf(steps));
          while ((await relayEvents(tx, 500)) > 0);
          await readAll(tx, figuresReader(parts), [7]);
          const { rows } = await tx.query(
            `select ${sums} from figure_sum where grain > 0 or slice < 2 group by grain, slice`,
          );
          expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(1);
        }),
      ),
      { numRuns: 10 },
    );
  });
});

describe('figures after a failure', () => {
  const ground = shared(openTestDatabase);
  const steps = fc.sample(fc.array(step, { minLength: 80, maxLength: 80 }), { seed: 5, numRuns: 1 })[0] ?? [];
  const events = historyOf(steps);

  it('count nothing twice and leave nothing out when a batch fails after its writes', async () => {
    const { db } = ground();
    await write(db.sql, events);
    await relayEvents(db.sql, 10_000);
    const reader = figuresReader(parts);
    await registerReader(db.sql, reader.name, reader.from);
    let failures = 0;
    const failing: EventReader = {
      ...reader,
      async read(tx, batch) {
        await reader.read(tx, batch);
        // Whole batches fail, and each of their events works alone; as after a crash, what was written is gone.
        if (batch.length > 1 && failures++ % 2 === 0) throw new Error('no more');
      },
    };
    while ((await readBatch({ db, log: silent }, failing, 10)) > 0);
    expect(failures).toBeGreaterThan(3);
    for (const day of daysOf(events)) expect((await recomputeDay(db, parts, day, false)).differences, day).toEqual([]);
  });

  it('that are wrong are found by recomputing, and put right with the month', async () => {
    const { db } = ground();
    const months = async () =>
      (
        await db.sql.query(
          'select channel, sum(offered) as n from figure_sum where grain = 2 and slice = 0 group by 1 order by 1',
        )
      ).rows;
    const right = await months();
    await db.sql.query('update figure_sum set offered = offered + 1, wait_ms = 5 where offered is not null');
    await db.sql.query('delete from figure_entry where fact = $1', ['received']);
    const found: string[] = [];
    for (const day of daysOf(events))
      found.push(...(await recomputeDay(db, parts, day, true)).differences.map(({ name }) => name));
    expect(found).toEqual(expect.arrayContaining(['offered', 'waitMs', 'received']));
    for (const day of daysOf(events)) expect((await recomputeDay(db, parts, day, false)).differences, day).toEqual([]);
    expect(await months()).toEqual(right);
  });
});
