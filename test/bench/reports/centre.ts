/**
 * Days of a centre, made by the database from the numbers of its tickets: the events of each, and the running figures that they add up to. What
 * the figures are is written down here a second time, beside the fold, so `check.ts` holds them against what the hub makes of the events.
 */
import { addDays, bucketOf, durationNames, shortAbandonMs, sumNames, type SumName } from '@patchbay/domain';
import { usualTargets } from '@patchbay/contracts';
import { entriesOf } from '@patchbay/engine/figures/keep';
import type { Database, Queryable } from '@patchbay/store';
import { columnOf } from '@patchbay/store/queries/figures';

export const timeZone = 'Europe/Berlin';
export const firstDay = '2025-01-01';
export const lastDay = '2025-12-31';
export const daysOfYear = 365;
export const agents = Array.from({ length: 50 }, (_, index) => `agent-${index}`);
export const queues = Array.from({ length: 8 }, (_, index) => `00000000-0000-4000-8000-00000000000${index}`);
const customers = Array.from({ length: 4 }, (_, index) => `00000000-0000-4000-8000-0000000000c${index}`);
const teams = Array.from({ length: 5 }, (_, index) => `00000000-0000-4000-8000-0000000000d${index}`);
const channels = ['email', 'chat', 'phone', 'sms'] as const;
const grades = [null, 'standard', 'silver', 'gold'];
const types = [null, 'order', 'complaint', 'question', 'return'];
/** Seconds. */
const longestWait = 150_000;
const longestLife = longestWait + 3 * 660 + 3_600;

/** A number in [0, most) that is the same in every run. */
const pick = (most: number, seed: number): string => `mod(abs(hashint8extended(n, ${seed})), ${most})`;
const oneOf = (list: readonly (string | null)[], at: string): string =>
  `(array[${list.map((one) => (one === null ? 'null' : `'${one}'`)).join(', ')}]::text[])[1 + ${at}]`;
const byChannel = (of: (channel: (typeof channels)[number]) => number): string =>
  `case l.channel ${channels.map((channel) => `when '${channel}' then ${of(channel)}`).join(' ')} end`;

/** What becomes of each ticket: it comes, an agent answers, perhaps once more, it is settled, and one in twenty is reopened. Whole seconds. */
const lives = `create temporary table life as
  select n, ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid as id, opened_at, queue_id, l.channel, agent_id, team_id, customer, type, grade,
    abandoned, again, reopened, wait, case when l.channel = 'chat' then wait / 2 else wait end as answer_wait, wait / 2 as taken, work,
    case when l.channel = 'phone' then wait + work + 5 else wait + 3 * work end as finished,
    ${byChannel((channel) => usualTargets[channel].seconds)} as target, ${shortAbandonMs / 1000} as short
  from (select n, $1::timestamptz + make_interval(days => ((n - 1) * $3 / $2)::int, secs => ${pick(36_000, 1)}) as opened_at,
      ${oneOf(queues, pick(queues.length, 2))}::uuid as queue_id, ${oneOf(channels, `mod(${pick(queues.length, 2)}, ${channels.length})`)} as channel,
      ${oneOf(agents, pick(agents.length, 3))} as agent_id,
      ${oneOf(teams, `mod(${pick(agents.length, 3)}, ${teams.length})`)} as team_id,
      ${oneOf(types, pick(types.length, 4))} as type, ${oneOf(grades, pick(grades.length, 5))} as grade, ${oneOf(customers, pick(grades.length, 5))}::uuid as customer,
      ${pick(100, 6)} < 6 as may_abandon, ${pick(10, 7)} < 3 as may_ask, ${pick(20, 8)} = 0 as may_reopen, 60 + ${pick(600, 9)} as work,
      -ln(1 - ${pick(1_000_000, 10)} / 1000000.0) as patience
    from generate_series(1::bigint, $2::bigint) n) l
  cross join lateral (select least(${longestWait}, 1 + floor(patience * case l.channel when 'phone' then 15 when 'chat' then 40 else 7200 end))::int as wait,
    l.channel = 'phone' and may_abandon as abandoned, l.channel <> 'phone' and may_ask as again, l.channel <> 'phone' and may_reopen as reopened) w`;

