/** What goes after a time, kind by kind: how much that is, and a bounded batch of it. */
import type { RetentionKind } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** A preview counts so far. */
export const previewMost = 10_000;

interface Kind {
  /** What would go: rows with their moment as `at`. `$1`: everything before it. */
  readonly due: string;
  /** Removes at most `$2` of them; answers a row for each. */
  readonly remove: string;
}

const free = 'k.customer_id not in (select held_customers())';
const settled = `k.status in ('resolved', 'closed') and k.last_activity_at < $1 and ${free}`;
const files = (recordings: boolean) => `
  select a.id, uuid_v7_time(a.id) as at from attachment a join message m on m.id = a.message_id join ticket k on k.id = m.ticket_id
  where a.id < uuid_v7_floor($1) and m.channel ${recordings ? '=' : '<>'} 'phone' and k.status in ('resolved', 'closed') and ${free}
  order by a.id`;
/** Those that are still to come go with those that are there. */
const removeFiles = (recordings: boolean): string =>
  `with awaited as (delete from awaited_file f using message m, ticket k where m.id = f.message_id and k.id = m.ticket_id
       and f.id < uuid_v7_floor($1) and m.channel ${recordings ? '=' : '<>'} 'phone' and k.status in ('resolved', 'closed') and ${free})
   delete from attachment where id in (select id from (${files(recordings)}) d limit $2) returning 1`;

/** Rows in the order of their ids from where the last run ended: each is looked at once. */
const walked = (kind: string, table: string, condition: string) => `
  select t.id, t.at from (select id, uuid_v7_time(id) as at from ${table} t
    where t.id >= uuid_v7_floor(coalesce((select reached from sweep_progress where name = 'retention:${kind}'), 'epoch'))
      and t.id < uuid_v7_floor($1) and ${condition} order by t.id) t`;
const removeWalked = (kind: string, table: string, condition: string, removal: string): string => `
  with due as materialized (${walked(kind, table, condition)} limit $2),
  reached as (insert into sweep_progress (name, reached)
    select 'retention:${kind}', case when count(*) < $2 then $1 else max(at) end from due
    on conflict (name) do update set reached = greatest(sweep_progress.reached, excluded.reached))
  update ${table} set ${removal} where id in (select id from due) and ${condition} returning 1`;

const freeTicket = `not exists (select 1 from ticket k where k.id = ticket_id and k.customer_id in (select held_customers()))`;
const rawKept = `${freeTicket} and state in ('done', 'duplicate', 'discarded') and (raw is not null or length(raw_sha256) = 64)`;
const contactKept = `${freeTicket} and state in ('done', 'duplicate') and contact is not null`;
const callKept = `${freeTicket} and state in ('ended', 'missed') and caller <> '[erased]'`;

const kinds: Record<Exclude<RetentionKind, 'customers' | 'audit' | 'idempotency'>, Kind> = {
  messages: {
    due: `select k.id, k.last_activity_at as at from ticket k where k.id < uuid_v7_floor($1) and k.emptied_at is null and ${settled} order by k.id`,
    remove: `with due as materialized (select k.id from ticket k where k.id < uuid_v7_floor($1) and k.emptied_at is null and ${settled}
        order by k.id limit least($2, 50) for update skip locked),
      texts as (update message set sender = '[erased]', sender_name = null, body_text = '[erased]', subject = null, reply_text = null, body_html = null,
          recipients = '{}', copies = '{}', blind_copies = '{}', reply_to = '{}', delivery_error = null, authenticity = null, classification = null
        where ticket_id in (select id from due)),
      sent as (update outbound set recipient = '[erased]', error = null, reached = '{}', bounces = '{}', untaken = '{}', "references" = '{}', in_reply_to = null
        where ticket_id in (select id from due)),
      awaited as (delete from awaited_file where message_id in (select m.id from message m where m.ticket_id in (select id from due))),
      variables as (update message_template_use set variables = '{}' where message_id in (select m.id from message m where m.ticket_id in (select id from due))),
      held as (update held_reply set input = '{}', reason = null where ticket_id in (select id from due) and state not in ('held', 'leaving')),
      told as (update event set data = erased_data(type, data) where ticket_id in (select id from due) and type = 'ticket.request-changed'),
      trail as (update audit_entry set detail = erased_data(action, detail), salt = null
        where ticket_id in (select id from due) and action = 'ticket.request-changed')
      update ticket set emptied_at = now(), subject = '[erased]', preview = '', fields = '{}' where id in (select id from due) returning 1`,
  },
  attachments: { due: files(false), remove: removeFiles(false) },
  recordings: { due: files(true), remove: removeFiles(true) },
  calls: {
    due: walked('calls', 'call', callKept),
    remove: removeWalked('calls', 'call', callKept, `caller = '[erased]'`),
  },
  raw: {
    due: walked('raw', 'inbox', rawKept),
    remove: removeWalked('raw', 'inbox', rawKept, `raw = null, raw_sha256 = ''`),
  },
  inbox: {
    due: walked('inbox', 'inbox', contactKept),
    remove: removeWalked('inbox', 'inbox', contactKept, 'contact = null, envelopes = null'),
  },
  quarantine: {
    due: `select id, quarantined_at as at from inbox where state in ('quarantined', 'discarded') and quarantined_at < $1 and message_id is null order by quarantined_at`,
    remove: `delete from inbox where id in (select id from inbox where state in ('quarantined', 'discarded') and quarantined_at < $1 and message_id is null
      order by quarantined_at limit $2 for update skip locked) returning 1`,
  },
};

