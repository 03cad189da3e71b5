import type { ErasurePreview } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { findPerson, obstacleTo } from './erase.ts';
import { register } from './register.ts';

/** Of these tables all rows would be read: what is counted is found by an index. */
const counted = Object.entries(register).filter(
  ([, { own, erase }]) => own !== undefined && erase !== undefined && erase !== 'walk',
);

export async function previewErasure(sql: Queryable, customerIds: readonly string[]): Promise<ErasurePreview> {
  const person = await findPerson(sql, customerIds);
  const rows: Record<string, number> = {};
  for (const [table, { own = 'false' }] of counted) {
    const { rows: found } = await sql.query<{ n: number }>(`select count(*)::int as n from "${table}" t where ${own}`, [
      customerIds,
    ]);
    if ((found[0]?.n ?? 0) > 0) rows[table] = found[0]?.n ?? 0;
  }
  const { rows: open } = await sql.query<{ n: number }>(
    `select count(*)::int as n from ticket where customer_id = any ($1) and status in ('open', 'pending')`,
    [customerIds],
  );
  return {
    customers: customerIds.length,
    rows,
    openTickets: open[0]?.n ?? 0,
    held: (await obstacleTo(sql, customerIds)) === 'hold',
    shared: person.identifiers.filter(({ shared }) => shared).length,
    othersFilesNotSearched: true,
  };
}