interface Happening {
  /** Seconds after it was opened, of a `life`. */
  readonly after: string;
  readonly where: string;
}
interface Told extends Happening {
  readonly type: string;
  readonly by: 'agent' | 'nobody';
  readonly data: string;
}
interface Counted extends Happening {
  readonly of: 'agent' | 'nobody';
  readonly sums: Partial<Record<SumName, string>>;
  readonly durations?: Partial<Record<(typeof durationNames)[number], string>>;
}

const isCall = `channel = 'phone'`;
const written = (seconds: string): string =>
  `jsonb_build_object('kind', 'agent', 'visibility', 'public', 'direction', 'out', 'channel', channel, 'firstResponseSeconds', ${seconds})`;
const asked = `jsonb_build_object('kind', 'customer', 'channel', channel)`;
const call = (state: string): string => `'{"state": "${state}"}'`;
const to = (state: string): string => `'{"to": "${state}"}'`;

/** In the order in which they are told where their moments are the same. */
const happenings: readonly Told[] = [
  { after: '0', where: 'true', type: 'ticket.opened', by: 'nobody', data: `jsonb_build_object('channel', channel)` },
  { after: '0', where: 'true', type: 'message.received', by: 'nobody', data: asked },
  { after: '0', where: isCall, type: 'call.changed', by: 'nobody', data: call('waiting') },
  { after: 'wait', where: 'abandoned', type: 'call.changed', by: 'nobody', data: call('missed') },
  {
    after: `case when ${isCall} then wait else taken end`,
    where: 'not abandoned',
    type: 'ticket.assigned',
    by: 'agent',
    data: `jsonb_build_object('agentId', agent_id)`,
  },
  { after: 'wait', where: `${isCall} and not abandoned`, type: 'call.changed', by: 'agent', data: call('talking') },
  { after: 'wait', where: `not ${isCall}`, type: 'message.created', by: 'agent', data: written('wait') },
  {
    after: 'wait + work',
    where: `${isCall} and not abandoned`,
    type: 'call.changed',
    by: 'agent',
    data: call('ended'),
  },
  { after: 'wait + work', where: 'again', type: 'message.received', by: 'nobody', data: asked },
  { after: 'wait + 2 * work', where: 'again', type: 'message.created', by: 'agent', data: written('null') },
  { after: 'finished', where: 'not abandoned', type: 'ticket.status-changed', by: 'agent', data: to('resolved') },
  { after: 'finished + 3600', where: 'reopened', type: 'ticket.reopened', by: 'agent', data: `'{}'` },
];

const ifSo = (condition: string, value = '1'): string => `case when ${condition} then ${value} end`;
const facts: readonly Counted[] = [
  { after: '0', where: 'true', of: 'nobody', sums: { opened: '1', offered: '1', received: '1' } },
  {
    after: 'wait',
    where: 'abandoned',
    of: 'nobody',
    sums: {
      abandoned: '1',
      abandonedWaitMs: 'wait * 1000',
      abandonedInTarget: ifSo('wait <= target'),
      abandonedShort: ifSo('wait <= short'),
    },
  },
  {
    after: 'answer_wait',
    where: 'not abandoned',
    of: 'agent',
    sums: { answered: '1', waitMs: 'answer_wait * 1000', answeredInTarget: ifSo('answer_wait <= target') },
    durations: { answerWait: 'answer_wait' },
  },
  {
    after: 'wait',
    where: `not ${isCall}`,
    of: 'agent',
    sums: {},
    durations: { firstResponse: 'wait', firstResponseBusiness: 'wait' },
  },
  { after: 'wait + work', where: 'again', of: 'agent', sums: { received: '1' } },
  {
    after: 'wait + 2 * work',
    where: 'again',
    of: 'agent',
    sums: {},
    durations: { nextResponse: 'work', nextResponseBusiness: 'work' },
  },
  {
    after: 'wait + work',
    where: `${isCall} and not abandoned`,
    of: 'agent',
    sums: { handled: '1', talkMs: 'work * 1000', holdMs: '0' },
  },
  {
    after: 'finished',
    where: `channel = 'chat'`,
    of: 'agent',
    sums: { handled: '1', talkMs: '(finished - taken) * 1000', holdMs: '0' },
  },
  {
    after: 'finished',
    where: 'not abandoned',
    of: 'agent',
    sums: { resolved: '1', firstContact: ifSo('not again') },
    durations: { resolution: 'finished', resolutionBusiness: 'finished' },
  },
  {
    after: 'finished + 3600',
    where: 'reopened',
    of: 'agent',
    sums: { reopened: '1' },
  },
  // Counts on the day on which it was settled.
  { after: 'finished', where: 'reopened and not again', of: 'agent', sums: { firstContactUndone: '1' } },
  { after: 'finished + 3600', where: 'reopened', of: 'nobody', sums: { offered: '1' } },
];

