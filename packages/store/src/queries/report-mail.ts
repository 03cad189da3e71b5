/** When saved reports are mailed, to whom, and what became of each mail. */
import type {
  ReportMail,
  ReportMailing,
  ReportMailState,
  ReportSchedule,
  ReportScheduleWrite,
  ReportTimes,
} from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { truth } from './truth.ts';

const columns = `s.report_id as "reportId", s.enabled, s.times, s.agent_ids as "agentIds", s.addresses, s.language, s.format`;
/** Of the last time the report was sent. */
const undelivered = `(select count(*)::int from report_mail m where m.state in ('failed', 'unknown') and m.run_id = (
  select r.id from report_run r where r.report_id = s.report_id order by r.due_at desc limit 1)) as undelivered`;

/** As it is set, without what follows from that. */
export type KeptSchedule = ReportScheduleWrite & { reportId: string };

/** There is one for a saved report at the most, so that they are as few. */
export async function listSchedules(sql: Queryable): Promise<ReportSchedule[]> {
  const { rows } = await sql.query(
    `select ${columns}, s.next_at as "nextAt", ${undelivered} from report_schedule s order by s.report_id`,
    [],
  );
  return rows.map((row) => present<ReportSchedule>(row));
}

export async function readSchedule(sql: Queryable, reportId: string): Promise<KeptSchedule | null> {
  const { rows } = await sql.query<KeptSchedule>(`select ${columns} from report_schedule s where s.report_id = $1`, [
    reportId,
  ]);
  return rows[0] ?? null;
}

/** `nextAt` null: it is switched off. */
export async function putSchedule(
  tx: Queryable,
  reportId: string,
  schedule: ReportScheduleWrite,
  nextAt: Date | null,
): Promise<void> {
  const { enabled, times, agentIds, addresses, language, format } = schedule;
  await tx.query(
    `insert into report_schedule (report_id, enabled, times, agent_ids, addresses, language, format, next_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (report_id) do update set enabled = excluded.enabled, times = excluded.times, agent_ids = excluded.agent_ids,
       addresses = excluded.addresses, language = excluded.language, format = excluded.format, next_at = excluded.next_at, updated_at = now()`,
    [reportId, enabled, JSON.stringify(times), agentIds, addresses, language, format, nextAt],
  );
}

export async function deleteSchedule(tx: Queryable, reportId: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from report_schedule where report_id = $1', [reportId]);
  return rowCount === 1;
}

/** Those who are not there. */
export async function missingAgents(sql: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    'select id from unnest($1::text[]) id where not exists (select 1 from agent a where a.id = id.id)',
    [ids],
  );
  return rows.map(({ id }) => id);
}

export interface DueSchedule {
  reportId: string;
  times: ReportTimes;
  nextAt: Date;
}

export async function dueSchedules(sql: Queryable, now: Date, limit: number): Promise<DueSchedule[]> {
  const { rows } = await sql.query<DueSchedule>(
    'select report_id as "reportId", times, next_at as "nextAt" from report_schedule where next_at <= $1 order by next_at limit $2',
    [now, limit],
  );
  return rows;
}

/** A mail for each recipient of `run`, who are those of `from`; of one who works here no longer, a failed one that says so. */
const insertMails = `insert into report_mail (run_id, report_id, agent_id, address, state, settled_at, error)
  select run.id, run.report_id, r.agent_id, coalesce(r.address, ''), case when r.address is null then 'failed' else 'queued' end,
    case when r.address is null then now() end, case when r.address is null then 'Works here no longer' end
  from run cross join lateral (
    select i.id as agent_id, a.email as address from unnest(run.agent_ids) i (id) left join agent a on a.id = i.id
    union all select null, d.address from unnest(run.addresses) d (address)) r
  on conflict do nothing`;

/**
 * Moves a schedule on and, with `dueAt`, makes the mails of that time: once, whoever else does the same. Answers the run; null when
 * somebody else was first.
 */
