import type { SavedReport, SavedReportWrite } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';

const columns = 'id, name, query, created_at as "createdAt", updated_at as "updatedAt"';
const mostReports = 200;

export async function listSavedReports(sql: Queryable): Promise<SavedReport[]> {
  const { rows } = await sql.query(`select ${columns} from saved_report order by name limit ${mostReports}`, []);
  return rows.map((row) => present<SavedReport>(row));
}

export async function readSavedReport(sql: Queryable, id: string): Promise<SavedReport | null> {
  const { rows } = await sql.query(`select ${columns} from saved_report where id = $1`, [id]);
  return rows[0] ? present<SavedReport>(rows[0]) : null;
}

/** False when there is one of this name, or there are too many. */
export async function insertSavedReport(sql: Queryable, id: string, report: SavedReportWrite): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into saved_report (id, name, query) select $1, $2, $3 where (select count(*) from saved_report) < ${mostReports} on conflict do nothing`,
    [id, report.name, JSON.stringify(report.query)],
  );
  return rowCount === 1;
}

/** False when another one has this name. */
export async function updateSavedReport(sql: Queryable, id: string, report: SavedReportWrite): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update saved_report set name = $2, query = $3, updated_at = now()
     where id = $1 and not exists (select 1 from saved_report where name = $2 and id <> $1)`,
    [id, report.name, JSON.stringify(report.query)],
  );
  return rowCount === 1;
}

export async function deleteSavedReport(sql: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('delete from saved_report where id = $1', [id]);
  return rowCount === 1;
}
