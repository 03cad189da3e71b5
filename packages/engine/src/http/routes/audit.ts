import { auditFilter, auditQuery, type AuditEntry } from '@patchbay/contracts';
import { checkSeals, listAudit, recordAudit } from '@patchbay/store/queries/audit';
import { presentAnswer } from '../../privacy/door.ts';
import { presentNamed } from '../../privacy/masking.ts';
import { countKey, pageOf, sliceOf } from '../cursor.ts';
import { disposition } from '../file-answer.ts';
import { route } from '../route.ts';

const tag = 'Audit';
const batch = 500;

const columns = [
  'id',
  'at',
  'action',
  'actorId',
  'actorName',
  'customerId',
  'ticketId',
  'correlationId',
  'detail',
  'sealId',
] as const;

/** RFC 4180; a sign with which spreadsheets begin a formula stands behind an apostrophe. */
function csvCell(value: string | number | object | null): string {
  const text = value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csvLine = (entry: AuditEntry): string => `${columns.map((name) => csvCell(entry[name])).join(',')}\r\n`;

export const auditRoutes = [
  route({
    method: 'get',
    path: '/audit',
    summary: 'Who looked at, took out and changed what, newest first',
    tag,
    access: 'manager',
    query: auditQuery,
    answer: 'AuditEntryPage',
    async handle({ parts, principal, query }) {
      const found = await listAudit(parts.db.sql, query, sliceOf(countKey, query));
      return pageOf({ ...found, items: await presentNamed(parts.db.sql, principal, 'customerName', found.items) });
    },
  }),
  route({
    method: 'get',
    path: '/audit.csv',
    summary: 'The same as CSV',
    tag,
    access: 'manager',
    query: auditFilter,
    answer: 'bytes',
    async handle({ parts, principal, query, response, correlationId }) {
      await recordAudit(parts.db.sql, {
        action: 'audit.exported',
        actorId: principal.agentId,
        correlationId,
        detail: query,
      });
      response.set({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': disposition('attachment', 'audit.csv'),
      });
      response.write(`\uFEFF${columns.join(',')}\r\n`);
      for (let after: number | null = null; ;) {
        const found = await listAudit(parts.db.sql, query, { limit: batch, after });
        const items = await presentAnswer(parts, principal, found.items);
        const taken = response.write(items.map(csvLine).join(''));
        after = found.next;
        if (after === null || response.destroyed) break;
        if (!taken) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
      response.end();
    },
  }),
  route({
    method: 'get',
    path: '/audit/check',
    summary: 'Whether the trail is what was written: seals that do not hold',
    tag,
    access: 'manager',
    answer: 'AuditCheck',
    async handle({ parts }) {
      const broken: number[] = [];
      let seals = 0;
      for (let after = 0; ;) {
        const found = await checkSeals(parts.db.sql, after, batch);
        seals += found.length;
        broken.push(...found.filter((one) => one.broken).map(({ sealId }) => sealId));
        if (found.length < batch) return { seals, broken };
        after = found.at(-1)?.sealId ?? after;
      }
    },
  }),
];
