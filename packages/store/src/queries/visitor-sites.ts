/** Websites that vouch for their visitors, their keys, and what they said. Secrets come and go sealed. */
import type { SiteAlgorithm, VisitorSite } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';

const columns = `s.id, s.name, s.audience, s.enabled, s.created_at as "createdAt", coalesce((
  select jsonb_agg(jsonb_build_object('id', k.id, 'algorithm', k.algorithm, 'createdAt', k.created_at, 'retiresAt', k.retires_at) order by k.id desc)
  from visitor_site_key k where k.site_id = s.id), '[]') as keys`;

/** Sites are few: they are listed whole. */
export async function listSites(sql: Queryable): Promise<VisitorSite[]> {
  const { rows } = await sql.query(`select ${columns} from visitor_site s order by s.name, s.id limit 500`);
  return rows.map((row) => present<VisitorSite>(row));
}

export async function readSite(sql: Queryable, id: string): Promise<VisitorSite | null> {
  const { rows } = await sql.query(`select ${columns} from visitor_site s where s.id = $1`, [id]);
  return rows[0] ? present<VisitorSite>(rows[0]) : null;
}

const told = (change: string) =>
  `told as (insert into event (type, actor_id, data) select 'identity.site-changed', $1, jsonb_build_object('siteId', id, 'change', '${change}') from written)`;

/** Null when the audience is another site's. */
export async function insertSite(
  sql: Queryable,
  actorId: string,
  site: { name: string; audience: string },
): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `with written as (insert into visitor_site (name, audience) values ($2, $3) on conflict (audience) do nothing returning id), ${told('added')}
     select id from written`,
    [actorId, site.name, site.audience],
  );
  return rows[0]?.id ?? null;
}

export async function updateSite(
  sql: Queryable,
  actorId: string,
  id: string,
  site: { name: string; enabled: boolean },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with written as (update visitor_site set name = $3, enabled = $4, updated_at = now() where id = $2 returning id), ${told('changed')}
     select id from written`,
    [actorId, id, site.name, site.enabled],
  );
  return rowCount === 1;
}

export interface NewSiteKey {
  id: string;
  siteId: string;
  algorithm: SiteAlgorithm;
  material: string;
  /** When the keys before it end. */
  othersUntil: Date;
}

/** Adds a key; those before it hold until then and no longer than they would have. */
export async function insertSiteKey(sql: Queryable, actorId: string, key: NewSiteKey): Promise<void> {
  await sql.query(
    `with ending as (
       update visitor_site_key set retires_at = least(coalesce(retires_at, 'infinity'), $6::timestamptz) where site_id = $3),
     added as (insert into visitor_site_key (id, site_id, algorithm, material) values ($2, $3, $4, $5) returning site_id),
     written as (select site_id as id from added), ${told('key added')}
     select id from written`,
    [actorId, key.id, key.siteId, key.algorithm, key.material, key.othersUntil],
  );
}

/** Ends a key at once. False when the site has none like it. */
export async function retireSiteKey(sql: Queryable, actorId: string, siteId: string, keyId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with ended as (update visitor_site_key set retires_at = least(coalesce(retires_at, 'infinity'), now()) where id = $3 and site_id = $2 returning site_id),
     written as (select site_id as id from ended), ${told('key retired')}
     select id from written`,
    [actorId, siteId, keyId],
  );
  return rowCount === 1;
}

export interface SiteKeyRow {
  siteId: string;
  siteName: string;
  keyId: string;
  algorithm: SiteAlgorithm;
  material: string;
}

/** The keys that hold for an audience; none when no site has it, or the site is switched off. */
export async function readSiteKeys(sql: Queryable, audiences: readonly string[], now: Date): Promise<SiteKeyRow[]> {
  const { rows } = await sql.query<SiteKeyRow>(
    `select s.id as "siteId", s.name as "siteName", k.id as "keyId", k.algorithm, k.material from visitor_site s
     join visitor_site_key k on k.site_id = s.id and (k.retires_at is null or k.retires_at > $2)
     where s.audience = any ($1) and s.enabled order by k.id desc limit 20`,
    [audiences, now],
  );
  return rows;
}

/** False when another visitor brought this token before. */
export async function claimToken(
  tx: Queryable,
  tokenHash: string,
  visitorId: string,
  expiresAt: Date,
): Promise<boolean> {
  await tx.query(
    'insert into visitor_token (token_hash, visitor_id, expires_at) values ($1, $2, $3) on conflict do nothing',
    [tokenHash, visitorId, expiresAt],
  );
  const { rows } = await tx.query<{ mine: boolean }>(
    'select visitor_id = $2 as mine from visitor_token where token_hash = $1',
    [tokenHash, visitorId],
  );
  return rows[0]?.mine ?? false;
}

export interface VisitorProofRow {
  siteId: string;
  subject: string;
  displayName: string | null;
  identifiers: { kind: 'email' | 'phone' | 'external'; value: string }[];
  expiresAt: Date;
}

/** What a site said of a visitor and still stands for. */
export async function readVisitorProof(sql: Queryable, visitorId: string, now: Date): Promise<VisitorProofRow | null> {
  const { rows } = await sql.query<VisitorProofRow>(
    `select v.site_id as "siteId", v.subject, v.display_name as "displayName", v.identifiers, v.expires_at as "expiresAt"
     from visitor_proof v join visitor_site s on s.id = v.site_id and s.enabled where v.visitor_id = $1 and v.expires_at > $2`,
    [visitorId, now],
  );
  return rows[0] ?? null;
}

/** False when the same site said before that this visitor is somebody else: two people use one browser. */
export async function keepVisitorProof(tx: Queryable, visitorId: string, proof: VisitorProofRow): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into visitor_proof as v (visitor_id, site_id, subject, display_name, identifiers, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (visitor_id) do update set display_name = excluded.display_name, identifiers = excluded.identifiers, at = now(),
       expires_at = greatest(v.expires_at, excluded.expires_at)
     where v.site_id = excluded.site_id and v.subject = excluded.subject`,
    [visitorId, proof.siteId, proof.subject, proof.displayName, JSON.stringify(proof.identifiers), proof.expiresAt],
  );
  return rowCount === 1;
}

/** The customer whom a visitor's id is proved to be. */
export async function customerOfVisitor(sql: Queryable, visitorId: string): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `select customer_id as id from identifier where kind = 'visitor' and value = $1 and grade <> 'claimed' and not shared limit 1`,
    [visitorId],
  );
  return rows[0]?.id ?? null;
}

export async function deleteOldTokens(sql: Queryable, limit: number): Promise<void> {
  await sql.query(
    `delete from visitor_token where token_hash in (select token_hash from visitor_token where expires_at < now() - interval '1 hour' limit $1)`,
    [limit],
  );
}
