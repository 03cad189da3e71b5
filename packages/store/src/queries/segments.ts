/** Saved sets of customers, and who is in them now. */
import type { Segment, SegmentMember, SegmentDraft } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { beginRun } from './grading.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const columns = `s.id, s.key, s.name, s.description, s.condition, s.member_count as "memberCount",
  coalesce((select r.state = 'running' from grading_run r where r.id = s.run_id), false) as refreshing,
  s.created_at as "createdAt", s.updated_at as "updatedAt"`;

/** How many a centre can have: every customer is held against all of them. */
export const mostSegments = 100;

export async function listSegments(sql: Queryable): Promise<Segment[]> {
  const { rows } = await sql.query(`select ${columns} from segment s order by s.name, s.key limit ${mostSegments}`, []);
  return rows.map((row) => present<Segment>(row));
}

export async function readSegment(sql: Queryable, key: string): Promise<Segment | null> {
  const { rows } = await sql.query(`select ${columns} from segment s where s.key = $1`, [key]);
  return rows[0] ? present<Segment>(rows[0]) : null;
}

/** False when there is one with this key, or too many. */
export async function insertSegment(sql: Queryable, draft: SegmentDraft, agentId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with made as (
       insert into segment (key, name, description, condition)
       select $1, $2, $3, $4 where (select count(*) from segment) < ${mostSegments} on conflict do nothing returning key)
     insert into event (type, actor_id, data) select 'segment.created', $5, jsonb_build_object('key', key) from made`,
    [draft.key, draft.name, draft.description ?? '', JSON.stringify(draft.condition), agentId],
  );
  return rowCount === 1;
}

/** False when there is none with this key. */
export async function updateSegment(sql: Queryable, draft: SegmentDraft, agentId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with changed as (
       update segment set name = $2, description = $3, condition = $4, updated_at = now() where key = $1 returning key)
     insert into event (type, actor_id, data) select 'segment.changed', $5, jsonb_build_object('key', key) from changed`,
    [draft.key, draft.name, draft.description ?? '', JSON.stringify(draft.condition), agentId],
  );
  return rowCount === 1;
}

export async function deleteSegment(sql: Queryable, key: string, agentId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with gone as (delete from segment where key = $1 returning key)
     insert into event (type, actor_id, data) select 'segment.deleted', $2, jsonb_build_object('key', key) from gone`,
    [key, agentId],
  );
  return rowCount === 1;
}

/** Has every customer looked at for the segment. An earlier run for segments that has not ended is taken over by this one. */
export async function refreshSegment(sql: Queryable, key: string, agentId: string): Promise<void> {
  const run = await beginRun(sql, { kind: 'segments', agentId });
  await sql.query(
    `with older as (
       update grading_run set state = 'done', finished_at = now() where kind = 'segments' and state = 'running' and id <> $1 returning id)
     update segment set run_id = $1 where key = $2 or run_id in (select id from older)`,
    [run, key],
  );
}

/** Members in the order of their ids. */
export async function listMembers(
  sql: Queryable,
  segmentId: string,
  slice: Slice<string>,
): Promise<Cut<SegmentMember, string>> {
  const { rows } = await sql.query(
    `select m.customer_id as "customerId", c.display_name as name, c.grade, c.stage, m.since
     from segment_member m join customer c on c.id = m.customer_id
     where m.segment_id = $1 and ($2::uuid is null or m.customer_id > $2) order by m.customer_id limit $3`,
    [segmentId, slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<SegmentMember>(row)),
    slice.limit,
    ({ customerId }) => customerId,
  );
}

/** The segments that a customer is in, for routing, targets and reports. */
export async function segmentsOf(sql: Queryable, customerId: string): Promise<{ key: string; name: string }[]> {
  const { rows } = await sql.query<{ key: string; name: string }>(
    `select s.key, s.name from segment_member m join segment s on s.id = m.segment_id where m.customer_id = $1 order by s.name, s.key`,
    [customerId],
  );
  return rows;
}
