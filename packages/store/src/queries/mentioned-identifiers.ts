/** Whose identifiers an answer may hold. */
import type { Queryable } from '../database.ts';

export interface HeldIdentifier {
  readonly customerId: string;
  readonly kind: string;
  readonly value: string;
}

/**
 * All identifiers of the customers who are named by their own id, by that of a ticket, or by one of these values. A value that several have is
 * there for each of them.
 */
export async function mentionedIdentifiers(
  sql: Queryable,
  ids: readonly string[],
  values: readonly string[],
): Promise<HeldIdentifier[]> {
  const { rows } = await sql.query<HeldIdentifier>(
    `with named as (
       select c.id from customer c where c.id = any ($1::uuid[])
       union select t.customer_id from ticket t where t.id = any ($1::uuid[])
       union select i.customer_id from identifier i where i.value = any ($2))
     select distinct i.customer_id as "customerId", i.kind, i.value from identifier i
       where i.value in (select o.value from named n join identifier o on o.customer_id = n.id)
     union select s.customer_id, 'external', s.external_id from customer_source_key s join named n on n.id = s.customer_id`,
    [ids, values],
  );
  return rows;
}
