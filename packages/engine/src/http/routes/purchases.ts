import {
  HubError,
  purchaseFilter,
  purchaseQuery,
  type Purchase,
  type PurchaseFilter,
  type purchaseWrite,
} from '@patchbay/contracts';
import { minorDigits } from '@patchbay/domain';
import { readFileOwner, tellExported } from '@patchbay/store/queries/customer-file';
import { findCustomer, listPurchases, readPurchaseByNumber, writePurchases } from '@patchbay/store/queries/purchases';
import type { z } from 'zod';
import { normalIdentifier } from '../../identity/normal-identifier.ts';
import type { Parts } from '../../parts.ts';
import { presentPages } from '../../privacy/door.ts';
import { sendCsv } from '../csv-answer.ts';
import { momentKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';

const tag = 'Purchases';
const exportPage = 500;

type Write = z.output<typeof purchaseWrite>;

/** @throws HubError `unprocessable` when nobody is meant, or several are */
async function ownerOf(parts: Parts, { customerId, identifier, customerExternalId, source }: Write): Promise<string> {
  const { sql } = parts.db;
  if (customerId !== undefined) {
    const owner = await readFileOwner(sql, customerId);
    if (owner?.mergedInto) return owner.mergedInto;
    if (owner) return customerId;
  } else {
    const found = await findCustomer(
      sql,
      identifier
        ? {
            kind: identifier.kind,
            value: normalIdentifier(identifier.kind, identifier.value, parts.config.defaultRegion).value,
          }
        : { source, externalId: customerExternalId ?? '' },
    );
    if (found !== null) return found;
  }
  throw new HubError('unprocessable', 'There is no one customer who is known by this');
}

async function* exported(parts: Parts, filter: PurchaseFilter): AsyncGenerator<string[][]> {
  let after: [number, string] | null = null;
  do {
    const found: Awaited<ReturnType<typeof listPurchases>> = await listPurchases(parts.db.sql, filter, {
      limit: exportPage,
      after,
    });
    yield found.items.map(lineOf);
    after = found.next;
  } while (after !== null);
}

const header = [
  'id',
  'patchbayId',
  'source',
  'externalId',
  'occurredAt',
  'amountMinor',
  'amount',
  'currency',
  'state',
  'item',
];
/** In the currency's own unit, as imports read it. */
function amountText(minor: number, currency: string): string {
  const digits = minorDigits(currency) ?? 2;
  return (minor / 10 ** digits).toFixed(digits);
}

const lineOf = (purchase: Purchase): string[] => [
  purchase.id,
  purchase.customerId,
  purchase.source,
  purchase.externalId,
  purchase.occurredAt,
  String(purchase.amountMinor),
  amountText(purchase.amountMinor, purchase.currency),
  purchase.currency,
  purchase.state,
  purchase.items.map(({ name, quantity }) => `${quantity} × ${name}`).join('; '),
];

export const purchaseRoutes = [
  route({
    method: 'get',
    path: '/purchases',
    summary: 'Purchases, newest first',
    tag,
    access: 'agent',
    query: purchaseQuery,
    answer: 'PurchasePage',
    async handle({ parts, query }) {
      const { limit, cursor, ...filter } = query;
      return pageOf(await listPurchases(parts.db.sql, filter, sliceOf(momentKey, { limit, cursor })));
    },
  }),
  route({
    method: 'put',
    path: '/purchases',
    summary: 'Enter a purchase, or what became of it: one by its source and order number, however often it is sent',
    tag,
    access: 'manager',
    body: 'PurchaseWrite',
    answer: 'Purchase',
    async handle({ parts, principal, body }) {
      const { customerId: _id, identifier: _named, customerExternalId: _number, ...purchase } = body;
      const customerId = await ownerOf(parts, body);
      await parts.db.transaction((tx) =>
        writePurchases(tx, [{ ...purchase, customerId }], { actorId: principal.agentId }),
      );
      parts.relay.nudge();
      const written = await readPurchaseByNumber(parts.db.sql, body.source, body.externalId);
      if (!written) throw new HubError('internal', 'The purchase was written and is not there');
      return written;
    },
  }),
  route({
    method: 'get',
    path: '/purchases/export',
    summary: 'Purchases as CSV',
    tag,
    access: 'manager',
    query: purchaseFilter,
    answer: 'bytes',
    async handle({ parts, principal, query, response, correlationId }) {
      await tellExported(parts.db.sql, 'purchases', query, principal.agentId, correlationId);
      parts.relay.nudge();
      await sendCsv(response, 'purchases.csv', header, presentPages(parts, principal, exported(parts, query)));
    },
  }),
];
