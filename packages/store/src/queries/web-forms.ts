/** Public forms, and what became of what was sent by them. */
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

export interface WebFormRow {
  id: string;
  slug: string;
  titleEn: string;
  titleZh: string;
  introEn: string;
  introZh: string;
  successEn: string;
  successZh: string;
  sourceId: string;
  requestTypes: string[];
  languages: ('en' | 'zh')[];
  contactBy: 'any' | 'email' | 'phone' | 'none';
  frameAncestors: string[];
  confirmByMail: boolean;
  enabled: boolean;
  createdAt: string;
  updatedAt: string;
}

const columns = `id, slug, title_en as "titleEn", title_zh as "titleZh", intro_en as "introEn", intro_zh as "introZh",
  success_en as "successEn", success_zh as "successZh", source_id as "sourceId", request_types as "requestTypes", languages,
  contact_by as "contactBy", frame_ancestors as "frameAncestors", confirm_by_mail as "confirmByMail", enabled,
  created_at as "createdAt", updated_at as "updatedAt"`;

export async function listWebForms(sql: Queryable, { limit, after }: Slice<string>): Promise<Cut<WebFormRow, string>> {
  const { rows } = await sql.query(
    `select ${columns} from web_form where $1::text is null or slug > $1 order by slug limit $2`,
    [after, limit + 1],
  );
  return cut(
    rows.map((row) => present<WebFormRow>(row)),
    limit,
    (form) => form.slug,
  );
}

export async function readWebForm(sql: Queryable, slug: string): Promise<WebFormRow | null> {
  const { rows } = await sql.query(`select ${columns} from web_form where slug = $1`, [slug]);
  return rows[0] ? present<WebFormRow>(rows[0]) : null;
}

export type WebFormContent = Omit<WebFormRow, 'id' | 'slug' | 'sourceId' | 'createdAt' | 'updatedAt'>;

const valuesOf = (form: WebFormContent) => [
  form.titleEn,
  form.titleZh,
  form.introEn,
  form.introZh,
  form.successEn,
  form.successZh,
  form.requestTypes,
  form.languages,
  form.contactBy,
  form.frameAncestors,
  form.confirmByMail,
  form.enabled,
];

/** False when there is a form with this slug. */
export async function insertWebForm(
  sql: Queryable,
  slug: string,
  sourceId: string,
  form: WebFormContent,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into web_form (slug, source_id, title_en, title_zh, intro_en, intro_zh, success_en, success_zh, request_types, languages,
       contact_by, frame_ancestors, confirm_by_mail, enabled)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing`,
    [slug, sourceId, ...valuesOf(form)],
  );
  return rowCount === 1;
}

/** False when there is no form with this slug. */
export async function updateWebForm(sql: Queryable, slug: string, form: WebFormContent): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update web_form set title_en = $2, title_zh = $3, intro_en = $4, intro_zh = $5, success_en = $6, success_zh = $7,
       request_types = $8, languages = $9, contact_by = $10, frame_ancestors = $11, confirm_by_mail = $12, enabled = $13, updated_at = now()
     where slug = $1`,
    [slug, ...valuesOf(form)],
  );
  return rowCount === 1;
}

/** Forms in use whose only type that is left is this one. */
export async function formsOfOnly(sql: Queryable, type: string): Promise<string[]> {
  const { rows } = await sql.query<{ slug: string }>(
    `select slug from web_form f where enabled and $1 = any (request_types)
       and not exists (select 1 from request_type t where t.key = any (f.request_types) and t.key <> $1) order by slug`,
    [type],
  );
  return rows.map(({ slug }) => slug);
}

/**
 * The number of the ticket that a submission became; null while it waits. What came a second time in other bytes is kept under the name of the
 * first with `~` and sixteen digits (`receive_contact`), and its ticket is that of the first.
 */
export async function ticketNumberOf(sql: Queryable, account: string, inboxId: string): Promise<number | null> {
  const { rows } = await sql.query<{ number: number }>(
    `select t.number from inbox i
     join inbox f on f.channel_account = i.channel_account
       and f.external_id = case when i.state = 'duplicate' then left(i.external_id, -17) else i.external_id end
     join ticket t on t.id = f.ticket_id where i.channel_account = $1 and i.id = $2`,
    [account, inboxId],
  );
  return rows[0]?.number ?? null;
}

/** Takes the lock that lets one of several processes which start together write what a centre begins with; then asks whether it is there. */
export async function claimIntakeSeed(tx: Queryable): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('seed-intake', 0))`);
  const { rows } = await tx.query<{ fresh: boolean }>(
    `with told as (insert into setting (key, value) values ('intake-seeded', 'true') on conflict do nothing returning key)
     select exists (select 1 from told) as fresh`,
  );
  return rows[0]?.fresh ?? false;
}
