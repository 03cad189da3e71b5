import type { ImportReject } from '@patchbay/contracts';
import { readPurchaseRow, type PurchaseRow } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { findPeople, findPresent } from '@patchbay/store/queries/import-rows';
import { compareOrders, writePurchases, type PurchaseRow as NewPurchase } from '@patchbay/store/queries/purchases';
import { purchaseState } from '@patchbay/contracts';
import type { ChunkContext, ChunkResult } from './chunk.ts';
import type { CsvRow } from './csv-source.ts';
import type { DryMemory } from './dry-memory.ts';

interface ReadPurchase {
  readonly source: CsvRow;
  readonly row: PurchaseRow;
  readonly customerId: string;
}

/** Rows of orders: each belongs to a customer who is known already. An order number that comes again corrects what was said of it. */
export async function purchaseChunk(
  sql: Queryable,
  context: ChunkContext,
  rows: readonly CsvRow[],
): Promise<ChunkResult> {
  const rejects: ImportReject[] = [];
  const reject = (source: CsvRow, reasons: ImportReject['reasons']) =>
    rejects.push({ rowNumber: source.number, reasons, cells: source.cells });
  const read: { source: CsvRow; row: PurchaseRow }[] = [];
  for (const source of rows) {
    const outcome = readPurchaseRow(context.form, source.cells);
    if ('row' in outcome) read.push({ source, row: outcome.row });
    else reject(source, outcome.reasons);
  }
  const ownerOf = await findOwners(
    sql,
    context.settings.source,
    read.map(({ row }) => row),
  );
  // The last row of an order holds.
  const orders = new Map<string, ReadPurchase>();
  let again = 0;
  for (const { source, row } of read) {
    const owner = ownerOf(row);
    if ('reason' in owner) reject(source, [{ column: null, code: owner.reason }]);
    else {
      if (orders.has(row.externalId)) again += 1;
      orders.set(row.externalId, { source, row, customerId: owner.customerId });
    }
  }
  const { created, updated } = await settle(sql, context, [...orders.values()]);
  const unchanged = orders.size - created - updated + again;
  return {
    counts: { created, updated, unchanged },
    rejects: rejects.toSorted((a, b) => a.rowNumber - b.rowNumber),
  };
}

async function settle(sql: Queryable, context: ChunkContext, orders: readonly ReadPurchase[]) {
  const { source } = context.settings;
  const purchases = orders.map(({ row, customerId }) => ({
    customerId,
    source,
    externalId: row.externalId,
    occurredAt: row.occurredAt,
    amountMinor: row.amountMinor,
    currency: row.currency,
    items: row.items.map((item) => ({ ...item })),
    state: purchaseState.parse(row.state),
  }));
  if (!context.memory) return writePurchases(sql, purchases, { actorId: context.actorId });
  return settleDry(sql, source, context.memory, purchases);
}

/** Whose order it is stays, so it does not count. */
const orderText = ({ customerId: _owner, ...order }: NewPurchase): string => JSON.stringify(order);

async function settleDry(sql: Queryable, source: string, memory: DryMemory, purchases: readonly NewPurchase[]) {
  const known = new Map(
    (await compareOrders(sql, source, purchases)).map(({ externalId, same }) => [externalId, same] as const),
  );
  let created = 0;
  let updated = 0;
  for (const purchase of purchases) {
    const { externalId } = purchase;
    const text = orderText(purchase);
    const earlier = memory.orders.get(externalId);
    if (earlier === undefined && !known.has(externalId)) created += 1;
    else if (earlier === undefined ? known.get(externalId) === false : earlier !== text) updated += 1;
    memory.orders.set(externalId, text);
  }
  return { created, updated };
}

type Owner = { customerId: string } | { reason: 'no-such-customer' | 'several-customers' };

async function findOwners(
  sql: Queryable,
  source: string,
  rows: readonly PurchaseRow[],
): Promise<(row: PurchaseRow) => Owner> {
  const known = await findPeople(
    sql,
    source,
    rows.flatMap(({ customerExternalId }) => customerExternalId ?? []),
    rows.flatMap(({ identifiers }) => identifiers),
  );
  const externals = new Map(known.externals.map(({ externalId, customerId }) => [externalId, customerId]));
  const proved = new Map(known.holders.map(({ kind, value, customerId }) => [`${kind}:${value}`, customerId]));
  const present = await findPresent(
    sql,
    rows.flatMap(({ customerId }) => customerId ?? []),
    false,
  );
  return ({ customerExternalId, customerId: named, identifiers }) => {
    if (named !== null && !present.has(named)) return { reason: 'no-such-customer' };
    const owners = new Set(
      [
        named === null ? undefined : present.get(named),
        customerExternalId === null ? undefined : externals.get(customerExternalId),
        ...identifiers.map(({ kind, value }) => proved.get(`${kind}:${value}`)),
      ].filter((id) => id !== undefined),
    );
    const [customerId] = owners;
    if (customerId === undefined) return { reason: 'no-such-customer' };
    return owners.size > 1 ? { reason: 'several-customers' } : { customerId };
  };
}
