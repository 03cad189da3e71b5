import type { Task, TaskKind } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { parameters, readsEverything, type Viewer } from './tickets.ts';

export interface NewTask {
  readonly kind: TaskKind;
  readonly customerId: string;
  readonly ticketId?: string | null;
  readonly dueAt: Date;
  readonly assigneeId?: string | null;
  /** A code that screens put into words, or a person's own words. */
  readonly cause: string;
  readonly causeData?: Readonly<Record<string, unknown>>;
  /** Whoever makes it again under this key makes nothing. Null: every call makes one. */
  readonly uniqueKey?: string | null;
  readonly createdBy?: string | null;
}

/** Writes tasks down, each once by its key, with the events that tell of them. Answers the ids of those that are new. */
export async function createTasks(tx: Queryable, tasks: readonly NewTask[]): Promise<string[]> {
  if (tasks.length === 0) return [];
  const rows = tasks.map((task) => ({
    kind: task.kind,
    customer_id: task.customerId,
    ticket_id: task.ticketId ?? null,
    due_at: task.dueAt.toISOString(),
    assignee_id: task.assigneeId ?? null,
    cause: task.cause,
    cause_data: task.causeData ?? {},
    unique_key: task.uniqueKey ?? null,
    created_by: task.createdBy ?? null,
  }));
  const { rows: made } = await tx.query<{ id: string }>(
    `with made as (
       insert into task (kind, customer_id, ticket_id, due_at, assignee_id, cause, cause_data, unique_key, created_by)
       select kind, customer_id, ticket_id, due_at, assignee_id, cause, cause_data, unique_key, created_by
       from jsonb_to_recordset($1::jsonb) t (kind text, customer_id uuid, ticket_id uuid, due_at timestamptz, assignee_id text, cause text, cause_data jsonb,
         unique_key text, created_by text)
       on conflict (unique_key) do nothing returning id, kind, customer_id, ticket_id, assignee_id, created_by),
     told as (insert into event (type, customer_id, ticket_id, agent_id, actor_id, data)
       select 'task.created', customer_id, ticket_id, assignee_id, created_by, jsonb_build_object('taskId', id, 'kind', kind) from made)
     select id from made`,
    [JSON.stringify(rows)],
  );
  return rows.length === 0 ? [] : made.map(({ id }) => id);
}

const columns = `t.id, t.kind, t.customer_id as "customerId", c.display_name as "customerName", t.ticket_id as "ticketId", k.number as "ticketNumber",
  t.due_at as "dueAt", t.assignee_id as "assigneeId", a.name as "assigneeName", t.state, t.cause, t.cause_data as "causeData",
  t.created_at as "createdAt", t.done_at as "doneAt", coalesce(b.name, t.done_by) as "doneBy", t.reason`;
const joined = `join customer c on c.id = t.customer_id left join ticket k on k.id = t.ticket_id left join agent a on a.id = t.assignee_id
  left join agent b on b.id = t.done_by`;

/** Agents see tasks that are theirs or nobody's; managers all. */
const scope = (viewer: Viewer, bind: (value: unknown) => string) =>
  readsEverything(viewer) ? 'true' : `(t.assignee_id = ${bind(viewer.agentId)} or t.assignee_id is null)`;

export interface TaskFilter {
  readonly view: 'mine' | 'team' | 'overdue';
  readonly customerId?: string | undefined;
  readonly kind?: TaskKind | undefined;
}
/** Microseconds since 1970 and the id: what was due first comes first. */
type TaskKey = [number, string];

/** Open tasks, the most urgent first. */
export async function listTasks(
  sql: Queryable,
  viewer: Viewer,
  filter: TaskFilter,
  slice: Slice<TaskKey>,
): Promise<Cut<Task, TaskKey>> {
  const { values, bind } = parameters();
  const conditions = [`t.state = 'open'`];
  conditions.push(filter.view === 'mine' ? `t.assignee_id = ${bind(viewer.agentId)}` : scope(viewer, bind));
  if (filter.view === 'overdue') conditions.push('t.due_at < now()');
  if (filter.customerId) conditions.push(`t.customer_id = ${bind(filter.customerId)}`);
  if (filter.kind) conditions.push(`t.kind = ${bind(filter.kind)}`);
  if (slice.after)
    conditions.push(
      `(t.due_at, t.id) > (timestamptz 'epoch' + ${bind(slice.after[0])}::bigint * interval '1 microsecond', ${bind(slice.after[1])}::uuid)`,
    );
  const { rows } = await sql.query<{ us: number }>(
    `with page as materialized (select * from task t where ${conditions.join(' and ')} order by t.due_at, t.id limit ${bind(slice.limit + 1)})
     select ${columns}, (extract(epoch from t.due_at) * 1000000)::bigint as us from page t ${joined} order by t.due_at, t.id`,
    values,
  );
  return cutByMoment(rows, slice.limit);
}

