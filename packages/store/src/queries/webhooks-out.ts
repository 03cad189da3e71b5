/** Endpoints outside that are told of events, and what is on its way to them. Secrets come and go sealed. */
import type { WebhookAttempt, WebhookDelivery, WebhookEvent } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { parameters } from './tickets.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

/** How many a centre can have: they are listed whole. */
export const mostEndpoints = 100;

export interface EndpointRow {
  id: string;
  name: string;
  url: string;
  events: WebhookEvent[];
  secret: string;
  /** Secrets before the present one with the moments at which they end, the last one first. */
  previous: { secret: string; until: string }[];
  enabled: boolean;
  failingSince: Date | null;
  deliveredAt: Date | null;
  disabledReason: string | null;
  createdAt: Date;
}

/** With how many deliveries are not over. */
export type CountedEndpoint = EndpointRow & { open: number };

const columns = `e.id, e.name, e.url, e.event_types as events, e.secret, e.enabled, e.failing_since as "failingSince", e.delivered_at as "deliveredAt",
  e.disabled_reason as "disabledReason", e.created_at as "createdAt",
  coalesce((select jsonb_agg(jsonb_build_object('secret', p.secret, 'until', p.valid_until) order by p.valid_until desc)
    from webhook_secret p where p.endpoint_id = e.id and p.valid_until > now()), '[]') as previous`;

const open = `(select count(*)::int from (
  select 1 from webhook_delivery d where d.endpoint_id = e.id and d.state in ('waiting', 'sending') limit 10000) o) as open`;

/** By name, or the one with this id. */
export async function listEndpoints(sql: Queryable, id: string | null = null): Promise<CountedEndpoint[]> {
  const { rows } = await sql.query<CountedEndpoint>(
    `select ${columns}, ${open} from webhook_endpoint e where $1::uuid is null or e.id = $1 order by e.name, e.id limit ${mostEndpoints}`,
    [id],
  );
  return rows;
}

export async function readEndpoint(sql: Queryable, id: string): Promise<EndpointRow | null> {
  const { rows } = await sql.query<EndpointRow>(`select ${columns} from webhook_endpoint e where e.id = $1`, [id]);
  return rows[0] ?? null;
}

export type EndpointWrite = Pick<EndpointRow, 'id' | 'name' | 'url' | 'events' | 'enabled'>;

/** False when there are too many. */
export async function insertEndpoint(tx: Queryable, endpoint: EndpointWrite, secret: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into webhook_endpoint (id, name, url, event_types, enabled, secret)
     select $1, $2, $3, $4, $5, $6 where (select count(*) from webhook_endpoint) < ${mostEndpoints}`,
    [endpoint.id, endpoint.name, endpoint.url, endpoint.events, endpoint.enabled, secret],
  );
  return rowCount === 1;
}

/** Whoever switches it on begins anew: how long it failed is forgotten. False when there is none. */
export async function updateEndpoint(tx: Queryable, endpoint: EndpointWrite): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update webhook_endpoint set name = $2, url = $3, event_types = $4, enabled = $5, updated_at = now(),
       failing_since = case when $5 and not enabled then null else failing_since end,
       disabled_reason = case when $5 then null else disabled_reason end
     where id = $1`,
    [endpoint.id, endpoint.name, endpoint.url, endpoint.events, endpoint.enabled],
  );
  return rowCount === 1;
}

export async function deleteEndpoint(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from webhook_endpoint where id = $1', [id]);
  return rowCount === 1;
}

/** Puts a new secret in place; the one before holds until `until`, and those before that no longer. */
export async function rotateEndpointSecret(tx: Queryable, id: string, secret: string, until: Date): Promise<boolean> {
  const { rows } = await tx.query<{ secret: string }>('select secret from webhook_endpoint where id = $1 for update', [
    id,
  ]);
  if (!rows[0]) return false;
  await tx.query('delete from webhook_secret where endpoint_id = $1', [id]);
  await tx.query('insert into webhook_secret (endpoint_id, secret, valid_until) values ($1, $2, $3)', [
    id,
    rows[0].secret,
    until,
  ]);
  await tx.query('update webhook_endpoint set secret = $2, updated_at = now() where id = $1', [id, secret]);
  return true;
}