export async function queueDue(
  sql: Queryable,
  { reportId, nextAt }: Pick<DueSchedule, 'reportId' | 'nextAt'>,
  dueAt: Date | null,
  thenAt: Date,
): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `with moved as (
       update report_schedule set next_at = $4 where report_id = $1 and next_at = $2 returning *
     ), made as (
       insert into report_run (report_id, due_at, language, format)
       select report_id, $3::timestamptz, language, format from moved where $3::timestamptz is not null
       on conflict (report_id, due_at) do nothing returning id, report_id
     ), run as (
       select made.id, made.report_id, moved.agent_ids, moved.addresses from made join moved using (report_id)
     ), mails as (${insertMails})
     select id from run`,
    [reportId, nextAt, dueAt, thenAt],
  );
  return rows[0]?.id ?? null;
}

/** What a person asks for now. Null when it was asked for at this very moment. */
export async function queueNow(
  sql: Queryable,
  asked: ReportMailing & { reportId: string; askedBy: string; at: Date },
): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `with made as (
       insert into report_run (report_id, due_at, asked_by, language, format) values ($1, $2, $3, $4, $5)
       on conflict (report_id, due_at) do nothing returning id, report_id
     ), run as (
       select id, report_id, $6::text[] as agent_ids, $7::text[] as addresses from made
     ), mails as (${insertMails})
     select id from run`,
    [asked.reportId, asked.at, asked.askedBy, asked.language, asked.format, asked.agentIds, asked.addresses],
  );
  return rows[0]?.id ?? null;
}

export interface ReportRunRow {
  id: string;
  reportId: string;
  dueAt: Date;
  language: 'en' | 'zh';
  format: 'csv' | 'xlsx';
}

export async function readRun(sql: Queryable, id: string): Promise<ReportRunRow | null> {
  const { rows } = await sql.query<ReportRunRow>(
    'select id, report_id as "reportId", due_at as "dueAt", language, format from report_run where id = $1',
    [id],
  );
  return rows[0] ?? null;
}

export async function countMails(sql: Queryable, runId: string): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    'select count(*)::int as count from report_mail where run_id = $1',
    [runId],
  );
  return rows[0]?.count ?? 0;
}

export interface ClaimedMail {
  id: string;
  address: string;
  attempts: number;
  claim: string;
  /** The id in its Message-ID. */
  knownAs: string;
  /** The id in its bounce address: of the first try, and each that a person asked for has one of its own. */
  try: string;
}

/** It had no token of the account: how long it waits for the next one, and how often it has waited. */
export interface PostponedMail {
  id: string;
  postponedMs: number;
  round: number;
}

/** Takes one of the run's mails whose time has come: whoever gets it is the only one who sends it. Null when none is due. */
export async function claimMail(sql: Queryable, runId: string): Promise<ClaimedMail | PostponedMail | null> {
  const { rows } = await sql.query<{ claimed: ClaimedMail | PostponedMail | null }>(
    'select claim_report_mail($1) as claimed',
    [runId],
  );
  return rows[0]?.claimed ?? null;
}

export interface MailOutcome {
  /** `queued`: it is tried again after `afterMs`. */
  readonly state: Exclude<ReportMailState, 'sending'>;
  readonly error: string | null;
  readonly afterMs?: number;
}

