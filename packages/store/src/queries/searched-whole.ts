/** Finding customers without uncovering parts of what they are reached by. */
import { containing } from './paging.ts';

/** A name that is an address is an identifier, too. */
export function searchedWhole(q: string, bind: (value: unknown) => string): string {
  return `c.id in (
    select n.id from customer n where n.display_name ilike ${bind(containing(q))} and n.display_name !~ '@|^\\+?\\d{5,}$'
    union select i.customer_id from identifier i where i.value in (${bind(q)}, ${bind(q.toLowerCase())}, ${bind(q.replaceAll(/[\s()./-]/g, ''))}))`;
}