/** A delivery for each endpoint that wants each of these events; answers the endpoints. Without endpoints it touches no event. */
export async function queueDeliveries(tx: Queryable, from: number, to: number, giveUpMs: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with made as (
       insert into webhook_delivery (endpoint_id, event_seq, event_type, ticket_id, give_up_at)
       select e.id, v.seq, v.type, v.ticket_id, now() + make_interval(secs => $3 / 1000.0)
       from webhook_endpoint e cross join lateral (
         select seq, type, ticket_id from event where seq between $1 and $2 and type = any (e.event_types)) v
       where e.enabled order by v.seq
       on conflict do nothing returning endpoint_id)
     select distinct endpoint_id as id from made`,
    [from, to, giveUpMs],
  );
  return rows.map(({ id }) => id);
}

export interface NewDelivery {
  readonly endpointId: string;
  readonly eventSeq: number | null;
  readonly eventType: string;
  readonly ticketId: string | null;
  readonly cause: string;
}

/** One that a rule or a person asks for. Null when there is no such endpoint that is switched on, or it is there already. */
export async function queueDelivery(tx: Queryable, delivery: NewDelivery, giveUpMs: number): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into webhook_delivery (endpoint_id, event_seq, event_type, ticket_id, cause, give_up_at)
     select e.id, $2, $3, $4, $5, now() + make_interval(secs => $6 / 1000.0) from webhook_endpoint e where e.id = $1 and e.enabled
     on conflict do nothing returning id`,
    [delivery.endpointId, delivery.eventSeq, delivery.eventType, delivery.ticketId, delivery.cause, giveUpMs],
  );
  return rows[0]?.id ?? null;
}

export interface ClaimedDelivery {
  id: string;
  endpointId: string;
  eventSeq: number | null;
  eventType: string;
  attempt: number;
  createdAt: Date;
}

/** See `claim_webhooks` in the migrations. */
export async function claimDeliveries(sql: Queryable, endpointId: string, most: number): Promise<ClaimedDelivery[]> {
  const { rows } = await sql.query<ClaimedDelivery>(
    `select id, endpoint_id as "endpointId", event_seq as "eventSeq", event_type as "eventType", attempt_count as attempt, created_at as "createdAt"
     from claim_webhooks($1, $2) order by event_seq`,
    [endpointId, most],
  );
  return rows;
}

/** `afterMs`: tried again after so long; null: it is over. False when somebody else has settled it. */
export async function settleDelivery(
  sql: Queryable,
  { id, attempt }: Pick<ClaimedDelivery, 'id' | 'attempt'>,
  log: WebhookAttempt,
  outcome: { delivered: boolean; afterMs: number | null },
): Promise<boolean> {
  const { rows } = await sql.query<{ done: boolean }>('select settle_webhook($1, $2, $3, $4, $5) as done', [
    id,
    attempt,
    outcome.delivered,
    JSON.stringify([log]),
    outcome.afterMs,
  ]);
  return rows[0]?.done ?? false;
}