/** The day of every agent, in hours of UTC from its first moment. */
const shifts = [
  { from: 6, to: 10, state: 'busy', time: 'occupiedMs' },
  { from: 10, to: 10.5, state: 'away', time: 'awayMs' },
  { from: 10.5, to: 16, state: 'busy', time: 'occupiedMs' },
] as const;

const keys = ['queue_id', 'channel', 'agent_id', 'team_id', 'type', 'grade'] as const;
const sumColumns = sumNames.map(columnOf);
const durationColumns = durationNames.map(columnOf);

/** Adds facts with the quarter of the local day in which each is. */
const insertFacts = (columns: readonly string[], selects: readonly string[]): string =>
  `insert into fact (day, quarter, ${columns.join(', ')})
   select (at at time zone '${timeZone}')::date, floor(extract(epoch from at - date_trunc('day', at, '${timeZone}')) / 900)::int, f.*
   from (${selects.join(' union all ')}) f (${columns.join(', ')})`;

function factsOfTickets(): string {
  const selects = facts.map(({ after, where, of, sums, durations = {} }) => {
    const whose = of === 'agent' ? 'agent_id, team_id' : `'', ''`;
    const values = [
      ...sumNames.map((name) => `(${sums[name] ?? 'null'})::bigint`),
      ...durationNames.map((name) => `(${durations[name] ?? 'null'})::int`),
    ];
    return `select id as ticket_id, opened_at + (${after}) * interval '1 second' as at, queue_id::text, channel, ${whose}, coalesce(type, '') as type, coalesce(grade, '') as grade, ${values.join(', ')} from life where ${where}`;
  });
  return insertFacts(['ticket_id', 'at', ...keys, ...sumColumns, ...durationColumns], selects);
}

/** Time is counted from one quarter of an hour to the next. */
function factsOfAgents(): string {
  const selects = shifts.map(
    ({ from, to: until, time }) =>
      `select d.day + interval '${from} hours' + q * interval '15 minutes', '', '', a.id, m.team_id::text, '', '', 900000, ${time === 'awayMs' ? '900000, null::bigint' : 'null::bigint, 900000'}
       from day d cross join agent a join team_member m on m.agent_id = a.id cross join generate_series(0, ${(until - from) * 4 - 1}) q`,
  );
  return insertFacts(['at', ...keys, 'staffed_ms', 'away_ms', 'occupied_ms'], selects);
}

