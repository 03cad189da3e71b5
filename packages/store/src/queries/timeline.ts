/** Everything that happened with a customer, in the order of time. */
import type { TimelineItem } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { mergedInto } from './organisations.ts';
import { cut, type Cut, type Slice } from './paging.ts';
import { parameters, ticketScope, type Viewer } from './tickets.ts';

/** Microseconds since 1970, then kind and id. */
type TimelineKey = [number, string];

/** After everything that is written down: the year 2243. Later microseconds are not exact as numbers. */
const endOfTime: TimelineKey = [8_640_000_000_000_000, '~'];

interface TimelineRow {
  us: number;
  at: Date;
  id: string;
  by: string | null;
  item: object;
}

/**
 * The newest first. Each kind is read by its index down from the cursor, so that a page costs the same however long the history is. Messages
 * and calls are those of tickets that the viewer may read. What happened before a merge is of both.
 */
export async function listTimeline(
  sql: Queryable,
  viewer: Viewer,
  customerId: string,
  slice: Slice<TimelineKey>,
): Promise<Cut<TimelineItem, TimelineKey>> {
  const self = await sql.query<{ id: string }>(mergedInto('$1'), [customerId]);
  const [us, key] = slice.after ?? endOfTime;
  const { values, bind } = parameters(
    customerId,
    self.rows.map(({ id }) => id),
    us,
    key,
    slice.limit + 1,
  );
  const cursor = `timestamptz 'epoch' + $3::bigint * interval '1 microsecond'`;
  // The first condition is the second one as far as an index can use it.
  const parts = partsOf(ticketScope(viewer, bind)).map(
    ({ at, id, by, item, from, of }) => `(select l.* from ${of ?? '(select 1)'} s cross join lateral (
       select ${at} as at, ${id} as id, ${by} as by, ${item} as item from ${from} and ${at} <= ${cursor} and (${at}, ${id}) < (${cursor}, $4::text)
       order by ${at} desc, ${id} desc limit $5) l)`,
  );
  const { rows } = await sql.query<TimelineRow>(
    `select (extract(epoch from l.at) * 1000000)::bigint as us, l.at, l.id, coalesce(a.name, l.by) as by, l.item
     from (${parts.join(' union all ')}) l left join agent a on a.id = l.by order by l.at desc, l.id desc limit $5`,
    values,
  );
  const found = cut(rows, slice.limit, ({ us, id }): TimelineKey => [us, id]);
  return { items: found.items.map(presentRow), next: found.next };
}

const presentRow = ({ at, id, by, item }: TimelineRow) => ({ ...item, id, at: at.toISOString(), by }) as TimelineItem;

interface Part {
  readonly at: string;
  readonly id: string;
  readonly by: string;
  readonly item: string;
  /** Ends in a condition, so that more can follow. */
  readonly from: string;
  /** Rows of which each is asked for a page of its own, as `s`. */
  readonly of?: string;
}

const partsOf = (scope: string): Part[] => [
  {
    at: 'm.received_at',
    id: `'message:' || m.id`,
    by: `coalesce(m.author_id, m.sender_name, nullif(m.sender, ''))`,
    item: `jsonb_build_object('type', 'message', 'ticketId', t.id, 'ticketNumber', t.number, 'channel', m.channel, 'direction', m.direction, 'kind', m.kind,
      'visibility', m.visibility, 'subject', m.subject, 'preview', left(coalesce(m.reply_text, m.body_text), 200))`,
    from: `message m join ticket t on t.id = m.ticket_id where m.customer_id = $1 and ${scope}`,
  },
  {
    at: 'c.started_at',
    id: `'call:' || c.id`,
    by: 'c.agent_id',
    item: `jsonb_build_object('type', 'call', 'ticketId', t.id, 'ticketNumber', t.number, 'state', c.state, 'durationSeconds', c.duration_seconds)`,
    from: `call c join ticket t on t.id = c.ticket_id where c.customer_id = $1 and ${scope}`,
  },
  {
    at: 'p.occurred_at',
    id: `'purchase:' || p.id`,
    by: 'null::text',
    item: `jsonb_build_object('type', 'purchase', 'source', p.source, 'externalId', p.external_id, 'amountMinor', p.amount_minor, 'currency', p.currency,
      'state', p.state)`,
    from: 'purchase p where p.customer_id = $1',
  },
  {
    at: 's.at',
    id: `'survey:' || s.id`,
    by: 'null::text',
    item: `jsonb_build_object('type', 'survey', 'source', s.source, 'externalId', s.external_id, 'score', s.score,
      'ticketNumber', (select t.number from ticket t where t.id = s.ticket_id))`,
    from: 'satisfaction_score s where s.customer_id = $1',
  },
  {
    at: 'k.created_at',
    id: `'task:' || k.id`,
    by: 'k.created_by',
    item: `jsonb_build_object('type', 'task', 'kind', k.kind, 'step', 'created', 'cause', k.cause)`,
    from: 'task k where k.customer_id = $1',
  },
  {
    at: 'k.done_at',
    id: `'task-end:' || k.id`,
    by: 'k.done_by',
    item: `jsonb_build_object('type', 'task', 'kind', k.kind, 'step', k.state, 'cause', coalesce(k.reason, ''))`,
    from: 'task k where k.customer_id = $1 and k.done_at is not null',
  },
  {
    at: 'e.at',
    id: `'event:' || lpad(e.id::text, 20, '0')`,
    by: 'e.actor_id',
    item: `case e.type
      when 'customer.created' then jsonb_build_object('type', 'created', 'reason', coalesce(e.data ->> 'reason', ''))
      when 'customer.changed' then jsonb_build_object('type', 'changed', 'fields', e.data -> 'fields', 'source', e.data ->> 'source')
      when 'customer.identified' then jsonb_build_object('type', 'identified', 'kind', e.data ->> 'kind', 'grade', e.data ->> 'grade')
      else jsonb_build_object('type', 'merged', 'otherId', e.data ->> 'otherId', 'undone', e.type = 'customer.merge-undone') end`,
    // One by one: an index gives no order over several customers at once.
    of: '(select unnest($2::uuid[]) as id)',
    from: `event e where e.customer_id = s.id
      and e.type in ('customer.created', 'customer.changed', 'customer.identified', 'customer.merged', 'customer.merge-undone')`,
  },
];
