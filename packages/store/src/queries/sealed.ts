/** Every place where sealed text is kept, so that it can be sealed anew when the key changes. */
import type { Queryable } from '../database.ts';
import { sealedRequestKeys } from './sensitive-requests.ts';

export interface SealedPlace {
  readonly table: string;
  readonly key: readonly string[];
  /** Of the text, as an expression. */
  readonly text: string;
  /** The column that is written, and what is written to it; `$1` is the new text. */
  readonly write: string;
  /** What the text was sealed for, from its row's key and further columns. */
  readonly context: string;
  /** Which rows hold sealed text, where others hold something else. */
  readonly where?: string;
}

const plain = (table: string, column: string, context: string): SealedPlace => ({
  table,
  key: ['id'],
  text: `t.${column}`,
  write: `${column} = $1`,
  context,
});

export const sealedPlaces: readonly SealedPlace[] = [
  plain('mail_account', 'password_sealed', 't.id::text'),
  plain('mail_account', 'client_secret_sealed', 't.id::text'),
  plain('mail_account', 'refresh_token_sealed', 't.id::text'),
  plain('http_source', 'secret', `'http-source:' || t.id`),
  plain('http_source_secret', 'secret', `'http-source:' || t.source_id`),
  plain('webhook_endpoint', 'secret', `'webhook:' || t.id`),
  plain('webhook_secret', 'secret', `'webhook:' || t.endpoint_id`),
  plain('identity_code', 'sealed_code', 't.id::text'),
  // Public keys are not sealed.
  { ...plain('visitor_site_key', 'material', 't.id::text'), where: `t.algorithm = 'HS256'` },
  {
    table: 'customer_field_value',
    key: ['id'],
    text: `t.value ->> 'sealed'`,
    write: `value = jsonb_build_object('sealed', $1::text)`,
    context: `'field:customer_field_value:value:' || t.id`,
    where: 'is_sealed_value(t.value)',
  },
  plain('data_import', 'key_sealed', `'import:' || t.id`),
  plain('privacy_request', 'sought_sealed', `'privacy-request:' || t.id`),
  {
    table: 'idempotency',
    key: ['principal_id', 'key'],
    text: `t.answer ->> 'sealed'`,
    write: `answer = jsonb_build_object('sealed', $1::text)`,
    context: `'idempotency:' || t.principal_id || ':' || t.key`,
  },
  {
    table: 'setting',
    key: ['key'],
    text: `t.value #>> '{}'`,
    write: 'value = to_jsonb($1::text)',
    context: 't.key',
    where: `t.key = 'blind-index-key'`,
  },
];

const isSealed = ({ where, text }: SealedPlace): string => `${where ?? 'true'} and ${text} is not null`;

export interface SealedText {
  readonly key: readonly string[];
  readonly text: string;
  readonly context: string;
}

/** A batch of texts that this key has not sealed, after a row. */
export async function sealedOtherwise(
  sql: Queryable,
  place: SealedPlace,
  keyId: string,
  after: readonly string[] | null,
  limit: number,
): Promise<SealedText[]> {
  const key = place.key.map((name) => `t.${name}::text`).join(', ');
  const { rows } = await sql.query<SealedText>(
    `select array[${key}] as key, ${place.text} as text, ${place.context} as context from ${place.table} t
     where ${isSealed(place)} and ${place.text} not like $1 and ($2::text[] is null or array[${key}] > $2) order by array[${key}] limit $3`,
    [`v2.${keyId}.%`, after, limit],
  );
  return rows;
}

/** Only while it is still the text that was read. */
export async function writeSealed(sql: Queryable, place: SealedPlace, row: SealedText, text: string): Promise<void> {
  const same = place.key.map((name, index) => `t.${name}::text = $${index + 3}`).join(' and ');
  await sql.query(`update ${place.table} t set ${place.write} where ${place.text} = $2 and ${same}`, [
    text,
    row.text,
    ...row.key,
  ]);
}

/** How many texts each key has sealed; `v1` where the text does not say. */
export async function sealedByKey(sql: Queryable): Promise<ReadonlyMap<string, number>> {
  const counts = sealedPlaces.map(
    (place) =>
      `select case when ${place.text} like 'v2.%' then split_part(${place.text}, '.', 2) else 'v1' end as id from ${place.table} t where ${isSealed(place)}`,
  );
  const { rows } = await sql.query<{ id: string; n: number }>(
    `select id, count(*)::int as n from (${[...counts, sealedRequestKeys].join(' union all ')}) texts group by id`,
    [],
  );
  return new Map(rows.map(({ id, n }) => [id, n]));
}
