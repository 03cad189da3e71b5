/** Wallboards, their links, and what only they show. */
import type { BoardAgent, BoardClock, BoardLayout, BoardLink, BoardLinkWrite, SavedBoard } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';

const columns = `id, name, layout, created_at as "createdAt", updated_at as "updatedAt"`;
const linkColumns = `id, wallboard_id as "wallboardId", name, expires_at as "expiresAt", created_at as "createdAt"`;
const mostBoards = 100;
const mostLinks = 50;
/** More are not counted. */
const mostLate = 1_000;

function presentBoard(row: Record<string, unknown>): SavedBoard {
  const { layout, ...rest } = present<Omit<SavedBoard, keyof BoardLayout> & { name: string; layout: BoardLayout }>(row);
  return { ...layout, ...rest };
}

const layoutOf = ({ name: _name, ...layout }: BoardLayout): string => JSON.stringify(layout);

export async function listWallboards(sql: Queryable): Promise<SavedBoard[]> {
  const { rows } = await sql.query(`select ${columns} from wallboard order by name limit ${mostBoards}`, []);
  return rows.map(presentBoard);
}

export async function readWallboardLayout(sql: Queryable, id: string): Promise<SavedBoard | null> {
  const { rows } = await sql.query(`select ${columns} from wallboard where id = $1`, [id]);
  return rows[0] ? presentBoard(rows[0]) : null;
}

/** False when there is one of this name, or there are too many. */
export async function insertWallboard(sql: Queryable, id: string, board: BoardLayout): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into wallboard (id, name, layout) select $1, $2, $3 where (select count(*) from wallboard) < ${mostBoards} on conflict do nothing`,
    [id, board.name, layoutOf(board)],
  );
  return rowCount === 1;
}

/** False when another one has this name. */
export async function updateWallboard(sql: Queryable, id: string, board: BoardLayout): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update wallboard set name = $2, layout = $3, updated_at = now()
     where id = $1 and not exists (select 1 from wallboard where name = $2 and id <> $1)`,
    [id, board.name, layoutOf(board)],
  );
  return rowCount === 1;
}

/** With its links. */
export async function deleteWallboard(sql: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('delete from wallboard where id = $1', [id]);
  return rowCount === 1;
}

/** Of one wallboard, the newest first. */
export async function listWallboardLinks(sql: Queryable, wallboardId: string): Promise<BoardLink[]> {
  const { rows } = await sql.query(
    `select ${linkColumns} from wallboard_link where wallboard_id = $1 order by created_at desc limit ${mostLinks}`,
    [wallboardId],
  );
  return rows.map((row) => present<BoardLink>(row));
}

export async function readWallboardLink(sql: Queryable, id: string): Promise<BoardLink | null> {
  const { rows } = await sql.query(`select ${linkColumns} from wallboard_link where id = $1`, [id]);
  return rows[0] ? present<BoardLink>(rows[0]) : null;
}

/** False when there are too many. */
export async function insertWallboardLink(
  sql: Queryable,
  { id, wallboardId, name, expiresAt }: BoardLinkWrite & { id: string; wallboardId: string },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into wallboard_link (id, wallboard_id, name, expires_at)
     select $1, $2, $3, $4 where (select count(*) from wallboard_link where wallboard_id = $2) < ${mostLinks}`,
    [id, wallboardId, name, expiresAt],
  );
  return rowCount === 1;
}

export async function deleteWallboardLink(sql: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('delete from wallboard_link where id = $1', [id]);
  return rowCount === 1;
}

/** The wallboards of those links that are there, by link. */
export async function readLinkedBoards(sql: Queryable, linkIds: readonly string[]): Promise<Map<string, SavedBoard>> {
  const { rows } = await sql.query<Record<string, unknown> & { linkId: string }>(
    `select l.id as "linkId", w.id, w.name, w.layout, w.created_at as "createdAt", w.updated_at as "updatedAt"
     from wallboard_link l join wallboard w on w.id = l.wallboard_id where l.id = any ($1::uuid[])`,
    [linkIds],
  );
  return new Map(rows.map(({ linkId, ...row }) => [linkId, presentBoard(row)]));
}

export interface BoardMoment {
  agents: BoardAgent[];
  late: number;
  clocks: BoardClock[];
}

/** Agents who are not offline, and the clocks around this moment: those just over their time, and those next. */
export async function readBoardMoment(sql: Queryable): Promise<BoardMoment> {
  const { rows } = await sql.query<BoardMoment>(
    `with c as (
       (select * from ticket_clock where state = 'running' and due_at <= now() order by due_at desc limit 6)
       union all
       (select * from ticket_clock where state = 'running' and due_at > now() order by due_at limit 12))
     select
       (select coalesce(jsonb_agg(jsonb_build_object('name', name, 'state', presence, 'since', to_char(presence_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
          order by presence_since), '[]') from (select * from agent where presence <> 'offline' order by presence_since limit 500) a) as agents,
       (select count(*)::int from (select 1 from ticket_clock where state = 'running' and due_at <= now() limit ${mostLate}) l) as late,
       (select coalesce(jsonb_agg(jsonb_build_object('ticket', t.number, 'queue', q.name, 'kind', c.kind, 'round', c.round,
          'dueAt', to_char(c.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by c.due_at), '[]')
        from c join ticket t on t.id = c.ticket_id left join queue q on q.id = t.queue_id) as clocks`,
    [],
  );
  return rows[0] ?? { agents: [], late: 0, clocks: [] };
}
