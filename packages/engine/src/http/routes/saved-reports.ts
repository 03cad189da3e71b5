import { randomUUID } from 'node:crypto';
import { HubError, savedReportRun, type SavedReport } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import {
  deleteSavedReport,
  insertSavedReport,
  listSavedReports,
  readSavedReport,
  updateSavedReport,
} from '@patchbay/store/queries/saved-reports';
import { z } from 'zod';
import { checkReport, readReport } from '../../figures/report.ts';
import { askedOn } from '../../figures/saved-report.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { route } from '../route.ts';
import { answeredAs } from './reports.ts';

const tag = 'Figures';
const byId = z.object({ id: z.uuid() });

export async function saved(sql: Queryable, id: string): Promise<SavedReport> {
  const report = await readSavedReport(sql, id);
  if (!report) throw new HubError('not_found', 'There is no such report');
  return report;
}

const savedSetting = (id: string): Setting => ({
  setting: 'saved-report',
  key: id,
  read: (tx) => readSavedReport(tx, id),
});

const taken = () => new HubError('conflict', 'There is a report of this name, or there are too many');

export const savedReportRoutes = [
  route({
    method: 'get',
    path: '/saved-reports',
    summary: 'Saved reports by name',
    tag,
    access: 'manager',
    answer: 'SavedReportPage',
    handle: async ({ parts }) => ({ items: await listSavedReports(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'post',
    path: '/saved-reports',
    summary: 'Save a report',
    tag,
    access: 'manager',
    body: 'SavedReportWrite',
    answer: 'SavedReport',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      checkReport(askedOn(parts, parts.now(), body));
      const id = randomUUID();
      await changeSetting(call, savedSetting(id), async (tx) => {
        if (!(await insertSavedReport(tx, id, body))) throw taken();
      });
      return saved(parts.db.sql, id);
    },
  }),
  route({
    method: 'put',
    path: '/saved-reports/:id',
    summary: 'Change a saved report',
    tag,
    access: 'manager',
    params: byId,
    body: 'SavedReportWrite',
    answer: 'SavedReport',
    async handle(call) {
      const { parts, params, body } = call;
      checkReport(askedOn(parts, parts.now(), body));
      await changeSetting(call, savedSetting(params.id), async (tx) => {
        await saved(tx, params.id);
        if (!(await updateSavedReport(tx, params.id, body))) throw taken();
      });
      return saved(parts.db.sql, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/saved-reports/:id',
    summary: 'Take a saved report away',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, savedSetting(id), (tx) => deleteSavedReport(tx, id))))
        throw new HubError('not_found', 'There is no such report');
    },
  }),
  route({
    method: 'get',
    path: '/saved-reports/:id/report',
    summary: 'What a saved report says today; as CSV or Excel by Accept or format',
    tag,
    access: 'manager',
    params: byId,
    query: savedReportRun,
    answer: 'Report',
    async handle({ parts, params, query, request, response }) {
      const report = await readReport(parts, askedOn(parts, parts.now(), await saved(parts.db.sql, params.id)));
      return answeredAs(request, response, query, report);
    },
  }),
];
