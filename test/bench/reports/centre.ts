/** A year of a centre: tickets whose events go through the real fold, and whose facts are written as the reader writes them. */
import { randomUUID } from 'node:crypto';
import type { ChannelName } from '@patchbay/contracts';
import { addDays, answerTargets, foldFacts, quartersOf, type FactEvent, type FigureWorld } from '@patchbay/domain';
import { addFacts } from '@patchbay/engine/figures/keep';
import type { Database } from '@patchbay/store';

export const timeZone = 'Europe/Berlin';
export const firstDay = '2025-01-01';
export const days = 365;
export const agents = Array.from({ length: 50 }, (_, index) => `agent-${index}`);
export const queues = Array.from({ length: 8 }, (_, index) => `00000000-0000-4000-8000-00000000000${index}`);
const channels: readonly ChannelName[] = ['email', 'chat', 'phone', 'sms'];
const grades = ['', 'standard', 'silver', 'gold'];
const types = ['', 'order', 'complaint', 'question', 'return'];

/** The same numbers in every run (Park, Miller: Random number generators, 1988). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

type Happening = readonly [after: number, type: FactEvent['type'], data: object, agentId?: string];

/** What becomes of one ticket: it comes, an agent answers, perhaps once more, it is settled, and one in twenty is reopened. */
function lifeOf(channel: ChannelName, agentId: string, random: () => number): Happening[] {
  const wait = -Math.log(1 - random()) * (channel === 'phone' ? 15 : channel === 'chat' ? 40 : 7_200);
  const work = 60 + random() * 600;
  const begun: Happening[] = [
    [0, 'ticket.opened', { channel }],
    [0, 'message.received', { kind: 'customer', channel }],
  ];
  if (channel === 'phone') {
    const call = (after: number, state: string): Happening => [after, 'call.changed', { state }, agentId];
    if (random() < 0.06) return [...begun, call(0, 'waiting'), call(wait, 'missed')];
    const over: Happening = [wait + work + 5, 'ticket.status-changed', { to: 'resolved' }, agentId];
    return [
      ...begun,
      call(0, 'waiting'),
      [wait, 'ticket.assigned', { agentId }, agentId],
      call(wait, 'talking'),
      call(wait + work, 'ended'),
      over,
    ];
  }
  const answer = (after: number, firstResponseSeconds: number | null): Happening => [
    after,
    'message.created',
    { kind: 'agent', visibility: 'public', direction: 'out', channel, firstResponseSeconds },
    agentId,
  ];
  const settled = wait + work;
  const again: Happening[] =
    random() < 0.3 ? [[settled, 'message.received', { kind: 'customer', channel }], answer(settled + work, null)] : [];
  const end = settled + 2 * work;
  return [
    ...begun,
    [wait / 2, 'ticket.assigned', { agentId }, agentId],
    answer(wait, wait),
    ...again,
    [end, 'ticket.status-changed', { to: 'resolved' }, agentId],
    ...(random() < 0.05 ? ([[end + 3_600, 'ticket.reopened', {}, agentId]] as const) : []),
  ];
}

interface Made {
  id: string;
  events: FactEvent[];
  type: string;
  grade: string;
}

function makeTicket(day: string, random: () => number): Made {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const id = randomUUID();
  const queue = Math.floor(random() * queues.length);
  const channel = channels[queue % channels.length] as ChannelName;
  const opened = Date.parse(`${day}T07:00:00Z`) + random() * 36_000_000;
  const events = lifeOf(channel, pick(agents), random).map(([after, type, data, agentId = null]): FactEvent => {
    const at = new Date(opened + after * 1000).toISOString();
    return {
      type,
      at,
      ticketId: id,
      queueId: queues[queue] ?? null,
      agentId,
      actorId: agentId,
      data: data as Record<string, unknown>,
    };
  });
  return { id, events, type: pick(types), grade: pick(grades) };
}

/** Fills a database; the tickets are spread evenly over the year. */
export async function populate(db: Database, tickets: number): Promise<void> {
  const random = randomFrom(42);
  const quarterOf = quartersOf(timeZone);
  await db.sql.query(
    `insert into agent (id, name, email) select a, a, a || '@bench.example' from unnest($1::text[]) a`,
    [agents],
  );
  await db.sql.query(`insert into queue (id, name) select q, q::text from unnest($1::uuid[]) q`, [queues]);
  const { rows } = await db.sql.query<{ id: string }>(
    `insert into customer (display_name) values ('Somebody') returning id`,
  );
  for (let day = 0, made = 0; day < days; day += 1) {
    const until = Math.round(((day + 1) * tickets) / days);
    const today = Array.from({ length: until - made }, () => makeTicket(addDays(firstDay, day), random));
    made = until;
    await writeDay(db, today, rows[0]?.id ?? '', quarterOf);
  }
  await db.sql.query('vacuum analyze');
}

async function writeDay(
  db: Database,
  made: readonly Made[],
  customerId: string,
  quarterOf: ReturnType<typeof quartersOf>,
): Promise<void> {
  const attributes = new Map(made.map(({ id, type, grade }) => [id, { type, grade }]));
  const world: FigureWorld = { tickets: new Map(), agents: new Map() };
  const facts = foldFacts(
    world,
    made.flatMap(({ events }) => events),
    {
      businessTime: (from, to) => Math.max(0, to - from),
      answerMs: answerTargets([]),
      attributes: (id) => attributes.get(id) ?? { type: '', grade: '' },
      teamOf: (agentId) => `team-${agentId.length % 5}`,
    },
  );
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into ticket (id, subject, channel, channel_account, customer_id, contact_address, status)
       select id, 'A question', 'email', '', $2, '', 'closed' from unnest($1::uuid[]) id`,
      [made.map(({ id }) => id), customerId],
    );
    await addFacts(tx, facts, quarterOf);
  });
}