function entries(): string {
  const listed = sumNames.filter((name) => {
    const one = { at: 0, ticketId: '', durations: {}, sums: { [name]: 1 } };
    const dimensions = { queueId: '', channel: '' as const, agentId: '', teamId: '', type: '', grade: '' };
    return entriesOf([{ ...one, dimensions }]).length > 0;
  });
  const seconds: Partial<Record<SumName, string>> = {
    answered: 'wait_ms / 1000.0',
    abandoned: 'abandoned_wait_ms / 1000.0',
    handled: '(talk_ms + hold_ms) / 1000.0',
  };
  const rows = [
    ...listed.map((name) => `('${name}', ${columnOf(name)} is not null, ${seconds[name] ?? 'null'})`),
    ...durationNames
      .filter((name) => name !== 'answerWait')
      .map((name) => `('${name}', ${columnOf(name)} is not null, ${columnOf(name)})`),
  ];
  return `insert into figure_entry (fact, at, ticket_id, ${keys.join(', ')}, seconds)
    select e.fact, f.at, f.ticket_id, ${keys.map((key) => `f.${key}`).join(', ')}, e.seconds from fact f
    cross join lateral (values ${rows.join(', ')}) e (fact, holds, seconds) where f.ticket_id is not null and e.holds order by e.fact, f.at`;
}

const sliceKeys = [
  { slice: 0, quarters: true, kept: ['queue_id', 'channel'] },
  { slice: 1, quarters: true, kept: ['queue_id', 'channel', 'agent_id', 'team_id'] },
  { slice: 2, quarters: false, kept: ['queue_id', 'channel', 'type', 'grade'] },
  { slice: 3, quarters: false, kept: ['agent_id', 'team_id'] },
  { slice: 4, quarters: false, kept: ['type', 'grade'] },
];
const periods = [
  { grain: 0, day: 'day', quarter: 'quarter' },
  { grain: 1, day: 'day', quarter: '-1' },
  { grain: 2, day: `date_trunc('month', day)::date`, quarter: '-1' },
];

/** The rows of one grain and slice. */
function sums(period: (typeof periods)[number], { slice, kept }: (typeof sliceKeys)[number]): string {
  const dimensions = keys.map((key) => `${kept.includes(key) ? key : `''::text`} as ${key}`);
  const place = `${period.day} as day, ${period.quarter} as quarter, ${dimensions.join(', ')}`;
  const by = ['day', 'quarter', ...keys].join(', ');
  const lengths = durationColumns.map((name) => `('${name}', ${name})`).join(', ');
  const pivot = durationColumns.map((name) => `(array_agg(sketch) filter (where name = '${name}'))[1] as ${name}`);
  return `with placed as not materialized (select ${place}, ${[...sumColumns, ...durationColumns].join(', ')} from fact),
    added as (select ${by}, ${sumColumns.map((name) => `sum(${name}) as ${name}`).join(', ')} from placed group by ${by}),
    counted as (select ${by}, name, b.bucket, count(*) as times from placed cross join lateral (values ${lengths}) d (name, seconds)
      join bucket b on b.seconds = d.seconds where coalesce(${durationColumns.join(', ')}) is not null group by ${by}, name, b.bucket),
    sketched as (select ${by}, name, jsonb_object_agg(bucket, times) as sketch from counted group by ${by}, name),
    sketches as (select ${by}, ${pivot.join(', ')} from sketched group by ${by})
    insert into figure_sum (grain, slice, ${by}, ${[...sumColumns, ...durationColumns].join(', ')})
    select ${period.grain}, ${slice}, ${by}, ${[...sumColumns, ...durationColumns].join(', ')} from added left join sketches using (${by}) order by ${by}`;
}

const tickets = `insert into ticket (id, subject, channel, channel_account, customer_id, contact_address, status, queue_id, assignee_id, request_type, created_at, updated_at)
  select id, 'A question', channel, '', customer, '', case when abandoned or reopened then 'open' else 'closed' end, queue_id,
    case when not abandoned then agent_id end, type, opened_at,
    opened_at + case when abandoned then wait else finished + case when reopened then 3600 else 0 end end * interval '1 second'
  from life`;