/** What is known late is worth more than what was unknown. False when the claim has passed to another. */
export async function settleMail(
  sql: Queryable,
  { id, claim }: Pick<ClaimedMail, 'id' | 'claim'>,
  { state, error, afterMs = 0 }: MailOutcome,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update report_mail set state = $3, error = $4, next_try_at = case when $3 = 'queued' then now() + make_interval(secs => $5 / 1000.0) else next_try_at end,
       settled_at = case when $3 = 'queued' then null else now() end
     where id = $1 and claim = $2 and state in ('sending', 'unknown')`,
    [id, claim, state, error, afterMs],
  );
  return rowCount === 1;
}

/** Those that a process had begun to send and never ended: nobody knows whether they left. */
export async function abandonMails(sql: Queryable, olderMs: number, error: string): Promise<number> {
  const { rowCount } = await sql.query(
    `update report_mail set state = 'unknown', error = $2, settled_at = now()
     where state = 'sending' and claimed_at < now() - make_interval(secs => $1 / 1000.0)`,
    [olderMs, error],
  );
  return rowCount ?? 0;
}

/** Runs of which a mail's time has come. */
export async function dueRuns(sql: Queryable, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select distinct run_id as id from (
       select run_id from report_mail where state = 'queued' and next_try_at <= now() order by next_try_at limit $1) due`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

export async function deleteOldRuns(sql: Queryable, days: number, limit: number): Promise<void> {
  await sql.query(
    `delete from report_run where id in (
       select id from report_run where created_at < now() - make_interval(days => $1) order by created_at limit $2 for update skip locked)`,
    [days, limit],
  );
}

/** Those of the ids that are of mails of reports, or of tries of them. */
export async function knownMails(sql: Queryable, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from unnest($1::uuid[]) asked (id)
     where exists (select 1 from report_mail m where m.id = asked.id) or exists (select 1 from report_mail m where m.tries @> array[asked.id])`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Ends a pending contact that tells of a mail of a report: that one, and the address that it went to, are marked by what it says. False where it
 * tells of none; then nothing is changed.
 *
 * @param reason why it is no message of a ticket
 */
export async function settleMailReport(sql: Queryable, inboxId: string, reason: string): Promise<boolean> {
  return truth(sql, 'select settle_mail_report($1, $2) as yes', [inboxId, reason]);
}

const mailColumns = `m.id, m.report_id as "reportId", r.due_at as "dueAt", r.asked_by as "askedBy", m.agent_id as "agentId", m.address, m.state, m.attempts,
  m.error, case when m.state = 'queued' then m.next_try_at end as "nextTryAt", m.settled_at as "settledAt"`;

/** Newest first. */
export async function listMails(
  sql: Queryable,
  reportId: string,
  state: ReportMailState | null,
  { limit, after }: Slice<string>,
): Promise<Cut<ReportMail, string>> {
  const { rows } = await sql.query(
    `select ${mailColumns} from report_mail m join report_run r on r.id = m.run_id
     where m.report_id = $1 and ($2::text is null or m.state = $2) and ($3::uuid is null or m.id < $3) order by m.id desc limit $4`,
    [reportId, state, after, limit + 1],
  );
  return cut(
    rows.map((row) => present<ReportMail>(row)),
    limit,
    ({ id }) => id,
  );
}

export async function readMail(sql: Queryable, id: string): Promise<ReportMail | null> {
  const { rows } = await sql.query(
    `select ${mailColumns} from report_mail m join report_run r on r.id = m.run_id where m.id = $1`,
    [id],
  );
  return rows[0] ? present<ReportMail>(rows[0]) : null;
}

/**
 * Puts one that did not arrive, or of which nobody knows, on its way again, as another try: what is said late of the one before is known by its ids. It
 * is another mail where that is known to have failed, and otherwise keeps its Message-ID. Answers its run; null when it is neither.
 */
export async function retryMail(sql: Queryable, id: string): Promise<string | null> {
  const { rows } = await sql.query<{ runId: string }>(
    `with anew as materialized (select uuid_v7() as id)
     update report_mail m set state = 'queued', attempts = 0, next_try_at = now(), settled_at = null, error = null,
       tries = m.tries || anew.id, known_as = case m.state when 'failed' then anew.id else m.known_as end
     from anew where m.id = $1 and m.state in ('failed', 'unknown') and m.address <> ''
     returning m.run_id as "runId"`,
    [id],
  );
  return rows[0]?.runId ?? null;
}