/** Endpoints for which something is due. */
export async function dueEndpoints(sql: Queryable): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select e.id from webhook_endpoint e where e.enabled and exists (
       select 1 from webhook_delivery d where d.endpoint_id = e.id and d.state = 'waiting' and d.next_attempt_at <= now())`,
    [],
  );
  return rows.map(({ id }) => id);
}

/** Puts back what a process that is gone had begun to send; it may have arrived, and comes again under the same id. */
export async function freeAbandoned(sql: Queryable, olderMs: number, error: string): Promise<number> {
  const { rowCount } = await sql.query(
    `update webhook_delivery set state = 'waiting', next_attempt_at = now(),
       attempts = attempts || jsonb_build_array(jsonb_build_object('at', to_char(claimed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         'status', null, 'ms', 0, 'error', $2::text))
     where state = 'sending' and claimed_at < now() - make_interval(secs => $1 / 1000.0)`,
    [olderMs, error],
  );
  return rowCount ?? 0;
}

/** Those whose time is over while their endpoint is switched off. */
export async function endOverdue(sql: Queryable, limit: number): Promise<void> {
  await sql.query(
    `update webhook_delivery set state = 'failed', finished_at = now() where id in (
       select d.id from webhook_endpoint e join webhook_delivery d on d.endpoint_id = e.id
       where d.state = 'waiting' and d.give_up_at < now() and (not e.enabled or d.next_attempt_at > d.give_up_at) limit $1)`,
    [limit],
  );
}

/** Switches off where nothing has arrived for so long, or one that says it is gone; tells of it, and answers which. */
export async function disableFailing(
  tx: Queryable,
  which: { olderMs: number } | { id: string },
  reason: string,
): Promise<{ id: string; name: string }[]> {
  const { rows } = await tx.query<{ id: string; name: string }>(
    `with off as (
       update webhook_endpoint set enabled = false, disabled_reason = $3, updated_at = now()
       where enabled and (id = $1 or failing_since < now() - make_interval(secs => $2 / 1000.0)) returning id, name),
     told as (
       insert into event (type, data)
       select 'webhook.disabled', jsonb_build_object('endpointId', id, 'endpointName', name, 'reason', $3::text) from off)
     select id, name from off`,
    ['id' in which ? which.id : null, 'olderMs' in which ? which.olderMs : null, reason],
  );
  return rows;
}

/** How many are off because they failed. */
export async function failedEndpoints(sql: Queryable): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    'select count(*)::int as n from webhook_endpoint where not enabled and disabled_reason is not null',
    [],
  );
  return rows[0]?.n ?? 0;
}

const logged = `d.id, d.endpoint_id as "endpointId", d.event_seq as "eventSeq", d.event_type as "eventType", d.ticket_id as "ticketId",
  split_part(d.cause, ':', 1) as cause, d.state, d.attempt_count as "attemptCount", d.attempts, d.replays,
  case when d.state = 'waiting' then d.next_attempt_at end as "nextAttemptAt", d.created_at as "createdAt", d.finished_at as "finishedAt"`;

/** Newest first. */
export async function listDeliveries(
  sql: Queryable,
  endpointId: string,
  filter: { state?: string | undefined; ticketId?: string | undefined },
  slice: Slice<string>,
): Promise<Cut<WebhookDelivery, string>> {
  const { values, bind } = parameters(endpointId, slice.limit + 1);
  const conditions = ['d.endpoint_id = $1'];
  if (filter.state) conditions.push(`d.state = ${bind(filter.state)}`);
  if (filter.ticketId) conditions.push(`d.ticket_id = ${bind(filter.ticketId)}`);
  if (slice.after !== null) conditions.push(`d.id < ${bind(slice.after)}`);
  const { rows } = await sql.query(
    `select ${logged} from webhook_delivery d where ${conditions.join(' and ')} order by d.id desc limit $2`,
    values,
  );
  return cut(
    rows.map((row) => present<WebhookDelivery>(row)),
    slice.limit,
    ({ id }) => id,
  );
}

export async function readDelivery(sql: Queryable, id: string): Promise<WebhookDelivery | null> {
  const { rows } = await sql.query(`select ${logged} from webhook_delivery d where d.id = $1`, [id]);
  return rows[0] ? present<WebhookDelivery>(rows[0]) : null;
}

/** What is over is sent again, under the same ids and in their order. Answers how many. */
export async function replayDeliveries(
  tx: Queryable,
  endpointId: string,
  which: { ids?: readonly string[] | undefined; failedSince?: Date | undefined },
  giveUpMs: number,
  most: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    `update webhook_delivery set state = 'waiting', next_attempt_at = now(), finished_at = null, replays = replays + 1,
       give_up_at = now() + make_interval(secs => $4 / 1000.0)
     where id in (select id from webhook_delivery where endpoint_id = $1 and state in ('delivered', 'failed')
       and (id = any ($2::uuid[]) or (state = 'failed' and finished_at >= $3)) order by id limit $5)
       and state in ('delivered', 'failed')`,
    [endpointId, which.ids ?? [], which.failedSince ?? null, giveUpMs, most],
  );
  return rowCount ?? 0;
}

/** Deliveries that ended longer ago than so many days. */
export async function deleteOldDeliveries(sql: Queryable, days: number, limit: number): Promise<void> {
  await sql.query(
    `delete from webhook_delivery where id in (select id from webhook_delivery where id < uuid_v7_floor(now() - make_interval(days => $1))
       and state in ('delivered', 'failed') order by id limit $2)`,
    [days, limit],
  );
}
