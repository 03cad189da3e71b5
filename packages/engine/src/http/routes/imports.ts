import {
  HubError,
  importKind,
  pageQuery,
  rejectFileQuery,
  rejectFileWords,
  rejectQuery,
  rowReasonText,
  type FormLanguage,
  type ImportState,
} from '@patchbay/contracts';
import { plainCell } from '@patchbay/domain';
import {
  deleteMapping,
  insertImport,
  listImports,
  listMappings,
  moveImport,
  readMapping,
  writeMapping,
} from '@patchbay/store/queries/imports';
import { z } from 'zod';
import { openImport } from '../../imports/sealed-import.ts';
import { changeSettings, importOf, rejectsOf, takeFile } from '../../imports/upload.ts';
import type { Parts } from '../../parts.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { presentPages } from '../../privacy/door.ts';
import { sendCsv } from '../csv-answer.ts';
import { countKey, idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Imports';
const byName = z.object({ name: z.string().trim().min(1).max(100) });
const rejectPage = 500;

const mappingSetting = (name: string): Setting => ({
  setting: 'import-mapping',
  key: name,
  read: (tx) => readMapping(tx, name),
});

/** Moves an import on; asking for what it is already in changes nothing. */
function move(name: string, summary: string, from: readonly ImportState[], to: ImportState, works: boolean) {
  return route({
    method: 'post',
    path: `/imports/:id/${name}`,
    summary,
    tag,
    access: 'manager',
    params: byId,
    answer: 'DataImport',
    async handle({ parts, principal, params }) {
      const found = await importOf(parts, params.id);
      if (works && found.settings === null) throw new HubError('conflict', 'Say first what the columns are');
      if (to === 'running' && found.state === 'ready' && found.report === null)
        throw new HubError('conflict', 'A dry run comes first');
      const moved = await parts.db.transaction((tx) => moveImport(tx, params.id, from, to, principal.agentId));
      if (!moved && found.state !== to) throw new HubError('conflict', `The import is ${found.state}`);
      if (works) parts.jobs.add('run-import', { importId: params.id });
      parts.relay.nudge();
      return importOf(parts, params.id);
    },
  });
}

/** The original columns at their places, then row number and reasons, then cells for which the header has no place. */
async function* rejected(
  parts: Parts,
  id: string,
  columns: number,
  language: FormLanguage,
): AsyncGenerator<string[][]> {
  let after: number | null = null;
  do {
    const found: Awaited<ReturnType<typeof rejectsOf>> = await rejectsOf(parts, id, {
      limit: rejectPage,
      after,
    });
    yield found.items.map(({ rowNumber, reasons, cells }) => [
      ...Array.from({ length: columns }, (_, at) => plainCell(cells[at] ?? '')),
      String(rowNumber),
      reasons.map((reason) => rowReasonText(reason, language)).join('; '),
      ...cells.slice(columns).map(plainCell),
    ]);
    after = found.next;
  } while (after !== null);
}

export const importRoutes = [
  route({
    method: 'get',
    path: '/imports',
    summary: 'Imports, newest first',
    tag,
    access: 'manager',
    query: pageQuery,
    answer: 'DataImportPage',
    async handle({ parts, query }) {
      const found = await listImports(parts.db.sql, sliceOf(idKey, query));
      return pageOf({ ...found, items: found.items.map((one) => openImport(parts.vault, one)) });
    },
  }),
  route({
    method: 'post',
    path: '/imports',
    summary: 'Begin an import; its file comes next',
    tag,
    access: 'manager',
    body: 'ImportCreate',
    answer: 'DataImport',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      const id = await insertImport(parts.db.sql, body.kind, body.filename, principal.agentId);
      parts.relay.nudge();
      return importOf(parts, id);
    },
  }),
  route({
    method: 'get',
    path: '/imports/:id',
    summary: 'One import and how far it is',
    tag,
    access: 'manager',
    params: byId,
    answer: 'DataImport',
    handle: ({ parts, params }) => importOf(parts, params.id),
  }),
  route({
    method: 'put',
    path: '/imports/:id/file',
    summary: 'Hand in the file of rows, of up to 1 GiB; its encoding and separator are recognised',
    tag,
    access: 'manager',
    params: byId,
    body: 'stream',
    answer: 'DataImport',
    async handle({ parts, params, request }) {
      await takeFile(parts, params.id, request);
      return importOf(parts, params.id);
    },
  }),
  route({
    method: 'put',
    path: '/imports/:id/settings',
    summary: 'Say what the columns are, and how far the source is believed',
    tag,
    access: 'manager',
    params: byId,
    body: 'ImportSettings',
    answer: 'DataImport',
    async handle({ parts, params, body }) {
      await changeSettings(parts, params.id, body);
      return importOf(parts, params.id);
    },
  }),
  move('check', 'Dry run: count what would become of the rows, and write nothing', ['ready'], 'checking', true),
  move('start', 'Import the rows, or go on after a pause', ['ready', 'paused'], 'running', true),
  move('pause', 'Stop after the rows that are under way', ['running'], 'paused', false),
  move(
    'cancel',
    'Stop for good; what is imported stays',
    ['draft', 'ready', 'checking', 'running', 'paused', 'failed'],
    'cancelled',
    false,
  ),
  route({
    method: 'get',
    path: '/imports/:id/rejects',
    summary: 'Rejected rows with their reasons, in the order of the file',
    tag,
    access: 'manager',
    params: byId,
    query: rejectQuery,
    answer: 'ImportRejectPage',
    async handle({ parts, params, query }) {
      await importOf(parts, params.id);
      return pageOf(await rejectsOf(parts, params.id, sliceOf(countKey, query)));
    },
  }),
  route({
    method: 'get',
    path: '/imports/:id/rejects.csv',
    summary: 'Rejected rows in their own columns, with row number and reasons behind them',
    tag,
    access: 'manager',
    params: byId,
    query: rejectFileQuery,
    answer: 'bytes',
    async handle({ parts, principal, params, query, response }) {
      const { header, filename } = await importOf(parts, params.id);
      const name = `${filename.replace(/\.csv$/i, '')}-rejected.csv`;
      const { row, reason } = rejectFileWords[query.language];
      const rows = presentPages(parts, principal, rejected(parts, params.id, header.length, query.language));
      await sendCsv(response, name, [...header, row, reason], rows);
    },
  }),
  route({
    method: 'get',
    path: '/import-mappings',
    summary: 'Settings of imports that were kept under a name',
    tag,
    access: 'manager',
    answer: 'ImportMappingPage',
    handle: async ({ parts }) => ({ items: await listMappings(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'put',
    path: '/import-mappings/:name',
    summary: 'Keep settings under a name',
    tag,
    access: 'manager',
    params: byName,
    body: 'ImportMappingWrite',
    async handle(call) {
      const { params, body } = call;
      const kept = await changeSetting(call, mappingSetting(params.name), (tx) =>
        writeMapping(tx, params.name, importKind.parse(body.kind), body.settings),
      );
      if (!kept) throw new HubError('conflict', 'There are as many mappings as there can be');
    },
  }),
  route({
    method: 'delete',
    path: '/import-mappings/:name',
    summary: 'Forget settings that were kept under a name',
    tag,
    access: 'manager',
    params: byName,
    async handle(call) {
      const { name } = call.params;
      if (!(await changeSetting(call, mappingSetting(name), (tx) => deleteMapping(tx, name))))
        throw new HubError('not_found', 'There is no such mapping');
    },
  }),
];