function events(): string {
  const ofTickets = happenings.map(
    ({ after, where, type, by, data }, step) =>
      `select opened_at + (${after}) * interval '1 second' as at, n, ${step} as step, '${type}' as type, id as ticket_id, customer as customer_id, queue_id,
         ${by === 'agent' ? 'agent_id' : 'null'} as agent_id, (${data})::jsonb as data from life where ${where}`,
  );
  const changes = shifts.map(({ from, state }, at) => ({ at: from, from: shifts[at - 1]?.state ?? 'offline', state }));
  const ofAgents = [...changes, { at: 16, from: 'busy', state: 'offline' }].map(
    ({ at, from, state }) =>
      `select day + interval '${at} hours', 0, 0, 'agent.presence-changed', null, null, null, a.id,
         jsonb_build_object('agentId', a.id, 'from', '${from}', 'to', '${state}') from day cross join agent a`,
  );
  return `insert into event (seq, type, at, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
    select row_number() over (order by at, n, step), type, at, ticket_id, customer_id, queue_id, agent_id, agent_id, data
    from (${[...ofTickets, ...ofAgents].join(' union all ')}) e order by at, n, step`;
}

/** Who works there, and what there is to ask for. */
async function furnish(tx: Queryable, begin: string, days: number): Promise<void> {
  await tx.query(`insert into agent (id, name, email) select a, a, a || '@bench.example' from unnest($1::text[]) a`, [
    agents,
  ]);
  await tx.query('insert into queue (id, name) select q, q::text from unnest($1::uuid[]) q', [queues]);
  await tx.query('insert into team (id, name) select t, t::text from unnest($1::uuid[]) t', [teams]);
  await tx.query(
    `insert into team_member (team_id, agent_id) select ($2::uuid[])[1 + mod(place - 1, $3)], id from unnest($1::text[]) with ordinality a (id, place)`,
    [agents, teams, teams.length],
  );
  await tx.query(
    'insert into request_type (key, name_en, name_zh) select t, t, t from unnest($1::text[]) t where t is not null on conflict do nothing',
    [types],
  );
  await tx.query(
    `insert into customer (id, display_name, grade) select id, 'Somebody', grade from unnest($1::uuid[], $2::text[]) c (id, grade)`,
    [customers, grades],
  );
  const lengths = Array.from({ length: longestLife + 1 }, (_, seconds) => seconds);
  await tx.query('create temporary table bucket as select * from unnest($1::int[], $2::int[]) b (seconds, bucket)', [
    lengths,
    lengths.map(bucketOf),
  ]);
  await tx.query(
    `create temporary table day as select $1::timestamptz + n * interval '1 day' as day from generate_series(0, $2::int) n`,
    [`${begin}T00:00:00Z`, days - 1],
  );
}

/** Fills a database; the tickets are spread evenly over so many days, of which the last is the year's. */
export async function populate(db: Database, size: number, days: number): Promise<void> {
  const begin = addDays(lastDay, 1 - days);
  await db.transaction(async (tx) => {
    // What is made agrees with itself, and nothing is to happen because of it.
    await tx.query('set local session_replication_role = replica');
    await tx.query(`set local work_mem = '256MB'`);
    await tx.query(`set local time zone 'UTC'`);
    await furnish(tx, begin, days);
    await tx.query(lives, [`${begin}T07:00:00Z`, size, days]);
    await tx.query('analyze life');
    await tx.query(tickets);
    await tx.query(events());
    await tx.query('update relay_state set last_seq = (select max(seq) from event)');
    await tx.query(
      `insert into event_reader (name, seq) select 'figures', last_seq from relay_state on conflict (name) do update set seq = excluded.seq`,
    );
    await tx.query(`create temporary table fact (ticket_id uuid, at timestamptz, day date, quarter int, ${keys.map((key) => `${key} text`).join(', ')},
      ${[...sumColumns.map((name) => `${name} bigint`), ...durationColumns.map((name) => `${name} int`)].join(', ')})`);
    await tx.query(factsOfTickets());
    await tx.query(factsOfAgents());
    await tx.query(entries());
    for (const period of periods)
      for (const slice of sliceKeys) if (period.grain > 0 || slice.quarters) await tx.query(sums(period, slice));
    for (const table of ['life', 'fact', 'day', 'bucket']) await tx.query(`drop table ${table}`);
  });
  await db.sql.query('vacuum analyze');
}