/** Customers who have had no contact since, are in no hold and are not to be erased already. */
const silent = `
  select c.id, coalesce((select max(k.last_activity_at) from ticket k where k.customer_id = c.id), c.created_at) as at
  from customer c where c.id < uuid_v7_floor($1) and c.updated_at < $1 and c.merged_into is null and c.erased_at is null
    and not exists (select 1 from ticket k where k.customer_id = c.id and (k.status in ('open', 'pending') or k.last_activity_at >= $1))
    and not exists (select 1 from privacy_request r where r.customer_id = c.id and r.kind = 'erasure' and r.state in ('asked', 'waiting', 'running'))
    and c.id not in (select held_customers())
  order by c.id`;
const seals = 'select id, at from audit_seal where at < $1 and pruned_at is null order by id';
const keys = 'select created_at as at from idempotency where created_at < $1 order by created_at';

const dueText: Record<RetentionKind, string> = {
  ...(Object.fromEntries(Object.entries(kinds).map(([kind, { due }]) => [kind, due])) as Record<
    keyof typeof kinds,
    string
  >),
  customers: silent,
  audit: `select e.id, e.at from (${seals}) s join audit_entry e on e.seal_id = s.id`,
  idempotency: keys,
};

/** How much a period would remove now, up to {@link previewMost}, and of when the oldest is. */
export async function previewRetention(
  sql: Queryable,
  kind: RetentionKind,
  before: Date,
): Promise<{ count: number; oldest: Date | null }> {
  const { rows } = await sql.query<{ count: number; oldest: Date | null }>(
    `select count(*)::int as count, min(at) as oldest from (select at from (${dueText[kind]}) due limit ${previewMost + 1}) found`,
    [before],
  );
  return rows[0] ?? { count: 0, oldest: null };
}

/** Removes a batch in one transaction; answers how many. Less than `limit` is the last one. */
export async function removeExpired(
  tx: Queryable,
  kind: Exclude<RetentionKind, 'customers'>,
  before: Date,
  limit: number,
): Promise<number> {
  await tx.query(`select set_config('patchbay.privacy', 'retention', true)`, []);
  if (kind === 'audit') return pruneAudit(tx, before);
  const text =
    kind === 'idempotency'
      ? `delete from idempotency where (principal_id, key) in (select principal_id, key from idempotency where created_at < $1 order by created_at limit $2) returning 1`
      : kinds[kind].remove;
  const { rowCount } = await tx.query(text, [before, limit]);
  return rowCount ?? 0;
}

/** By whole seals, oldest first: the chain goes on over their digests. */
async function pruneAudit(tx: Queryable, before: Date): Promise<number> {
  const { rowCount } = await tx.query(
    `with due as (update audit_seal set pruned_at = now() where id in (select id from (${seals}) s limit 5) returning id)
     delete from audit_entry where seal_id in (select id from due) returning 1`,
    [before],
  );
  return rowCount ?? 0;
}

export async function silentCustomers(sql: Queryable, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(`select id from (${silent}) due limit $2`, [before, limit]);
  return rows.map(({ id }) => id);
}

export async function countRemoved(tx: Queryable, kind: RetentionKind, day: string, removed: number): Promise<void> {
  await tx.query(
    `insert into retention_count as c (kind, day, removed) values ($1, $2, $3)
     on conflict (kind, day) do update set removed = c.removed + excluded.removed`,
    [kind, day, removed],
  );
}

export async function removedSoFar(sql: Queryable): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ kind: string; removed: number }>(
    'select kind, sum(removed)::bigint as removed from retention_count group by 1',
    [],
  );
  return new Map(rows.map(({ kind, removed }) => [kind, removed]));
}