function cutByMoment(rows: readonly { us: number }[], limit: number): Cut<Task, TaskKey> {
  const found = cut(
    rows.map(({ us, ...row }) => ({ us, task: present<Task>(row) })),
    limit,
    ({ us, task }): TaskKey => [us, task.id],
  );
  return { items: found.items.map(({ task }) => task), next: found.next };
}

/** Of one customer, whatever their state: the open ones first, then the newest. */
export async function listTasksOf(sql: Queryable, viewer: Viewer, customerId: string, limit: number): Promise<Task[]> {
  const { values, bind } = parameters(customerId);
  const { rows } = await sql.query(
    `select ${columns} from task t ${joined} where t.customer_id = $1 and ${scope(viewer, bind)} and t.state = 'open' order by t.due_at, t.id limit ${bind(limit)}`,
    values,
  );
  return rows.map((row) => present<Task>(row));
}

export async function readTask(sql: Queryable, viewer: Viewer, id: string): Promise<Task | null> {
  const { values, bind } = parameters(id);
  const { rows } = await sql.query(
    `select ${columns} from task t ${joined} where t.id = $1 and ${scope(viewer, bind)}`,
    values,
  );
  return rows[0] ? present<Task>(rows[0]) : null;
}

/** Ends an open task. Null when it was ended already. */
export async function endTask(
  tx: Queryable,
  id: string,
  state: 'done' | 'skipped',
  by: string,
  reason: string | null,
): Promise<{ kind: TaskKind; customerId: string } | null> {
  const { rows } = await tx.query<{ kind: TaskKind; customerId: string }>(
    `with ended as (update task set state = $2, done_at = now(), done_by = $3, reason = $4 where id = $1 and state = 'open'
       returning id, kind, customer_id, ticket_id, assignee_id),
     told as (insert into event (type, customer_id, ticket_id, agent_id, actor_id, data)
       select 'task.changed', customer_id, ticket_id, assignee_id, $3, jsonb_build_object('taskId', id, 'kind', kind, 'state', $2::text, 'reason', $4::text) from ended)
     select kind, customer_id as "customerId" from ended`,
    [id, state, by, reason],
  );
  return rows[0] ?? null;
}

/** Hands an open task over or moves its date. False when it is not open. Raises 23503 for an unknown agent. */
export async function updateTask(
  tx: Queryable,
  id: string,
  change: { assigneeId?: string | null | undefined; dueAt?: string | undefined },
  by: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with moved as (update task set assignee_id = case when $2 then $3 else assignee_id end, due_at = coalesce($4::timestamptz, due_at)
       where id = $1 and state = 'open' returning id, kind, customer_id, ticket_id, assignee_id),
     told as (insert into event (type, customer_id, ticket_id, agent_id, actor_id, data)
       select 'task.changed', customer_id, ticket_id, assignee_id, $5, jsonb_build_object('taskId', id, 'kind', kind, 'state', 'open') from moved)
     select 1 from moved`,
    [id, change.assigneeId !== undefined, change.assigneeId ?? null, change.dueAt ?? null, by],
  );
  return rowCount === 1;
}

/** Whoever reviewed a kind of records has done every open task of it. `putOff`: the task was skipped, and nothing was reviewed. */
export async function markReviewed(
  tx: Queryable,
  customerId: string,
  kind: string,
  by: string,
  putOff: boolean,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update customer set reviewed = reviewed || jsonb_build_object($2::text, now()), file_checked_at = null where id = $1 and merged_into is null`,
    [customerId, putOff ? `${kind}:put-off` : kind],
  );
  if (rowCount === 0 || putOff) return rowCount === 1;
  await tx.query(
    `with ended as (update task set state = 'done', done_at = now(), done_by = $3 where customer_id = $1 and kind = 'review-' || $2::text and state = 'open'
       returning id, kind, customer_id, assignee_id),
     told as (insert into event (type, customer_id, agent_id, actor_id, data)
       select 'task.changed', customer_id, assignee_id, $3, jsonb_build_object('taskId', id, 'kind', kind, 'state', 'done') from ended)
     insert into event (type, customer_id, actor_id, data) values ('customer.reviewed', $1, $3, jsonb_build_object('kind', $2::text))`,
    [customerId, kind, by],
  );
  return true;
}
