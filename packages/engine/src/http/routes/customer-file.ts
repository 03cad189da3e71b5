import {
  customerFileQuery,
  customerFilter,
  HubError,
  pageQuery,
  reviewSettings,
  type CustomerFilter,
} from '@patchbay/contracts';
import { completenessRateFormula, freshnessFormula, percentOf } from '@patchbay/domain';
import { writeSetting } from '@patchbay/store';
import { listCustomFields, recheckAllFiles } from '@patchbay/store/queries/custom-fields';
import {
  listCustomerFiles,
  listFieldHistory,
  readCustomersToExport,
  readFileOwner,
  readFileTotals,
  tellExported,
  type ExportedCustomer,
} from '@patchbay/store/queries/customer-file';
import { recordAudit } from '@patchbay/store/queries/audit';
import { markReviewed } from '@patchbay/store/queries/tasks';
import { listTimeline } from '@patchbay/store/queries/timeline';
import { z } from 'zod';
import { readReviewSettings, reviewSettingKey } from '../../customer-file/check-files.ts';
import { changeFields, readCustomerFile } from '../../customer-file/file.ts';
import { presentEntries } from '../../customer-file/sensitive.ts';
import type { Principal } from '../../auth/index.ts';
import type { Parts } from '../../parts.ts';
import { changeSetting } from '../../setting-changes.ts';
import { presentPages } from '../../privacy/door.ts';
import { maySearchParts, presentSummaries, presentTimeline } from '../../privacy/masking.ts';
import { cellOf, sendCsv } from '../csv-answer.ts';
import { idKey, momentKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Customer file';
const exportPage = 500;

/** That somebody looked at a customer's file stands in the trail. */
async function noteLook(
  parts: Parts,
  { agentId }: Principal,
  customerId: string,
  correlationId: string,
): Promise<void> {
  await recordAudit(parts.db.sql, { action: 'customer.read', actorId: agentId, customerId, correlationId });
}

async function requireCustomer(parts: Parts, id: string): Promise<void> {
  if (!(await readFileOwner(parts.db.sql, id))) throw new HubError('not_found', 'There is no such customer');
}

async function* exported(
  parts: Parts,
  principal: Principal,
  filter: CustomerFilter,
  keys: readonly string[],
): AsyncGenerator<string[][]> {
  const { sql } = parts.db;
  const parted = await maySearchParts(sql, principal);
  let after: string | null = null;
  for (;;) {
    const rows: ExportedCustomer[] = await readCustomersToExport(sql, filter, after, exportPage, parted);
    yield (await presentSummaries(sql, principal, rows)).map((row) => lineOf(row, keys));
    after = rows.at(-1)?.id ?? null;
    if (rows.length < exportPage) return;
  }
}

function lineOf(row: ExportedCustomer, keys: readonly string[]): string[] {
  const valuesOf = (kind: string) =>
    row.identifiers
      .filter((identifier) => identifier.kind === kind)
      .map(({ value, extension }) => (extension === null ? value : `${value};ext=${extension}`))
      .join('; ');
  return [
    row.id,
    row.displayName,
    valuesOf('email'),
    valuesOf('phone'),
    valuesOf('account'),
    row.organisations.join('; '),
    ...keys.map((key) => cellOf(row.fields[key])),
    String(percentOf(row.filled, row.required)),
    row.createdAt,
  ];
}

const rateOf = (part: number, whole: number, formula: string) => ({
  value: percentOf(part, whole),
  part,
  whole,
  formula,
});

export const customerFileRoutes = [
  route({
    method: 'get',
    path: '/customer-files',
    summary: 'Customers by what is in their files, newest first',
    tag,
    access: 'agent',
    query: customerFileQuery,
    answer: 'CustomerSummaryPage',
    async handle({ parts, principal, query }) {
      const { limit, cursor, ...filter } = query;
      const found = await listCustomerFiles(
        parts.db.sql,
        { ...filter, q: filter.q?.trim() },
        sliceOf(idKey, { limit, cursor }),
        await maySearchParts(parts.db.sql, principal),
      );
      const items = await presentSummaries(parts.db.sql, principal, found.items);
      return pageOf({
        ...found,
        items: items.map(({ filled, required, ...row }) => ({ ...row, percent: percentOf(filled, required) })),
      });
    },
  }),
  route({
    method: 'get',
    path: '/customer-files/figures',
    summary: 'How complete and how fresh the files are',
    tag,
    access: 'agent',
    answer: 'CustomerFileFigures',
    async handle({ parts }) {
      const totals = await readFileTotals(parts.db.sql);
      return {
        customers: totals.customers,
        complete: totals.complete,
        completeness: rateOf(totals.filled, totals.required, completenessRateFormula),
        freshness: rateOf(Math.max(0, totals.kinds - totals.overdue), totals.kinds, freshnessFormula),
        at: totals.updatedAt.toISOString(),
      };
    },
  }),
  route({
    method: 'get',
    path: '/customer-files/export',
    summary: 'Customers as CSV, without sensitive fields',
    tag,
    access: 'manager',
    query: customerFilter,
    answer: 'bytes',
    async handle({ parts, principal, query, response, correlationId }) {
      const fields = (await listCustomFields(parts.db.sql, 'customer')).filter(({ sensitive }) => !sensitive);
      await tellExported(parts.db.sql, 'customers', query, principal.agentId, correlationId);
      parts.relay.nudge();
      const keys = fields.map(({ key }) => key);
      const header = [
        'patchbayId',
        'displayName',
        'email',
        'phone',
        'account',
        'organisation',
        ...keys,
        'completeness',
        'createdAt',
      ];
      const rows = presentPages(parts, principal, exported(parts, principal, query, keys));
      await sendCsv(response, 'customers.csv', header, rows);
    },
  }),
  route({
    method: 'get',
    path: '/customers/:id/file',
    summary: "A customer's file",
    tag,
    access: 'agent',
    params: byId,
    answer: 'CustomerFile',
    async handle({ parts, principal, params, correlationId }) {
      const file = await readCustomerFile(parts, principal, params.id);
      await noteLook(parts, principal, params.id, correlationId);
      return file;
    },
  }),
  route({
    method: 'patch',
    path: '/customers/:id/fields',
    summary:
      'Fill in, correct or empty fields; with a version only while nobody else has changed it (409 with what is there)',
    tag,
    access: 'agent',
    params: byId,
    body: 'FieldChanges',
    answer: 'CustomerFile',
    async handle({ parts, principal, params, body, correlationId }) {
      await changeFields(parts, principal, params.id, body, correlationId);
      return readCustomerFile(parts, principal, params.id);
    },
  }),
  route({
    method: 'get',
    path: '/customers/:id/fields/:key/history',
    summary: 'Every value that a field had, newest first',
    tag,
    access: 'agent',
    params: byId.extend({ key: z.string().max(60) }),
    query: pageQuery,
    answer: 'FieldEntryPage',
    async handle({ parts, principal, params, query, correlationId }) {
      await requireCustomer(parts, params.id);
      await noteLook(parts, principal, params.id, correlationId);
      const [found, fields] = await Promise.all([
        listFieldHistory(parts.db.sql, params.id, params.key, sliceOf(momentKey, query)),
        listCustomFields(parts.db.sql, 'customer'),
      ]);
      return pageOf({ ...found, items: await presentEntries(parts, principal, params.id, fields, found.items) });
    },
  }),
  route({
    method: 'get',
    path: '/customers/:id/timeline',
    summary: 'Everything that happened with a customer, newest first; messages and calls of tickets that you may read',
    tag,
    access: 'agent',
    params: byId,
    query: pageQuery,
    answer: 'TimelineItemPage',
    async handle({ parts, principal, params, query, correlationId }) {
      await requireCustomer(parts, params.id);
      await noteLook(parts, principal, params.id, correlationId);
      const found = await listTimeline(parts.db.sql, principal, params.id, sliceOf(momentKey, query));
      return pageOf({ ...found, items: await presentTimeline(parts.db.sql, principal, found.items) });
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/reviews',
    summary: 'Say that a kind of records is still right; its open task is done by that',
    tag,
    access: 'agent',
    params: byId,
    body: 'ReviewRequest',
    answer: 'CustomerFile',
    async handle({ parts, principal, params, body }) {
      const done = await parts.db.transaction((tx) => markReviewed(tx, params.id, body.kind, principal.agentId, false));
      if (!done) throw new HubError('not_found', 'There is no such customer');
      parts.relay.nudge();
      return readCustomerFile(parts, principal, params.id);
    },
  }),
  route({
    method: 'get',
    path: '/settings/customer-reviews',
    summary: 'After how many days which records are to be reviewed',
    tag,
    access: 'agent',
    answer: 'ReviewSettings',
    handle: ({ parts }) => readReviewSettings(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/settings/customer-reviews',
    summary: 'Decide after how many days which records are to be reviewed',
    tag,
    access: 'manager',
    body: 'ReviewSettingsUpdate',
    answer: 'ReviewSettings',
    async handle(call) {
      const setting = { setting: reviewSettingKey, key: null, read: readReviewSettings } as const;
      await changeSetting(call, setting, async (tx) => {
        await writeSetting(tx, reviewSettingKey, reviewSettings.parse(call.body));
        await recheckAllFiles(tx);
      });
      return readReviewSettings(call.parts.db.sql);
    },
  }),
];
